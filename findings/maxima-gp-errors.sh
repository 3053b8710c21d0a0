#!/usr/bin/env bash
# Maxima and PARI/GP: a script with an error, run without a terminal.
#
# One would guess: the program stops at the error, says it on stderr and exits with a code that is not 0.
# What happens: both exit with 0. Maxima stops at the error and prints it on stdout; stderr is empty. It does so even
# when the script is not there. gp prints it on stderr and goes on with the next line, with the variables as they were.
# Why it matters: neither exit code nor stderr of Maxima tells a failed job from a good one. Of gp, the end of a
# derivation whose middle failed is printed as the result.
# shellcheck disable=SC2016,SC2034  # claim evaluates these texts
. "$(dirname "$0")/lib.sh"
debian_packages maxima=5.46.0-11 pari-gp=2.15.2-1

printf 'x: 1$\nerror("no data for 1995")$\nx: 2$\nprint(x)$\n' >script.mac
run maxima --very-quiet --batch=script.mac
expected "an exit code that is not 0, and the error on stderr"
claim "Maxima: exit code 0" test "$code" = 0
claim "Maxima: the error is on stdout, stderr is empty" eval 'says out "no data for 1995" && silent err'
run maxima --very-quiet --batch=missing.mac
claim "Maxima, a script that is not there: exit code 0, stderr is empty" eval 'test "$code" = 0 && silent err'

printf 'x = 1;\nx = 1/0;\nprint("the result is ", x);\n' >script.gp
run gp -fq script.gp
claim "gp: exit code 0" test "$code" = 0
claim "gp: the error is on stderr" says err "impossible inverse"
claim "gp: it went on with the old value" says out "the result is 1"
finish
