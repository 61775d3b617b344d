#!/usr/bin/env bash
# Requests a second, in one run: the search endpoint against a constant answer of the same size from the same
# façade, and against nginx with a file of that size.
#   tests/bench/http/run.sh [URL] [--json FILE]
# Beside it, the processor time that each request costs its server: the figure to trust on a busy machine.
# URL: the endpoint of a server that runs already (started with --no-rate-limit). Without it, $BUILD/balise serves
# its demonstration; without that program, only the constant answer and nginx are measured.
# BUILD=build-test/gcc  SECONDS_EACH=5  ROUNDS=3  CONNECTIONS=32  BYTES=2048 (when there is no endpoint)
set -euo pipefail
cd "$(dirname "$0")/../../.."
BUILD=${BUILD:-build-test/gcc}
SECONDS_EACH=${SECONDS_EACH:-5} ROUNDS=${ROUNDS:-3} CONNECTIONS=${CONNECTIONS:-32}
QUERY=${QUERY:-/api/v1/search?q=imprimer%20un%20dossier&lat=48.11&lon=-1.68&distance=10&size=20}
url='' json=''
while [ $# -gt 0 ]; do
    case $1 in
    --json) json=$2; shift 2 ;;
    -*) sed -n '2,9p' "$0" >&2; exit 2 ;;
    *) url=$1; shift ;;
    esac
done
for tool in wrk nginx curl; do
    command -v "$tool" >/dev/null || { echo "$tool is needed: apt-get install wrk nginx-light curl" >&2; exit 1; }
done
[ -x "$BUILD/tests/http/test_server" ] || { echo "no $BUILD/tests/http/test_server: build with -Dtests=true, or set BUILD" >&2; exit 1; }

work=$(mktemp -d)
pids=()
finish() {
    exec 9>&- || true
    for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

wait_for() { # URL
    for _ in $(seq 100); do
        curl -fsS -o /dev/null "$1" 2>/dev/null && return 0
        sleep 0.1
    done
    echo "no answer at $1" >&2
    exit 1
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# 1. the real endpoint
if [ -z "$url" ] && [ -x "$BUILD/balise" ]; then
    port=$(free_port)
    "$BUILD/balise" --db "sqlite:$work/demo.sqlite" --quiet demo
    "$BUILD/balise" --db "sqlite:$work/demo.sqlite" serve --listen "127.0.0.1:$port" --no-rate-limit 2>/dev/null &
    pids+=($!)
    echo $! >"$work/endpoint.pid"
    url="http://127.0.0.1:$port$QUERY"
fi
bytes=${BYTES:-2048}
if [ -n "$url" ]; then
    wait_for "$url"
    bytes=$(curl -fsS "$url" | wc -c)
    [ "$bytes" -gt 300 ] || { echo "the answer at $url holds $bytes bytes: is there anything in it?" >&2; exit 1; }
fi

# 2. a constant answer of that size from the same façade; it logs each request too
mkfifo "$work/stop"
TEST_SERVER_LOG=1 "$BUILD/tests/http/test_server" 127.0.0.1:0 <"$work/stop" >"$work/port" 2>/dev/null &
echo $! >"$work/constant.pid"
exec 9>"$work/stop" # the server ends when this closes
for _ in $(seq 50); do [ -s "$work/port" ] && break; sleep 0.1; done
constant="http://127.0.0.1:$(cat "$work/port")/api/v1/constante?n=$bytes"
wait_for "$constant"

# 3. nginx with a file of that size
port=$(free_port)
mkdir -p "$work/www" "$work/tmp"
curl -fsS "$constant" >"$work/www/answer.json"
cat >"$work/nginx.conf" <<EOF
$([ "$(id -u)" != 0 ] || echo "user root;") # reads our temporary folder
worker_processes 2;
daemon off;
pid $work/master.pid;
error_log /dev/null;
events { worker_connections 1024; }
http {
    default_type application/json;
    access_log /dev/null;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=10;
    keepalive_requests 100000000;
    client_body_temp_path $work/tmp; proxy_temp_path $work/tmp; fastcgi_temp_path $work/tmp;
    uwsgi_temp_path $work/tmp; scgi_temp_path $work/tmp;
    server { listen 127.0.0.1:$port; root $work/www; }
}
EOF
nginx -c "$work/nginx.conf" -p "$work" 2>/dev/null &
pids+=($!)
file="http://127.0.0.1:$port/answer.json"
wait_for "$file"
pgrep -P "${pids[-1]}" >"$work/nginx.pid"

# Clock ticks that the processes of NAME used so far.
ticks() { # NAME
    local p sum=0
    for p in $(cat "$work/$1.pid" 2>/dev/null); do
        sum=$((sum + $(sed 's/.*) //' "/proc/$p/stat" | awk '{ print $12 + $13 }')))
    done
    echo "$sum"
}
# Requests a second, and microseconds of processor a request; an answer that is not 2xx spoils the run.
measure() { # NAME URL
    local out before
    before=$(ticks "$1")
    out=$(wrk -t2 -c"$CONNECTIONS" -d"${SECONDS_EACH}s" "$2")
    if grep -qE 'Non-2xx|Socket errors' <<<"$out"; then
        echo "$out" >&2
        exit 1
    fi
    awk '/^Requests\/sec:/ { print $2 }' <<<"$out" >>"$work/$1"
    awk -v ticks="$(($(ticks "$1") - before))" -v hz="$(getconf CLK_TCK)" \
        '/ requests in / { printf "%.2f\n", ticks / hz * 1e6 / $1 }' <<<"$out" >>"$work/$1.us"
}
# Taken in turn, so that what else the machine does weighs on all of them.
for _ in $(seq "$ROUNDS"); do
    measure constant "$constant"
    measure nginx "$file"
    [ -z "$url" ] || measure endpoint "$url"
done
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
c=$(median "$work/constant") n=$(median "$work/nginx") cu=$(median "$work/constant.us") nu=$(median "$work/nginx.us")
e=null eu=null ec=null en=null
if [ -n "$url" ]; then
    e=$(median "$work/endpoint") ec=$(ratio "$e" "$c") en=$(ratio "$e" "$n")
    [ ! -s "$work/endpoint.pid" ] || eu=$(median "$work/endpoint.us")
fi
cn=$(ratio "$c" "$n")
line() { printf '%-34s %9.0f requests/s  %s\n' "$1" "$2" "${3:+$3 µs of processor each}"; }
line "constant answer, $bytes bytes" "$c" "$cu"
line "nginx, file of $bytes bytes" "$n" "$nu"
[ -z "$url" ] || line endpoint "$e" "${eu#null}"
echo "constant : nginx = $cn"
[ -z "$url" ] || echo "endpoint : constant = $ec    endpoint : nginx = $en"
result=$(printf '{"bytes": %d, "connections": %d, "seconds": %s, "rounds": %d, "per_second": {"constant": %s, "nginx": %s, "endpoint": %s}, "cpu_us": {"constant": %s, "nginx": %s, "endpoint": %s}, "ratio": {"constant_to_nginx": %s, "endpoint_to_constant": %s, "endpoint_to_nginx": %s}}' \
    "$bytes" "$CONNECTIONS" "$SECONDS_EACH" "$ROUNDS" "$c" "$n" "$e" "$cu" "$nu" "$eu" "$cn" "$ec" "$en")
[ -z "$json" ] || printf '%s\n' "$result" >"$json"
printf '%s\n' "$result"
