#!/usr/bin/env bash
# Installs the missing packages that building and the demo need. A word adds what something else needs: `tests` the
# tests, `check` the checks, `browser` the tests of the page, `wheel` the making of the wheel, `deb` that of the Debian
# packages, `deb-tests` their tests, `bench-usage` the programs of that benchmark.
# Installs Debian packages as root, or by sudo without a password; otherwise says what to install, and fails.
set -euo pipefail

if ! command -v swift >/dev/null; then
    echo "jobmon needs Swift 6.2 or later (swift.org, or your distribution's package); 'swift' is not on PATH." >&2
    exit 1
fi

missing=()
[ -e /usr/include/sqlite3.h ] || missing+=(libsqlite3-dev)
[ -e /usr/include/expat.h ] || missing+=(libexpat1-dev)
[ -e /usr/include/pcre2.h ] || missing+=(libpcre2-dev)
[ -e /usr/include/openssl/sha.h ] || missing+=(libssl-dev)
[ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
[ -e /usr/include/curses.h ] || missing+=(libncurses-dev)
command -v sqlite3 >/dev/null || missing+=(sqlite3)
command -v python3 >/dev/null || missing+=(python3)
command -v git >/dev/null || missing+=(git)
command -v flock >/dev/null || missing+=(util-linux)
command -v xargs >/dev/null || missing+=(findutils)
command -v ps >/dev/null || missing+=(procps)
case "${1:-}" in
tests)
    command -v Rscript >/dev/null || missing+=(r-base-core)
    command -v zsh >/dev/null || missing+=(zsh)
    command -v fish >/dev/null || missing+=(fish)
    command -v curl >/dev/null || missing+=(curl)
    command -v tmux >/dev/null || missing+=(tmux)
    ;;
check)
    command -v shellcheck >/dev/null || missing+=(shellcheck)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    ;;
browser)
    command -v chromium >/dev/null || missing+=(chromium)
    # Chromium draws no text without a font.
    [ -n "$(fc-list 2>/dev/null | head -n 1)" ] || missing+=(fontconfig fonts-dejavu-core)
    command -v ss >/dev/null || missing+=(iproute2)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    ;;
wheel)
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    ;;
bench-usage)
    command -v Rscript >/dev/null || missing+=(r-base-core)
    command -v gcc >/dev/null || missing+=(gcc)
    command -v xz >/dev/null || missing+=(xz-utils)
    command -v perl >/dev/null || missing+=(perl)
    command -v awk >/dev/null || missing+=(mawk)
    [ -x /usr/bin/convert ] || missing+=(imagemagick)
    ;;
deb | deb-tests)
    command -v dh >/dev/null || missing+=(debhelper)
    command -v dh_python3 >/dev/null || missing+=(dh-python)
    command -v fakeroot >/dev/null || missing+=(fakeroot)
    if [ "$1" = deb-tests ]; then
        command -v lintian >/dev/null || missing+=(lintian)
        command -v man >/dev/null || missing+=(man-db)
        command -v mandoc >/dev/null || missing+=(mandoc)
        command -v zsh >/dev/null || missing+=(zsh)
        command -v fish >/dev/null || missing+=(fish)
    fi
    ;;
esac
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "Please install what Debian calls: ${missing[*]}" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    run=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    run=(sudo -n)
else
    echo "Please run, as root:  apt-get install ${missing[*]}" >&2
    exit 1
fi
echo "Installing: ${missing[*]}" >&2
"${run[@]}" apt-get -o DPkg::Lock::Timeout=300 update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq "${missing[@]}" >/dev/null
