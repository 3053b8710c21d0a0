#!/usr/bin/env bash
# Checks every shell script of the project with shellcheck: files that end in .sh, and those whose first line names a
# shell. Tests/Fixtures is left out: it holds what older versions of jobmon wrote. .shellcheckrc has the options.
#
#   scripts/check-shell.sh
set -euo pipefail
cd "$(dirname "$0")/.."
command -v shellcheck >/dev/null || {
    echo "check-shell: shellcheck is missing; run scripts/install-deps.sh check" >&2
    exit 1
}

scripts=()
while read -r file; do
    if [ -L "$file" ] || [ ! -f "$file" ]; then continue; fi
    if [[ $file == *.sh ]] || head -n 1 "$file" | grep -qaE '^#!.*[/ ](ba|da|k|z)?sh( |$)'; then scripts+=("$file"); fi
done < <(git ls-files -co --exclude-standard -- . ':!Tests/Fixtures')
shellcheck "${scripts[@]}" || exit 1
echo "check-shell: nothing found in ${#scripts[@]} scripts"
