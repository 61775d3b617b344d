#!/usr/bin/env bash
# Exports of N places (20,000) from SQLite, every format, and the same CSV written by a Node program from a JSON file.
#   tests/bench/export.sh [N]          BUILD=build-test/gcc by default
# The best of 7 rounds taken in turn, whole commands, to /dev/null. The two CSV must be the same bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."
n=${1:-20000}
balise=${BUILD:-build-test/gcc}/balise
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$balise" demo --db "sqlite:$work/demo.sqlite" --quiet 2>/dev/null
"$balise" export --db "sqlite:$work/demo.sqlite" --format lamednum-json -o "$work/demo.json" 2>/dev/null
node tests/bench/export/places.mjs "$work/demo.json" "$n" "$work/places.json"
"$balise" import "$work/places.json" --db "sqlite:$work/places.sqlite" --source banc --quiet 2>/dev/null

export_to() { "$balise" export --db "sqlite:$work/places.sqlite" --format "$1" 2>/dev/null; }
export_to lamednum-csv >"$work/balise.csv"
node tests/bench/export/csv.mjs "$work/places.json" "$work/node.csv" >/dev/null
cmp "$work/balise.csv" "$work/node.csv"

# best NAME MILLISECONDS: keeps the smallest.
declare -A least
best() { [ -n "${least[$1]:-}" ] && [ "${least[$1]}" -le "$2" ] || least[$1]=$2; }
timed() { # NAME COMMAND…
    local name=$1 started
    shift
    started=$(date +%s%N)
    "$@" >/dev/null
    best "$name" $((($(date +%s%N) - started) / 10000))
}
formats=(lamednum-csv lamednum-json lamednum-2-csv lamednum-2-json geojson data-inclusion csv-tout xlsx)
for _ in 1 2 3 4 5 6 7; do
    for f in "${formats[@]}"; do timed "$f" export_to "$f"; done
    timed node node tests/bench/export/csv.mjs "$work/places.json" "$work/node.csv"
done
printf '%d places\n' "$n"
for f in "${formats[@]}" node; do
    printf '%-16s %7d.%02d ms   %5s × Node, JSON to CSV\n' "$f" $((least[$f] / 100)) $((least[$f] % 100)) \
        "$(python3 -c "print(f'{${least[$f]} / ${least[node]}:.2f}')")"
done
