#!/usr/bin/env bash
# Every relative link in the documents leads somewhere, and the shell scripts parse.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
while read -r file; do
    while read -r link; do
        target=${link%%#*}
        [ -n "$target" ] || continue
        if [ ! -e "$(dirname "$file")/$target" ]; then
            echo "check-docs: $file links to $target, which is not there"
            failed=1
        fi
    done < <(grep -oE '\]\([^)]+\)' "$file" | sed -E 's/^\]\(([^)]+)\)$/\1/' | grep -vE '^(https?:|mailto:)' || true)
done < <(git ls-files -co --exclude-standard -- '*.md')
# The tutorial ends with the example, which the tests run.
cmp -s Sources/Jobmon/Jobmon.docc/Resources/classic-6.swift Examples/ClassicController/ClassicController.swift || {
    echo "check-docs: the tutorial's last step is not Examples/ClassicController/ClassicController.swift"
    failed=1
}
while read -r script; do
    bash -n "$script" || failed=1
done < <(git ls-files -co --exclude-standard -- '*.sh' .ci/run)
[ $failed = 0 ] && echo "check-docs: every link leads somewhere"
exit $failed
