#!/usr/bin/env bash
# xtb: a geometry optimisation that did not converge.
#
# One would guess: the exit code is not 0, as it is when the electronic structure does not converge; and the file
# .xtboptok, whose name says that the optimisation is ok, is not made.
# What happens: the exit code is 0, the last line of stderr is "normal termination of xtb", and .xtboptok is there. The
# failure is a line in the middle of stdout: FAILED TO CONVERGE GEOMETRY OPTIMIZATION.
# Why it matters: exit code, end of the log and the marker file, the three things that a workflow checks, all say that the
# structure is good. It is whatever the last step had.
. "$(dirname "$0")/lib.sh"
debian_packages xtb=6.5.1-3

printf '3\n\nO 0 0 0\nH 0 0 1.4\nH 1.5 0.2 -0.4\n' >water.xyz
export OMP_NUM_THREADS=1
lines=1
run timeout 100 xtb water.xyz --opt --cycles 1
expected "an exit code that is not 0"
claim "the exit code is 0" test "$code" = 0
claim "stderr says normal termination" says err "normal termination of xtb"
claim "the marker file is there" test -e .xtboptok
claim "stdout says that it failed" says out "FAILED TO CONVERGE GEOMETRY OPTIMIZATION"
rm -f .xtboptok
run timeout 100 xtb water.xyz --iterations 1
claim "electronic structure not converged: exit code 1" test "$code" = 1
finish
