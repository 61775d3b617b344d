#!/usr/bin/env bash
# Installs the Debian packages that are missing: install_packages.sh build|test
# Says what and why before it does. Nothing is run when everything is there.
set -euo pipefail

build_packages=(
    gcc libc6-dev meson ninja-build pkg-config python3 gettext  # to build
    nodejs npm                                                  # style sheet, scripts, commune data: at build time only
    libmicrohttpd-dev                                           # web server
    libsqlite3-dev libpq-dev                                    # the two databases
    libjansson-dev libutf8proc-dev libstemmer-dev zlib1g-dev    # JSON, text, compression
    libsodium-dev                                               # randomness, hashes
)
test_packages=(
    clang libclang-rt-14-dev  # second compiler, sanitizers, fuzzers
    libcmocka-dev             # unit tests
    postgresql                # the second database
    chromium                  # pages, as people see them
    curl sqlite3
)

want=("${build_packages[@]}")
[ "${1:-build}" = build ] || want+=("${test_packages[@]}")

# Node may come from elsewhere than Debian (a version manager): then Debian's is not asked for.
if command -v node >/dev/null && command -v npm >/dev/null; then
    kept=()
    for p in "${want[@]}"; do case "$p" in nodejs | npm) ;; *) kept+=("$p") ;; esac; done
    want=("${kept[@]}")
fi
# Debian 13 has another clang: its run-time package is named after the version.
if [ "${1:-build}" = test ] && ! apt-cache show libclang-rt-14-dev >/dev/null 2>&1; then
    for i in "${!want[@]}"; do [ "${want[$i]}" != libclang-rt-14-dev ] || want[$i]=libclang-rt-dev; done
fi

missing=()
for p in "${want[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null || true)" = "ii " ] || missing+=("$p")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Balise a besoin de paquets Debian qui ne sont pas encore là, pour se construire${1:+ ($1)} :"
printf '  %s\n' "${missing[*]}"
sudo=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "Demandez à l'administrateur de la machine : apt-get install ${missing[*]}" >&2
        exit 1
    }
    sudo=(sudo)
    echo "Votre mot de passe peut être demandé (sudo)."
fi
# Chromium and PostgreSQL come without starting a service of their own where policy allows it.
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
