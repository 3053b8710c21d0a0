#!/usr/bin/env bash
# GNU parallel, --resume: which jobs count as done.
#
# One would guess: those whose command is in the job log, which has a column for it. Other inputs are other jobs.
# What happens: only the number of the job counts. With a log of three jobs, the first three of any other list are
# skipped without a word, and the exit code is 0.
# Why it matters: a list of inputs that was sorted anew, or had a line removed at its top, leaves jobs out, and runs
# others twice.
. "$(dirname "$0")/lib.sh"
debian_packages parallel=20221122+ds-2
mkdir -p "$HOME/.parallel" && touch "$HOME/.parallel/will-cite"

run parallel -j 1 --joblog log echo fit ::: Kenya Peru Chad
run parallel -j 1 --resume --joblog log echo fit ::: Mali Togo Iran Cuba
expected "four jobs run, since none of the four has run before"
claim "only the fourth job ran" test "$(cat out)" = "fit Cuba"
claim "nothing says that three were skipped" silent err
claim "the exit code is 0" test "$code" = 0
finish
