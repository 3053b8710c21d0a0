#!/usr/bin/env bash
# Makes dist/jobmon-VERSION-py3-none-….whl: the Python package and dist/jobmon in one, for pip. Its tools go into a
# virtual environment of their own, .build/wheel/venv.
#
#   scripts/make-wheel.sh
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x dist/jobmon ] || { echo "make-wheel: dist/jobmon is not there; run make dist" >&2; exit 1; }

# What is in one wheel is of one version.
version=$(sed -n 's/.*current = "\(.*\)".*/\1/p' Sources/JobmonCore/Layout/JobmonVersion.swift)
for of in "dist/jobmon:$(dist/jobmon --version | sed 's/^jobmon //')" \
    "python/jobmon/__init__.py:$(sed -n 's/^__version__ = "\(.*\)"/\1/p' python/jobmon/__init__.py)"; do
    [ "${of##*:}" = "$version" ] || {
        echo "make-wheel: ${of%:*} is of version '${of##*:}', and JobmonVersion.swift says $version" >&2
        exit 1
    }
done

work=.build/wheel
pip=$work/venv/bin/pip
requirement=$(sed -n 's/^requires = \["\(hatchling.*\)"\]/\1/p' python/pyproject.toml)
if ! $pip show -q hatchling 2>/dev/null; then
    rm -rf $work/venv
    python3 -m venv $work/venv
    $pip install --quiet --disable-pip-version-check "$requirement"
fi
rm -rf $work/made
$pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir $work/made ./python
rm -f dist/jobmon-*.whl
mv $work/made/jobmon-*.whl dist/
wheel=$(echo dist/jobmon-*.whl)
echo "$wheel: $(($(stat -c %s "$wheel") / 1000000)) MB"
