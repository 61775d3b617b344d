#!/usr/bin/env bash
# The pages in Debian's Chromium: run.sh PROGRAM starts the program on a demonstration territory of its own and
# runs every test of this folder. With BALISE_URL, tests the site that is there.
set -euo pipefail
program=$(realpath "${1:?"run.sh PROGRAM"}")
cd "$(dirname "$0")"

if ! cmp -s package-lock.json node_modules/.installed-for; then
    npm ci --silent --no-audit --no-fund
    cp package-lock.json node_modules/.installed-for
fi

if [ -z "${BALISE_URL:-}" ]; then
    work=$(mktemp -d)
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    export BALISE_DB=sqlite:$work/balise.sqlite BALISE_URL=http://127.0.0.1:$port
    # A Tuesday in the middle of the morning: places are open, closed, about to close.
    export BALISE_NOW=2026-11-24T09:30:00Z
    "$program" demo --quiet
    "$program" serve --listen "127.0.0.1:$port" --no-rate-limit 2>"$work/serve.log" &
    server=$!
    trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$work"' EXIT
    for _ in $(seq 50); do
        curl -sf -o /dev/null "$BALISE_URL/sante" && break
        kill -0 "$server" 2>/dev/null || { cat "$work/serve.log" >&2; exit 1; }
        sleep 0.1
    done
fi
node --test --test-reporter="${REPORTER:-spec}" pages.test.mjs journeys.test.mjs
