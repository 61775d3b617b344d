#!/usr/bin/env bash
# The search bench: tests/bench/search/run.sh [SERVICES [ENGINES]], see tests/bench/README.md.
# BUILD_DIR (default build-bench) keeps the program and the results: bench-search.json.
set -euo pipefail
cd "$(dirname "$0")/../../.."
build=${BUILD_DIR:-build-bench}
[ -f "$build/build.ninja" ] || meson setup "$build" -Dtests=true >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
rm -f "$build.log"
ninja -C "$build" --quiet tests/bench/search/bench_search >/dev/null
export BALISE_TEST_PG_CONF='shared_buffers = 512MB'
exec tests/pg.sh "$build/tests/bench/search/bench_search" "$build" "$@"
