#!/usr/bin/env bash
# Open MPI, mpirun: the exit code when the program is not there.
#
# One would guess: 127, as of a shell, env or timeout; or 1.
# What happens: 132, which by the rule of 128 + signal is SIGILL, an illegal instruction. The limit of --timeout gives
# 110 (timeout(1) has 124), and too few places for the ranks give 1. A rank that SIGKILL ended gives 137, so that the
# rule does hold for signals.
# Why it matters: SIGILL is what programs get that were compiled for another processor. A monitor that names the signal
# of a code above 128 sends people after compiler options and node types, for a mistyped path.
. "$(dirname "$0")/lib.sh"
debian_packages openmpi-bin=4.1.4-3+b1

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
lines=3
run timeout 60 mpirun -n 1 ./missing
expected "exit code 127"
claim "a program that is not there: 132" test "$code" = 132
run timeout 60 mpirun --timeout 1 -n 1 sleep 20
claim "--timeout: 110" test "$code" = 110
run timeout 60 mpirun -n 10000 true
claim "too few places: 1" test "$code" = 1
run timeout 60 mpirun -n 1 sh -c 'kill -9 $$'
claim "a rank that SIGKILL ended: 137" test "$code" = 137
finish
