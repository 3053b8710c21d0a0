#!/usr/bin/env bash
# LAMMPS, gretl, PSPP and h5repack: where the reason of a failure is printed.
#
# One would guess: on stderr, as the exit code is 1 and the message begins with "error".
# What happens: on stdout; stderr is empty. The message of h5repack ("Error occurred while repacking") holds no reason
# in addition: why the input could not be opened is shown only with --enable-error-stack.
# Why it matters: "exit code 1, nothing on stderr" is what a monitor can say that keeps the end of stderr, and
# batch scripts that throw stdout away have no reason at all.
# shellcheck disable=SC2016,SC2034  # claim evaluates these texts
. "$(dirname "$0")/lib.sh"
debian_packages lammps=20220106.git7586adbb6a+ds1-2+b2 gretl=2022c-1 pspp=1.6.2-2 hdf5-tools=1.10.8+repack1-1

lines=2
claim_stdout() {
    words=$2
    claim "$1: exit code 1, nothing on stderr, \"$2\" on stdout" \
        eval 'test "$code" = 1 && silent err && says out "$words"'
}
printf 'units lj\nfit all 1995\n' >in.fit
run lmp -in in.fit
claim_stdout LAMMPS "ERROR: Unknown command: fit all 1995"
printf 'open survey.gdt\n' >fit.inp
run gretlcli -b fit.inp
claim_stdout gretl "Error attempting to open file"
printf 'GET FILE="survey.sav".\n' >fit.sps
run pspp fit.sps
claim_stdout PSPP "No such file or directory"
printf 'year,deaths\n1995,7\n' >table.csv
run h5repack table.csv repacked.h5
claim_stdout h5repack "Error occurred while repacking"
expected "the reason on stderr"
finish
