# shellcheck shell=bash
# What the findings share: a temporary folder, pinned packages, and claims that are checked.
#
# A script exits with 0 when every claim holds, with 1 when a claim does not hold, and with 2 when the pinned
# packages cannot be had.

set -eu
set +m

work=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir home
# Caches and settings of the tools go into the temporary folder, and settings of the user do not count.
export HOME=$work/home XDG_CACHE_HOME=$work/home/.cache XDG_CONFIG_HOME=$work/home/.config
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
export LC_ALL=C.UTF-8 PYTHONWARNINGS=ignore
changed=0
code=0

# unavailable TEXT: end, since the claims could not be checked.
unavailable() {
    echo "not checked: $*" >&2
    exit 2
}

# python_packages NAME==VERSION...: a virtual environment with these packages, first on PATH.
python_packages() {
    python3 -m venv "$work/venv" || unavailable "python3 with the module venv is needed"
    "$work/venv/bin/pip" install --quiet "$@" || unavailable "pip could not install $*"
    PATH=$work/venv/bin:$PATH
    echo "version: $*, $(python3 --version)"
}

# debian_packages NAME=VERSION...: the packages in these versions. They stay installed.
debian_packages() {
    local wanted missing=()
    for wanted in "$@"; do
        [ "$(dpkg-query -W -f '${Version}' "${wanted%%=*}" 2>/dev/null)" = "${wanted#*=}" ] || missing+=("$wanted")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        [ "$(id -u)" = 0 ] || unavailable "install ${missing[*]} first, or run as root"
        DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" \
            >"$work/apt.log" 2>&1 || unavailable "apt-get could not install ${missing[*]}"
    fi
    echo "version: $*"
}

# quietly COMMAND...: run it; its stdout goes to ./out, its stderr to ./err, its exit code into $code.
quietly() {
    echo "\$ $*"
    code=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
    echo "    exit code: $code"
}

# run COMMAND...: the same, and show the end of what it wrote.
run() {
    quietly "$@"
    show stdout "$work/out"
    show stderr "$work/err"
}

# show NAME FILE: the last lines of a file, shortened.
show() {
    if [ -s "$2" ]; then
        grep -v '^[[:space:]]*$' "$2" | tail -n "${lines:-4}" | cut -c 1-110 | sed "s/^/    $1: /"
    else
        echo "    $1: (empty)"
    fi
}

# expected TEXT: what one would expect instead.
expected() {
    echo "expected: $*"
}

# claim TEXT COMMAND...: the finding, which holds when the command succeeds.
claim() {
    local text=$1
    shift
    if "$@"; then
        echo "found: $text"
    else
        echo "CHANGED, no longer so: $text"
        changed=1
    fi
}

# says FILE TEXT, silent FILE: what a file holds.
says() { grep -qF -- "$2" "$1"; }
silent() { ! grep -q '[^[:space:]]' "$1"; }

# finish: end with the verdict.
finish() {
    exit "$changed"
}
