#!/usr/bin/env bash
# Snakemake and pysqa, for Slurm: a time limit of 90 seconds.
#
# One would guess: Slurm counts minutes, so 90 seconds become 2 minutes. A limit that is rounded must not become
# shorter than what was asked for, and Snakemake rounds memory up.
# What happens: both round down. Snakemake's resource runtime="90s" is 1 minute, and its plugin for Slurm says -t 1;
# pysqa's run_time_max=90 becomes --time=1. So does one of 119 seconds.
# Why it matters: the job ends with TIMEOUT after two thirds of its time, and nothing shows the limit that was meant.
. "$(dirname "$0")/lib.sh"
python_packages snakemake==9.27.1 snakemake-executor-plugin-slurm==2.8.0 pysqa==1.1.1

cat >Snakefile <<'SNAKEFILE'
rule limit:
    output: "limit.{time}"
    resources: runtime=lambda wildcards: wildcards.time, mem="1500kB"
    shell: "echo {resources.runtime} minutes, {resources.mem_mb} MB >{output}"
SNAKEFILE
lines=1
for time in 90s 119s 120s; do
    run snakemake --cores 1 --quiet all -- "limit.$time"
done
head limit.*

cat >scripts.py <<'PYTHON'
import types
from pysqa.wrapper.slurm import SlurmCommands
from snakemake_executor_plugin_slurm.submit_string import get_submit_command

class Resources(dict):
    __getattr__ = dict.__getitem__

job = types.SimpleNamespace(resources=Resources(runtime=int(open("limit.90s").read().split()[0])), threads=1)
names = ("run_uuid", "slurm_logfile", "comment_str", "account", "partition", "workdir")
command = get_submit_command(job, dict.fromkeys(names, "x"))
print("snakemake", [word for word in command.split(" -") if word.startswith("t ")])
for seconds in (90, 119):
    script = SlurmCommands.render_submission_template("./fit", run_time_max=seconds, partition="all")
    print("pysqa", seconds, [line for line in script.splitlines() if "--time" in line])
PYTHON
lines=4
run python3 scripts.py
expected "2 minutes, for 90 and for 119 seconds"
claim "Snakemake: 90 seconds are 1 minute" says limit.90s "1 minutes"
claim "Snakemake: 119 seconds are 1 minute" says limit.119s "1 minutes"
claim "Snakemake: memory is rounded up, 1.5 MB to 2" says limit.90s "2 MB"
claim "its plugin asks Slurm for 1 minute" says out "snakemake ['t 1']"
claim "pysqa: 90 seconds are 1 minute" says out "pysqa 90 ['#SBATCH --time=1']"
claim "pysqa: 119 seconds are 1 minute" says out "pysqa 119 ['#SBATCH --time=1']"
finish
