#!/usr/bin/env bash
# The Slurm of Debian calls itself by another name than Slurm elsewhere: `sbatch --version` answers
# "slurm-wlm 22.05.8", not "slurm 22.05.8", and so does each of its commands. A tool that reads the version with the
# name before it finds none: law says that there is no Slurm (None) on a machine where sbatch works.
. "$(dirname "$0")/lib.sh"
debian_packages slurm-client=22.05.8-4+deb12u3
python_packages law==0.1.21

for command in sbatch sacct squeue scontrol; do
    run "$command" --version
    cat out >>versions
done
sort --unique versions >names
expected "slurm 22.05.8, as a Slurm that was built from its source or with its own packages says"

# The version is asked for before anything is sent to a controller, so none is needed.
cat >version.py <<'PYTHON'
import law

law.contrib.load("slurm")
print(law.slurm.get_slurm_version())
PYTHON
run python version.py
expected "(22, 5, 8)"

claim "four commands of Debian's Slurm give the version after the name slurm-wlm" [ "$(cat names)" = "slurm-wlm 22.05.8" ]
claim "law reads no version at all from it" says out None
finish
