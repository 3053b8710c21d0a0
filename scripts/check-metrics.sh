#!/usr/bin/env bash
# Checks what docs/monitoring has for Prometheus and Grafana: the alert rules, their tests, the dashboard, and that
# every metric they use is documented. With an argument, also the text of /metrics.
#
#   scripts/check-metrics.sh                the files
#   scripts/check-metrics.sh - <TEXT        and a text from stdin, in the Prometheus text format 0.0.4
#   scripts/check-metrics.sh URL            and the answer at this URL; $JOBMON_SECRET is sent as the secret
#   scripts/check-metrics.sh DIR            and that of the monitor of this directory
#
# PROMTOOL names another promtool. It knows only the text format 0.0.4, so that is what is asked for.
set -euo pipefail
PROMTOOL=${PROMTOOL:-promtool}
for tool in "$PROMTOOL" python3; do
    command -v "$tool" >/dev/null || {
        echo "check-metrics: $tool is missing (promtool is in Debian's package prometheus; make test-metrics needs no installation)" >&2
        exit 1
    }
done

# fetch URL SECRET : prints the metrics there. The secret is not an argument of a process, which others could see.
fetch() {
    command -v curl >/dev/null || {
        echo "check-metrics: curl is missing" >&2
        return 1
    }
    local headers='header = "Accept: text/plain;version=0.0.4"'
    [ -z "$2" ] || headers+=$'\n'"header = \"Authorization: Bearer $2\""
    curl --silent --show-error --fail --noproxy '*' --max-time 30 --config <(printf '%s\n' "$headers") -- "$1"
}

# The argument is read before the directory changes.
text=
case ${1:-} in
'') ;;
-) text=$(cat && echo .) ;;
http://* | https://*) text=$(fetch "$1" "${JOBMON_SECRET:-}" && echo .) ;;
*)
    info=$1/monitor_info.json
    [ -r "$info" ] || {
        echo "check-metrics: there is no monitor_info.json in $1" >&2
        exit 1
    }
    { read -r url && read -r secret; } < <(python3 -c '
import json, sys
info = json.load(open(sys.argv[1]))
address = info["address"]
print("http://%s:%d/metrics" % ("[%s]" % address if ":" in address else address, info["port"]))
print(info["secret"])' "$info")
    text=$(fetch "$url" "$secret" && echo .)
    ;;
esac
text=${text%.}

cd "$(dirname "$0")/../docs/monitoring"
failed=0

# step NAME COMMAND... : runs a command and shows what it says only if it fails.
step() {
    local name=$1 said
    shift
    if said=$("$@" 2>&1); then return; fi
    echo "check-metrics: $name"
    sed 's/^/    /' <<<"$said"
    failed=1
}

step "alerts.yml is invalid" "$PROMTOOL" check rules alerts.yml
step "the tests of alerts.yml fail" "$PROMTOOL" test rules alerts-test.yml
step "grafana.json is invalid" python3 - "$PROMTOOL" <<'PYTHON'
import json, subprocess, sys, tempfile

board = json.load(open("grafana.json"))
panels = board["panels"]
faults = []
if board["schemaVersion"] < 38:
    faults.append("schemaVersion is older than that of Grafana 10")
ids = [panel["id"] for panel in panels]
if len(ids) != len(set(ids)):
    faults.append("two panels have the same id")
names = {variable["name"] for variable in board["templating"]["list"]}
queries = []
for panel in panels:
    for target in panel.get("targets", []):
        if target["datasource"]["uid"] != "${datasource}":
            faults.append("%s: the data source is not the variable" % panel["title"])
        query = target["expr"]
        for name in sorted(names, key=len, reverse=True):
            query = query.replace("$" + name, "x")
        query = query.replace("$__rate_interval", "1m")
        if "$" in query:
            faults.append("%s: an unknown variable in %s" % (panel["title"], query))
        queries.append(query)
# Queries are checked as if they were recorded.
rules = [{"record": "x:%d" % number, "expr": query} for number, query in enumerate(queries)]
with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
    json.dump({"groups": [{"name": "panels", "rules": rules}]}, file)
    file.flush()
    checked = subprocess.run([sys.argv[1], "check", "rules", file.name], capture_output=True, text=True)
    if checked.returncode:
        faults.append(checked.stdout + checked.stderr)
print("\n".join(faults))
sys.exit(bool(faults))
PYTHON

# undocumented FILE : prints the names of metrics in a file that the table of README.md does not have.
undocumented() {
    local name
    { grep -oE '\b(jobmon|process)_[a-z_]+\b' "$1" || true; } | sort -u | while read -r name; do
        # shellcheck disable=SC2016  # backquotes of Markdown
        for form in "$name" "${name%_bucket}" "${name%_sum}" "${name%_count}"; do
            if grep -qF "| \`$form\` |" README.md; then continue 2; fi
        done
        echo "$name"
    done
}

for file in alerts.yml alerts-test.yml grafana.json; do
    names=$(undocumented "$file")
    [ -z "$names" ] || {
        echo "check-metrics: $file uses metrics that README.md does not list: ${names//$'\n'/ }"
        failed=1
    }
done

if [ $# -gt 0 ]; then
    names=$(undocumented <(sed -nE 's/^# TYPE ([^ ]+) .*/\1/p' <<<"$text"))
    [ -z "$names" ] || {
        echo "check-metrics: the text has metrics that README.md does not list: ${names//$'\n'/ }"
        failed=1
    }
    [ -n "$text" ] || {
        echo "check-metrics: the text is empty"
        failed=1
    }
    if ! said=$("$PROMTOOL" check metrics <<<"$text" 2>&1) || [ -n "$said" ]; then
        echo "check-metrics: the text is not as promtool wants it"
        sed 's/^/    /' <<<"$said"
        failed=1
    fi
fi
[ $failed = 0 ] && echo "check-metrics: nothing found"
exit $failed
