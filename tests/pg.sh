#!/usr/bin/env bash
# tests/pg.sh COMMAND…: runs it with BALISE_TEST_PG set to a private PostgreSQL server that is made for
# it and removed afterwards, whatever happens. Uses Debian's `postgresql` package; touches no other
# server. When BALISE_TEST_PG is set already, that server is used. BALISE_TEST_PG_CONF: more lines of its
# configuration (benches).
set -uo pipefail
[ $# -gt 0 ] || { sed -n '2,5s/^# //p' "$0"; exit 2; }
[ -z "${BALISE_TEST_PG:-}" ] || exec "$@"

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "${bin:-/nonexistent}/initdb" ] || {
    echo "tests/pg.sh: PostgreSQL is not installed (apt install postgresql)" >&2
    exit 1
}
dir=$(mktemp -d "${TMPDIR:-/tmp}/balise-pg.XXXXXX") || exit 1
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s\n' "$password" >"$dir/password"

as_owner() { "$@"; }
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
    chown -R postgres "$dir"
    as_owner() { runuser -u postgres -- "$@"; }
fi
cd "$dir" || exit 1 # a folder the owner may stand in

remove() {
    as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
    rm -rf "$dir"
}
child=
trap remove EXIT
trap '[ -z "$child" ] || kill "$child"; exit 130' INT
trap '[ -z "$child" ] || kill "$child"; exit 143' TERM HUP

# An order of letters of its own, French if it can: what sorts by bytes only by luck shows.
init=(as_owner "$bin/initdb" -D "$dir/data" -U balise -A scram-sha-256 --pwfile="$dir/password"
    --encoding=UTF8 --locale=C.UTF-8 --no-sync)
"${init[@]}" --locale-provider=icu --icu-locale=fr >"$dir/init.log" 2>&1 ||
    { rm -rf "$dir/data" && "${init[@]}" >"$dir/init.log" 2>&1; } ||
    { cat "$dir/init.log" >&2; exit 1; }
cat >>"$dir/data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
max_connections = 200
shared_buffers = 64MB
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
${BALISE_TEST_PG_CONF:-}
EOF

started=
for _ in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 12000))
    if as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -o "-p $port" -w start >/dev/null 2>&1; then
        started=1
        break
    fi
done
[ -n "$started" ] || { cat "$dir/server.log" >&2; exit 1; }

# If this script itself is killed outright, the server goes all the same.
(
    trap '' INT TERM HUP
    exec >/dev/null 2>&1
    while kill -0 $$; do sleep 2; done
    [ ! -d "$dir" ] || remove
) &

export BALISE_TEST_PG="postgresql://balise:$password@127.0.0.1:$port/postgres"
cd "$OLDPWD" || exit 1
# In the background, so that a signal to this script is heard while the command runs.
"$@" <&0 &
child=$!
wait "$child"
