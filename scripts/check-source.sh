#!/usr/bin/env bash
# What review misses: clocks asked outside TimeSource, tasks that nobody waits for, traps, files that grew too long,
# sleeps in tests, and words that this project does not use.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0

# forbid MESSAGE PATTERN [OPTION...] PATH... : fails when the extended pattern stands in a Swift file; a line that ends
# in "// allowed: why" is let through. The options are those of grep.
forbid() {
    local message=$1 pattern=$2
    shift 2
    local hits
    hits=$(grep -rnE --include='*.swift' "$pattern" "$@" | grep -vE '// allowed: ' || true)
    if [ -n "$hits" ]; then
        echo "check-source: $message"
        sed 's/^/    /' <<<"$hits"
        failed=1
    fi
}

forbid "the time comes from TimeSource only" \
    'Date\(\)|Date\.now|clock_gettime|ContinuousClock|gettimeofday|[^a-z_]time\(nil\)' \
    --exclude='TimeSource*' Sources
forbid "no task without somebody who waits for it" '(^|[^a-zA-Z.])Task(\.detached)? *\{' Sources
forbid "no trap in product code" 'try!|fatalError\(|preconditionFailure\(|as! ' Sources
forbid "no marker of unfinished work" 'TODO|FIXME' Sources Tests
forbid "tests wait for conditions" 'Task\.sleep|usleep\(|[^a-zA-Z.]sleep\(' --exclude-dir=Support Tests

words=$(git ls-files -co --exclude-standard -- 'Sources/*' 'Tests/*' '*.md' 'docs/*' 'demo/*' 'scripts/*' \
    'clusters/*' |
    grep -v check-source.sh | while read -r file; do [ -f "$file" ] && grep -HnwiE 'clients?|servers?' "$file" || true; done |
    grep -vE 'server-sent|database server|HTTPServer|HTTPClient|http\.client|server:|\.server\b|// allowed: |^Tests/Differential/|^Tests/JobmonCoreTests/ErrorSamples/' |
    # Names of Debian packages, which the rigs install.
    grep -vE '(slurm|gridengine|mariadb)-(client|server)' || true)
if [ -n "$words" ]; then
    echo "check-source: say requester, responder, monitor, publisher, subscriber"
    sed 's/^/    /' <<<"$words"
    failed=1
fi

long=$(git ls-files -co --exclude-standard -- '*.swift' '*.sh' '*.py' '*.c' | while read -r file; do
    [ -f "$file" ] || continue
    lines=$(wc -l <"$file")
    [ "$lines" -le 500 ] || echo "    $lines $file"
done)
if [ -n "$long" ]; then
    echo "check-source: files over 500 lines"
    echo "$long"
    failed=1
fi

for target in JobmonCore JobmonSystem JobmonWire JobmonProcesses JobmonReporting JobmonWrapper JobmonHook; do
    if grep -rnE '^ *(package |public )?import (Foundation|FoundationEssentials|NIO.*|Dispatch|_Concurrency)' "Sources/$target" --include='*.swift'; then
        echo "check-source: $target is on the fast path of exec, which can't afford that import"
        failed=1
    fi
done
[ $failed = 0 ] && echo "check-source: nothing found"
exit $failed
