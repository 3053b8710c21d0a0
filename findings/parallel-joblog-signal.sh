#!/usr/bin/env bash
# GNU parallel, --joblog: the exit value of a job that a signal killed.
#
# One would guess: Exitval is 137 for SIGKILL, as a shell has it, or at least not 0. To find failures
# in a job log, one selects the rows whose Exitval is not 0.
# What happens: Exitval is 0, and the signal stands in the next column alone. A job that --timeout ended has -1 and 15.
# Where a shell stands between, as for a command in quotes that is not the last one, the same death is 137 and 0.
# Why it matters: a job that ran out of memory has Exitval 0. Both columns have to be read.
. "$(dirname "$0")/lib.sh"
debian_packages parallel=20221122+ds-2
mkdir -p "$HOME/.parallel" && touch "$HOME/.parallel/will-cite"

run parallel --joblog log ::: 'kill -9 $$' 'sh -c "kill -9 \$\$"; exit $?' 'exit 3'
cut -f 7- log
column() { awk -F '\t' -v seq="$1" -v column="$2" '$1 == seq { print $column }' log; }
expected "no row with Exitval 0, since no job succeeded"
claim "a job killed by SIGKILL has Exitval 0" test "$(column 1 7)" = 0
claim "its Signal is 9" test "$(column 1 8)" = 9
claim "the same death behind a shell has Exitval 137 and Signal 0" test "$(column 2 7) $(column 2 8)" = "137 0"
claim "the exit code of parallel counts all three" test "$code" = 3

run parallel --timeout 1 --joblog slow 'sleep {}' ::: 5
claim "a job that --timeout ended has Exitval -1" test "$(awk 'NR == 2 { print $7 }' slow)" = -1
finish
