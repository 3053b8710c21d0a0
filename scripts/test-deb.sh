#!/usr/bin/env bash
# Installs the Debian packages of dist/ with dpkg into an empty root, uses everything that they bring, and removes them.
# Needs no root where there is fakeroot. Ends with a line that counts what was tried.
#
#   scripts/test-deb.sh
set -uo pipefail
cd "$(dirname "$0")/.." || exit
shopt -s nullglob
commands=(dist/jobmon_*.deb) libraries=(dist/python3-jobmon_*.deb)
if [ ${#commands[@]} != 1 ] || [ ${#libraries[@]} != 1 ]; then
    echo "test-deb: dist/ does not have one package of each kind; run make deb" >&2
    exit 1
fi
command=${commands[0]} library=${libraries[0]}
version=$(sed -n 's/.*current = "\(.*\)".*/\1/p' Sources/JobmonCore/Layout/JobmonVersion.swift)
# dpkg wants root's PATH.
export PATH=$PATH:/usr/sbin:/sbin
unset JOBMON_DIR JOBMON_EXECUTABLE JOBMON_INSTANCE JOBMON_JID PYTHONPATH

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/tmp" "$root"/var/lib/dpkg/{info,updates,triggers}
touch "$root/var/lib/dpkg/status"
as_root=()
[ "$(id -u)" = 0 ] || as_root=(fakeroot)
in_root() {
    "${as_root[@]}" dpkg --root="$root" --log="$root/dpkg.log" --force-not-root --force-script-chrootless "$@"
}

passed=0 failed=0 skipped=0
# try WHAT COMMAND...: counts whether the command succeeds; what it prints is shown when it does not.
try() {
    local what=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok: $what"
        passed=$((passed + 1))
    else
        echo "failed: $what"
        sed 's/^/    /' <<<"$output"
        failed=$((failed + 1))
    fi
}
# try_with TOOL WHAT COMMAND...: the same, where there is that tool.
try_with() {
    if command -v "$1" >/dev/null; then
        try "${@:2}"
    else
        echo "skipped: $2: there is no $1"
        skipped=$((skipped + 1))
    fi
}

is_listed() { in_root -L jobmon | grep -qxF "$1"; }
says_version() { [ "$("$@" --version)" = "jobmon $version" ]; }
# In the empty root there is nothing else, no libc and no loader; /proc is any Linux's.
in_nothing() {
    mkdir -p "$root/proc"
    # shellcheck disable=SC2016 # the inner shell expands its arguments
    unshare --map-root-user --mount sh -c 'mount --rbind /proc "$0/proc" && exec chroot "$0" "$@"' "$root" "$@"
}
runs_alone() { says_version in_nothing /usr/bin/jobmon; }
runs_a_job() {
    "$root/usr/bin/jobmon" run -d "$root/tmp/run" -j 1 -- sh -c 'echo "ValueError: no data" >&2; exit 3'
    [ $? = 1 ] && "$root/usr/bin/jobmon" jobs -d "$root/tmp/run" | grep 'exit code 3: ValueError: no data'
}
# Prints what groff has to say of the page, and fails when that is anything.
renders() {
    local said
    said=$(MANWIDTH=80 MANROFFSEQ='' LC_ALL=C.UTF-8 man --warnings -l "$1" 2>&1 >/dev/null)
    [ -z "$said" ] || { echo "$said"; false; }
}
completes() { bash --norc -c ". '$1' && complete -p jobmon" | grep -q jobmon; }
is_whole() {
    local said
    in_root -L "$1" >/dev/null || return
    said=$(in_root --verify "$1")
    [ -z "$said" ] || { echo "$said"; false; }
}
imports() {
    PATH=$root/usr/bin:$PATH PYTHONPATH=$root/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 \
        "$(python_of_debian)" -c "
import jobmon
from jobmon import central_job_monitor, qmaster
assert jobmon.__version__ == '$version', jobmon.__version__
assert jobmon.__file__.startswith('$root/'), jobmon.__file__"
}
python_of_debian() { [ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3; }
nothing_left() {
    local left
    left=$(find "$root/usr" ! -type d 2>/dev/null)
    [ -z "$left" ] || { echo "$left"; false; }
}

share=$root/usr/share
try "dpkg installs $command" in_root --install "$command"
[ $failed = 0 ] || { echo "$passed passed, $failed failed"; exit 1; }
for file in /usr/bin/jobmon /usr/share/man/man1/jobmon.1.gz /usr/share/bash-completion/completions/jobmon \
    /usr/share/zsh/vendor-completions/_jobmon /usr/share/fish/vendor_completions.d/jobmon.fish \
    /usr/share/doc/jobmon/copyright /usr/share/doc/jobmon/changelog.Debian.gz /usr/share/doc/jobmon/changelog.gz \
    /usr/share/doc/jobmon/examples/requester.sh /usr/share/doc/jobmon/examples/pipeline/jobs.yaml; do
    try "it has $file" is_listed "$file"
done
try "its files are as its sums say" is_whole jobmon
try "the executable says its version" says_version "$root/usr/bin/jobmon"
if unshare --map-root-user --mount true 2>/dev/null; then
    try "the executable runs where there is nothing else" runs_alone
else
    echo "skipped: the executable runs where there is nothing else: no namespaces for us"
    skipped=$((skipped + 1))
fi
try "the executable runs a job" runs_a_job
try_with man "man shows the page, and groff has nothing to say of it" renders "$share/man/man1/jobmon.1.gz"
try_with mandoc "mandoc finds no error in the page" mandoc -T lint -W error "$share/man/man1/jobmon.1.gz"
try_with bash "bash reads its completion" bash -n "$share/bash-completion/completions/jobmon"
try_with bash "bash completes with it" completes "$share/bash-completion/completions/jobmon"
try_with zsh "zsh reads its completion" zsh -n "$share/zsh/vendor-completions/_jobmon"
try_with fish "fish reads its completion" fish --no-config -n "$share/fish/vendor_completions.d/jobmon.fish"
try_with lintian "lintian finds neither error nor warning" \
    lintian --allow-root --fail-on error,warning "$command" "$library"
try "dpkg unpacks $library" in_root --unpack "$library"
try_with "$(python_of_debian)" "Python imports the package" imports
try "its files are as its sums say" is_whole python3-jobmon
try "dpkg removes both" in_root --force-depends --purge python3-jobmon jobmon
try "nothing is left" nothing_left
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
