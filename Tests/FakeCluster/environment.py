"""The environment of a task: the variables of its scheduler, its directory, its files."""

import os
import socket

import processes


def slurm(job, number, task):
    node = task["node"]
    found = {
        "HOSTNAME": node, "SLURMD_NODENAME": node, "SLURM_NODELIST": node, "SLURM_JOB_NODELIST": node,
        "SLURM_ARRAY_JOB_ID": job["id"], "SLURM_ARRAY_TASK_ID": number, "SLURM_ARRAY_TASK_STEP": 1,
        "SLURM_ARRAY_TASK_COUNT": len(job["tasks"]), "SLURM_ARRAY_TASK_MIN": job["first"],
        "SLURM_ARRAY_TASK_MAX": job["last"], "SLURM_CLUSTER_NAME": "fake", "SLURM_CPUS_ON_NODE": job["slots"],
        "SLURM_JOBID": task["raw"], "SLURM_JOB_ID": task["raw"], "SLURM_JOB_NAME": job["name"],
        "SLURM_JOB_ACCOUNT": job["project"] or "general", "SLURM_JOB_PARTITION": job["queue"],
        "SLURM_JOB_NUM_NODES": 1, "SLURM_JOB_QOS": "normal", "SLURM_JOB_UID": os.getuid(),
        "SLURM_JOB_USER": job["user"], "SLURM_MEM_PER_NODE": 200, "SLURM_NNODES": 1, "SLURM_NODEID": 0,
        "SLURM_NTASKS": 1, "SLURM_PROCID": 0, "SLURM_SUBMIT_DIR": job["submitted_in"],
        "SLURM_SUBMIT_HOST": socket.gethostname(),
    }
    if job["slots"] > 1:
        found["SLURM_CPUS_PER_TASK"] = job["slots"]
    if task["restarts"]:
        found["SLURM_RESTART_COUNT"] = task["restarts"]
    return found


def sge(state, job, number, task):
    place = f"{job['id']}.{number}"
    scratch = f"{state.root}/tmp/{place}.{job['queue']}"
    spool = f"{state.root}/spool/{place}"
    os.makedirs(scratch, exist_ok=True)
    os.makedirs(spool, exist_ok=True)
    with open(f"{spool}/config", "w", encoding="utf-8") as file:
        limit = float("inf") if job["limit"] is None else job["limit"]
        file.write(f"job_id={job['id']}\njob_name={job['name']}\nh_rt={'INFINITY' if limit > 1e9 else int(limit)}\n")
    path = job["environment"].get("PATH", "/bin:/usr/bin")
    return {
        "ENVIRONMENT": "BATCH", "HOSTNAME": task["node"], "JOB_ID": job["id"], "JOB_NAME": job["name"],
        "JOB_SCRIPT": job["script"], "NHOSTS": 1, "NQUEUES": 1, "NSLOTS": job["slots"], "PATH": f"{scratch}:{path}",
        "QUEUE": job["queue"], "REQNAME": job["name"], "REQUEST": job["name"],
        "RESTARTED": 1 if task["restarts"] else 0, "SGE_ACCOUNT": "sge", "SGE_ARCH": "lx-amd64", "SGE_CELL": "default",
        "SGE_CWD_PATH": job["cwd"], "SGE_JOB_SPOOL_DIR": spool, "SGE_O_HOME": os.environ.get("HOME", "/"),
        "SGE_O_HOST": socket.gethostname(), "SGE_O_LOGNAME": job["user"], "SGE_O_PATH": path,
        "SGE_O_WORKDIR": job["submitted_in"], "SGE_ROOT": f"{state.root}/sge",
        "SGE_STDERR_PATH": job["stderr"] or job["stdout"] or "/dev/null", "SGE_STDIN_PATH": "/dev/null",
        "SGE_STDOUT_PATH": job["stdout"] or "/dev/null", "SGE_TASK_FIRST": job["first"], "SGE_TASK_ID": number,
        "SGE_TASK_LAST": job["last"], "SGE_TASK_STEPSIZE": 1, "TMP": scratch, "TMPDIR": scratch,
    }


def of(state, job, number, task):
    """All environment variables of a task."""
    extra = slurm(job, number, task) if job["scheduler"] == "slurm" else sge(state, job, number, task)
    found = dict(job["environment"])
    found.update({name: str(value) for name, value in extra.items()})
    found[processes.MARK] = processes.mark(state, job["id"], number, task["restarts"])
    found["FAKE_CLUSTER_STATE"] = state.root
    return found


def output_path(job, number, task, path):
    """The path of an output file, with its placeholders filled in."""
    if job["scheduler"] == "slurm":
        for sign, value in (("%A", job["id"]), ("%a", number), ("%j", task["raw"]), ("%x", job["name"]),
                            ("%N", task["node"])):
            path = path.replace(sign, str(value))
    else:
        for sign, value in (("$TASK_ID", number), ("$JOB_ID", job["id"]), ("$JOB_NAME", job["name"])):
            path = path.replace(sign, str(value))
        path = path.split(":")[-1]
        if os.path.isdir(path):
            path += f"/{job['name']}.o{job['id']}.{number}"
    return os.path.join(job["cwd"], path)
