#!/usr/bin/env bash
# Builds into the folder given: tools/build.sh DIR [meson options]. Quick when nothing has changed.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$1
shift

# npm's modules follow the lock file: reinstalled only when it changed.
stamp=web/node_modules/.installed-for
if ! cmp -s web/package-lock.json "$stamp"; then
    echo "Installation des composants web (npm)…"
    (cd web && npm ci --silent --no-audit --no-fund)
    cp web/package-lock.json "$stamp"
fi
if [ ! -f "$dir/build.ninja" ]; then
    meson setup "$dir" -Dtests=false "$@" >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
    rm -f "$dir.log"
fi
ninja -C "$dir" --quiet | { grep -v "^ninja: no work to do" || true; }
