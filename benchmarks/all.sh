#!/usr/bin/env bash
# Every figure against its limit or peer in one run, and one table at the end. Judges, but never fails for a number.
# What is missing of wrk and parallel is installed when we are root or sudo asks no password; else its rows say so.
# usage: all.sh [--markdown FILE] [--cache FOLDER] [--bench PATH] [--quick] [--only abcdeh] PATH-OF-JOBMON
set -euo pipefail
here=$(dirname "$(realpath "$0")")
cache=$here/../.build/bench
bench=$here/../.build/release/JobmonBench
markdown=
only=abcdeh
options=()
while [ $# -gt 1 ]; do
    case $1 in
    --markdown) markdown=$2 && shift 2 ;;
    --cache) cache=$2 && shift 2 ;;
    --bench) bench=$2 && shift 2 ;;
    --only) only=$2 && shift 2 ;;
    --quick) options+=(--quick) && shift ;;
    *) echo "all.sh: $1 is not an option" >&2 && exit 2 ;;
    esac
done
jobmon=$(realpath "$1")

missing=()
for program in wrk parallel strace; do command -v $program >/dev/null || missing+=("$program"); done
if [ ${#missing[@]} -gt 0 ] && command -v apt-get >/dev/null; then
    run=()
    [ "$(id -u)" = 0 ] || run=(sudo -n)
    if [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; then
        echo "Installing: ${missing[*]}" >&2
        { "${run[@]}" apt-get update -qq && "${run[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; } ||
            echo "could not install ${missing[*]}" >&2
    fi
fi

mkdir -p "$cache"
rows=$cache/rows.jsonl
: >"$rows"
processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
echo "$("$jobmon" --version) on $(nproc) x ${processor:-unknown processor}, $(uname -sr)," \
    "files on $(stat -f -c %T "$cache")"
run() { # LETTER SCRIPT
    case $only in *$1*) ;; *) return 0 ;; esac
    python3 "$here/$2" "$jobmon" --bench "$bench" --cache "$cache" --rows "$rows" "${options[@]}" ||
        printf '{"group": "%s", "what": "%s", "ours": "%s", %s}\n' "$1" "the rest of $2" \
            "not measured: it ended with an error" \
            '"peer": "", "ratio": "", "aim": "", "verdict": "", "note": "see above"' >>"$rows"
}
run a events.py
run b jobs.py
run c wrapper.py
run d ledger.py
run e dropin.py
run h machine.py
echo
python3 "$here/table.py" "$rows" ${markdown:+"$markdown"}
