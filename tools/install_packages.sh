#!/usr/bin/env bash
# Installs the Debian packages that are missing: install_packages.sh build|test
# Says what and why before it does. Nothing is run when everything is there.
set -euo pipefail

# what for: packages. "a|b" is a where the distribution has it, else b.
build_groups=(
    "construire le programme : gcc libc6-dev meson ninja-build pkg-config python3 gettext"
    "préparer styles et scripts, à la construction seulement : nodejs npm"
    "servir les pages : libmicrohttpd-dev zlib1g-dev"
    "garder les données : libsqlite3-dev libpq-dev"
    "lire et chercher les textes : libjansson-dev libutf8proc-dev libstemmer-dev"
    "tirer au hasard, protéger : libsodium-dev"
    "lire et écrire des classeurs : libzip-dev libexpat1-dev libisal-dev"
    "interroger le service des adresses : libcurl4-openssl-dev"
)
test_groups=(
    "construire avec un second compilateur : clang libclang-rt-14-dev|libclang-rt-dev"
    "tester chaque partie : libcmocka-dev libxlsxwriter-dev"
    "tester avec la seconde base de données : postgresql"
    "comparer ce qui est publié aux schémas nationaux : python3-jsonschema"
    "tester les pages dans un navigateur : chromium curl"
)

case "${1:-build}" in
    build) groups=("${build_groups[@]}") ;;
    test) groups=("${build_groups[@]}" "${test_groups[@]}") ;;
    *) echo "tools/install_packages.sh build|test" >&2; exit 2 ;;
esac

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || {
    echo "Ce script installe des paquets Debian, et cette machine n'est pas une Debian." >&2
    echo "Installez l'équivalent de :" >&2
    printf '  %s\n' "${groups[@]}" >&2
    echo "puis : tools/build.sh build" >&2
    exit 1
}

# The name that the lists of apt know; the first one while there is no list.
resolve() {
    local name
    for name in ${1//|/ }; do
        apt-cache show "$name" >/dev/null 2>&1 && { echo "$name"; return; }
    done
    echo "${1%%|*}"
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null || true)" = "ii " ]; }

# Node may come from elsewhere than Debian (a version manager): then Debian's is not asked for.
have() {
    case "$1" in nodejs | npm) command -v node >/dev/null && command -v npm >/dev/null && return 0 ;; esac
    local name
    for name in ${1//|/ }; do installed "$name" && return 0; done
    return 1
}

missing=() reasons=()
for group in "${groups[@]}"; do
    lacking=()
    for p in ${group##* : }; do have "$p" || lacking+=("$p"); done
    [ ${#lacking[@]} = 0 ] && continue
    missing+=("${lacking[@]}")
    reasons+=("  ${group% : *} : $(for p in "${lacking[@]}"; do resolve "$p"; done | paste -sd ' ')")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Il manque des paquets Debian, pour :"
printf '%s\n' "${reasons[@]}"
as_root=()
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Seul l'administrateur de la machine peut les installer. Demandez-lui de lancer :" >&2
        echo "  apt-get install --no-install-recommends $(for p in "${missing[@]}"; do resolve "$p"; done | paste -sd ' ')" >&2
        exit 1
    fi
    as_root=(sudo)
    echo "Installation avec sudo : votre mot de passe peut être demandé."
else
    echo "Installation…"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed() {
    tail -n 20 "$log" >&2
    echo "Les paquets n'ont pas pu être installés : regardez le réseau, la place sur le disque, les dépôts d'apt." >&2
    exit 1
}
"${as_root[@]}" apt-get update -qq >"$log" 2>&1 || failed
chosen=() # resolved again, now that the lists are there
for p in "${missing[@]}"; do chosen+=("$(resolve "$p")"); done
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes \
    apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "${chosen[@]}" >>"$log" 2>&1 || failed
