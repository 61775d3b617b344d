#!/usr/bin/env bash
# Seconds and memory, in one run, taken in turn: importing the national list of France services (2,683 dirty rows) with
# its mapping into a new database, against the standard's own library under Node (reference.mjs says what it does).
#   tests/bench/import/run.sh [FILE.csv]
# FILE: ../shared/data/lieux/liste-fs-20221201.csv by default. BUILD=build  ROUNDS=5
set -euo pipefail
cd "$(dirname "$0")/../../.."
BUILD=${BUILD:-build} ROUNDS=${ROUNDS:-5}
file=${1:-../shared/data/lieux/liste-fs-20221201.csv}
[ -r "$file" ] || { echo "no $file: give the list as an argument" >&2; exit 1; }
[ -x "$BUILD/balise" ] || { echo "no $BUILD/balise: ./run --build-only, or set BUILD" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp tests/bench/import/package.json tests/bench/import/package-lock.json tests/bench/import/reference.mjs "$work"
(cd "$work" && npm ci --silent --no-audit --no-fund)

# Seconds and KiB of one run, one line each into $work/NAME.
measure() { # NAME COMMAND…
    local name=$1
    shift
    BALISE_LOG_LEVEL=error /usr/bin/time -f '%e %M' -o "$work/one" "$@" >/dev/null 2>"$work/said" || true
    grep -E '^[0-9.]+ [0-9]+$' "$work/one" >>"$work/$name"
}
export BALISE_DB
for _ in $(seq "$ROUNDS"); do
    rm -f "$work"/db*
    BALISE_DB=sqlite:$work/db
    BALISE_LOG_LEVEL=error "$BUILD/balise" territory get >/dev/null # an empty, migrated database
    measure program "$BUILD/balise" territory get
    measure import "$BUILD/balise" import "$file" --mapping examples/mappings/france-services.json --report "$work/report.csv"
    measure again "$BUILD/balise" import "$file" --mapping examples/mappings/france-services.json --report "$work/report.csv"
    measure node node "$work/reference.mjs" "$file" "$work/out.csv"
done

median() { sort -n -k"$2" "$work/$1" | awk -v c="$2" '{v[NR] = $c} END {print v[int((NR + 1) / 2)]}'; }
printf '%-28s %8s %10s\n' '' seconds MiB
for name in import again node program; do
    printf '%-28s %8s %10.1f\n' "$name" "$(median "$name" 1)" "$(($(median "$name" 2) * 10 / 1024))e-1"
done
awk -v b="$(median import 1)" -v n="$(median node 1)" -v m="$(median import 2)" -v k="$(median node 2)" -v p="$(median program 2)" \
    'BEGIN {printf "Node / Balise: %.1f × the time, %.1f × the memory; beyond the program’s own: %.1f MiB\n", n / b, k / m, (m - p) / 1024}'
