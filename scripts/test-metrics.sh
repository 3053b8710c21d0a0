#!/usr/bin/env bash
# Checks the metrics of a real monitor, which has real jobs, and the files of docs/monitoring, by Prometheus' own promtool:
# that of PATH, else that of Debian's package, which is unpacked into .build/promtool and not installed (it would start
# a service). The executable is the one that JOBMON_EXECUTABLE names, else that of the build.
#
#   scripts/test-metrics.sh
set -euo pipefail
cd "$(dirname "$0")/.."

executable=${JOBMON_EXECUTABLE:-$PWD/.build/${CONFIGURATION:-debug}/jobmon}
[ -x "$executable" ] || { echo "test-metrics: there is no $executable; build it, or set JOBMON_EXECUTABLE" >&2; exit 2; }

PROMTOOL=$(command -v promtool || true)
if [ -z "$PROMTOOL" ]; then
    PROMTOOL=$PWD/.build/promtool/usr/bin/promtool
    if [ ! -x "$PROMTOOL" ]; then
        mkdir -p .build/promtool
        # The lists of packages may be missing, or too old.
        (cd .build/promtool && { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; } &&
            dpkg-deb -x prometheus_*.deb .) || {
            echo "test-metrics: promtool is missing; install it (Debian: prometheus), or put it on PATH" >&2
            exit 1
        }
    fi
fi
export PROMTOOL

folder=$(mktemp -d)
monitor=
trap '[ -z "$monitor" ] || { kill "$monitor" && wait "$monitor"; } 2>/dev/null || true; rm -rf "$folder"' EXIT
"$executable" run -d "$folder/mon" --queue 'a "queue"' --no-progress -- true >/dev/null 2>&1
"$executable" run -d "$folder/mon" --queue fit --no-progress -- sh -c 'echo "ValueError: no" >&2; exit 3' >/dev/null 2>&1 || true
exec 3< <(exec "$executable" monitor "$folder/mon")
monitor=$!
read -r ready <&3
scripts/check-metrics.sh "$folder/mon"
echo "test-metrics: $("$PROMTOOL" --version 2>&1 | head -n 1) finds nothing to remark in ${ready#ready }/metrics"
