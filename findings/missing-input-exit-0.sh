#!/usr/bin/env bash
# CalculiX, VCFtools, CBC and Open Babel: an input file that is not there.
#
# One would guess: this at least is a failure for every program.
# What happens: all four say that they cannot open the file, and exit with 0. CalculiX and CBC say so on stdout only.
# Open Babel also exits with 0 when it cannot write its output.
# Why it matters: where the job that makes the file failed, the jobs after it succeed within milliseconds. The sign of it
# is a run time that is much too short.
# shellcheck disable=SC2016,SC2034  # claim evaluates these texts
. "$(dirname "$0")/lib.sh"
debian_packages calculix-ccx=2.20-1 vcftools=0.1.16-3+b1 coinor-cbc=2.10.8+ds1-1 openbabel=3.1.1+dfsg-9+b3

lines=2
claim_0() {
    file=$2 words=$3
    claim "$1: exit code 0, and the failure is said on std$2" eval 'test "$code" = 0 && says "$file" "$words"'
}
run ccx -i missing
claim_0 CalculiX out "*ERROR in readinput: cannot open file missing.inp"
run vcftools --vcf missing.vcf
claim_0 VCFtools err "Error: Can't determine file type of missing.vcf"
run cbc missing.lp solve
claim_0 CBC out "Unable to open file ./missing.lp"
run obabel missing.xyz -O out.pdb
claim_0 "Open Babel" err "Cannot open missing.xyz"
printf '1\n\nO 0 0 0\n' >oxygen.xyz
run obabel oxygen.xyz -O missing/out.pdb
claim_0 "Open Babel, output" err "Cannot write to missing/out.pdb"
expected "an exit code that is not 0"
finish
