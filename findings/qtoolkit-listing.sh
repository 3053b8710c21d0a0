#!/usr/bin/env bash
# QToolKit (the scheduler library under jobflow-remote): Slurm's answers about jobs.
#
# One would guess: a job's name may have a space, and one job in a rare state does not hide the others.
# What happens: the answer of "scontrol show job -o" is split at spaces, so that a job named "fit 1995" raises
# IndexError. In a list of squeue, one job in the state RQ (requeued), which its own table of states mentions, raises an
# error for the whole list. And the memory "4G", which is to be in megabytes, is 4194304.
# Why it matters: the first requeued job makes all jobs of the user unknown, in the moment when one looks.
. "$(dirname "$0")/lib.sh"
python_packages qtoolkit==0.1.7

cat >answers.py <<'PYTHON'
from qtoolkit.io.slurm import SlurmIO

def attempt(name, function, *answer):
    try:
        print(name, function(0, *answer, ""))
    except Exception as error:
        print(name, type(error).__name__, error)

slurm = SlurmIO()
job = ("JobId=549 JobName={} UserId=ada(1000) GroupId=ada(1000) Priority=1 Account=a QOS=normal JobState=RUNNING "
       "Reason=None TimeLimit=00:10:00 Partition=all NumNodes=1 NumCPUs=1 CPUs/Task=1 MinMemoryCPU=4G")
attempt("memory", lambda *a: slurm.parse_job_output(*a).info.memory, job.format("fit"))
attempt("name", lambda *a: slurm.parse_job_output(*a).name, job.format("fit 1995"))
row = "<><> ".join(("{}", "{}", "None", "fit", "ada", "all", "10:00", "1", "1", "0:30", "4G"))
count = lambda *a: len(slurm.parse_jobs_list_output(*a))
attempt("plain", count, "\n".join((row.format(1, "R"), row.format(2, "PD"))))
attempt("requeued", count, "\n".join((row.format(1, "R"), row.format(2, "RQ"))))
PYTHON
run python3 answers.py
expected "memory 4096; name fit 1995; two jobs in each list"
claim "a memory of 4G is 4194304" says out "memory 4194304"
claim "a name with a space raises IndexError" says out "name IndexError"
claim "a list with a requeued job raises for all" grep -q '^requeued OutputParsingError' out
claim "a list without one is read" says out "plain 2"
finish
