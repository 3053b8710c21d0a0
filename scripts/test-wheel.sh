#!/usr/bin/env bash
# Installs the wheel, without an index, into a fresh virtual environment of each Python from 3.8 to 3.13 that is here,
# and runs there the programs of python/tests/test_programs*.py against what was installed. Ends with a line that
# counts the Pythons: passed, failed, and skipped because they are not here.
#
#   scripts/test-wheel.sh [WHEEL]
set -euo pipefail
cd "$(dirname "$0")/.."
wheel=$(realpath -- "${1:-$(echo dist/jobmon-*.whl)}")
[ -f "$wheel" ] || { echo "test-wheel: there is no $wheel; run make wheel" >&2; exit 1; }
version=$(sed -n 's/.*current = "\(.*\)".*/\1/p' Sources/JobmonCore/Layout/JobmonVersion.swift)
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV JOBMON_EXECUTABLE JOBMON_DIR JOBMON_INSTANCE JOBMON_JID
# All that pyenv has, if it is what is behind the names; one that is not there fails like one that is not on PATH.
if command -v pyenv >/dev/null; then
    PYENV_VERSION=$(pyenv versions --bare | paste -sd :)
    export PYENV_VERSION
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Away from the sources, so that what is imported is what was installed.
mkdir "$work/tests"
cp -r python/tests/. "$work/tests/"

# check PYTHON: one Python's part; prints what goes wrong only.
check() {
    local python=$1 venv=$work/$1
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps "$wheel"
    [ "$("$venv/bin/jobmon" --version)" = "jobmon $version" ]
    # By its first line, as a command.
    "$venv/bin/launch_central_monitor.py" --help >/dev/null
    cd "$work"
    "$venv/bin/python" -I - "$venv" <<'PY'
import os, sys
import jobmon
from importlib.metadata import version
from jobmon._transport import executable
venv = os.path.realpath(sys.argv[1])
for path in (jobmon.__file__, executable.find()):
    if not os.path.realpath(path).startswith(venv + os.sep):
        sys.exit(f"{path} is not of the installed wheel")
if version("jobmon") != jobmon.__version__:
    sys.exit(f"the package says {jobmon.__version__}, its metadata {version('jobmon')}")
PY
    PATH=$venv/bin:$PATH "$venv/bin/python" -m unittest discover \
        --start-directory tests --top-level-directory . --pattern 'test_programs*.py' 2>&1
    "$venv/bin/python" -m pip uninstall --quiet --disable-pip-version-check --yes jobmon
    [ ! -e "$venv/bin/jobmon" ] && [ ! -e "$venv/bin/launch_central_monitor.py" ]
}

passed=0 failed=0 skipped=0
for minor in 8 9 10 11 12 13; do
    python=python3.$minor
    if ! full=$("$python" -c 'import platform; print(platform.python_version())' 2>/dev/null); then
        echo "$python: skipped, it is not here"
        skipped=$((skipped + 1))
        continue
    fi
    # In a shell of its own, which ends at the first thing that fails.
    set +e
    (set -e; check "$python") >"$work/output" 2>&1
    status=$?
    set -e
    ran=$(sed -n 's/^Ran \([0-9]*\) tests\{0,1\} in .*/\1/p' "$work/output")
    not_run=$(sed -n 's/^OK (.*skipped=\([0-9]*\).*/\1/p' "$work/output")
    if [ $status = 0 ] && [ "${ran:-0}" -gt "${not_run:-0}" ]; then
        echo "$python: ok ($full; $ran tests, ${not_run:-0} of them skipped)"
        passed=$((passed + 1))
    else
        echo "$python: failed ($full, status $status)"
        tail -n 60 "$work/output" | sed 's/^/    /'
        failed=$((failed + 1))
    fi
    rm -rf "${work:?}/$python"
done
[ $((passed + failed)) -gt 0 ] || { echo "test-wheel: no Python from 3.8 to 3.13 is on PATH" >&2; failed=1; }
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
