#!/usr/bin/env bash
# Holds the imports of every target, and the targets, against the table in docs/architecture.md: a target imports nothing of
# its own level or above, but for the edges named here, and the heavy packages stay where they belong. The package
# manager does not check that: a transitive dependency can be imported without a word.
set -euo pipefail
cd "$(dirname "$0")/.."

# target | what it may import besides Swift's own modules
allowed='
JobmonCore|Glibc
JobmonSystem|JobmonCore CJobmonPOSIX CPCRE2 Glibc
JobmonWire|JobmonCore Glibc
JobmonProcesses|JobmonCore JobmonSystem CJobmonPOSIX Glibc
JobmonReporting|JobmonCore JobmonSystem JobmonWire CJobmonPOSIX Glibc
JobmonLedger|JobmonCore JobmonSystem CJobmonPOSIX GRDB GRDBSQLite Dispatch Glibc
JobmonQueue|JobmonCore CLibcrypto
JobmonExecutors|JobmonCore JobmonSystem JobmonWire CJobmonPOSIX CExpat Glibc Subprocess SystemPackage
JobmonWrapper|JobmonCore JobmonSystem JobmonWire JobmonProcesses JobmonReporting CJobmonPOSIX Glibc
JobmonHook|JobmonCore JobmonSystem JobmonReporting CJobmonPOSIX Glibc
JobmonViews|JobmonCore JobmonWire Glibc
JobmonMonitor|JobmonCore JobmonSystem JobmonWire JobmonReporting JobmonViews CJobmonAssets CZlib Glibc Hummingbird HummingbirdCore HTTPTypes NIOCore NIOPosix NIOHTTPTypes Logging ServiceLifecycle
JobmonRequests|JobmonCore JobmonSystem JobmonWire JobmonReporting NIOCore NIOHTTP1 NIOPosix
Jobmon|JobmonCore JobmonSystem JobmonWire JobmonReporting JobmonLedger JobmonMonitor JobmonRequests JobmonQueue JobmonExecutors CJobmonPOSIX Logging ServiceLifecycle Glibc FoundationEssentials
JobmonCommands|CJobmonTerminal JobmonCore JobmonSystem JobmonWire JobmonReporting JobmonViews JobmonQueue JobmonExecutors JobmonHook JobmonWrapper Jobmon ArgumentParser Yams Foundation Glibc Dispatch Logging
JobmonCLI|JobmonCore JobmonWrapper JobmonHook JobmonCommands Glibc
'
failed=0
for folder in Sources/*/; do
    target=$(basename "$folder")
    case $target in C*) continue ;; esac
    line=$(grep "^$target|" <<<"$allowed") || {
        echo "check-layers: target $target is not in the table"
        failed=1
        continue
    }
    may=" ${line#*|} Synchronization Swift _Concurrency "
    while IFS=: read -r file import; do
        [ -n "$import" ] || continue
        case $may in
        *" $import "*) ;;
        *)
            echo "check-layers: $file imports $import, which $target may not"
            failed=1
            ;;
        esac
    done < <(grep -rnoE '^[[:space:]]*(@[a-zA-Z_()]+ )*((package|public|internal|private|fileprivate) )?import (struct |class |enum |func |protocol )?[A-Za-z0-9_]+' "$folder" --include='*.swift' --exclude-dir='*.docc' |
        sed -E 's/^([^:]+):[0-9]+:.*import (struct |class |enum |func |protocol )?([A-Za-z0-9_]+)$/\1:\3/')
done
# The table of targets on the architecture page has each folder of Sources, and no other.
# shellcheck disable=SC2016  # backquotes of Markdown
documented=$(sed -nE 's/^\| [0-9] \| `([A-Za-z]+)`.*/\1/p' docs/architecture.md | sort)
present=$(for folder in Sources/*/; do basename "$folder"; done | grep -vE '^(CExpat|CLibcrypto|CPCRE2|CZlib)$' | sort)
if [ "$documented" != "$present" ]; then
    echo "check-layers: docs/architecture.md and Sources do not have the same targets:"
    diff <(echo "$documented") <(echo "$present") || true
    failed=1
fi
# Every type that the page names in code exists.
# shellcheck disable=SC2016  # backquotes of Markdown
while read -r name; do
    grep -rqwF -- "$name" Sources python/jobmon Tests scripts Package.swift || {
        echo "check-layers: docs/architecture.md names $name, which is not there"
        failed=1
    }
done < <(grep -oE '`[A-Z][A-Za-z]+`' docs/architecture.md | tr -d '`' | sort -u)
[ $failed = 0 ] && echo "check-layers: every import is as the table says"
exit $failed
