"""A fake cluster for tests: the commands of Slurm and of Grid Engine without their daemons. See README.md."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from state import Gone, State  # noqa: E402


def commands():
    import sge
    import sge_submit
    import slurm
    import slurm_submit

    return {
        "sbatch": slurm_submit.sbatch, "squeue": slurm.squeue, "sacct": slurm.sacct, "scancel": slurm.scancel,
        "scontrol": slurm.scontrol, "sinfo": slurm.sinfo, "qsub": sge_submit.qsub, "qstat": sge.qstat,
        "qacct": sge.qacct, "qdel": sge.qdel, "qconf": sge.qconf,
    }


def call(state, name, argv):
    """Runs one call of a command, and logs its start and end."""
    import faults

    # Asked once by each queue; of no interest to tests that count calls.
    if argv in (["--version"], ["-help"]):
        settings = state.settings()
        print(f"slurm {settings.get('slurm_version', '22.05.8')}" if argv == ["--version"] else
              f"{settings.get('sge_version', 'SGE 8.1.9')}\nusage: {name} [options]")
        return 0
    begun = time.time()
    key = f"{os.getpid()}.{begun}"
    state.note_call({"call": key, "command": name, "argv": argv, "time": begun})
    fault = faults.find(state, name, argv)
    status = faults.answer(state, name, argv, fault)
    if status is None:
        status = commands()[name](state, argv, fault)
    sys.stdout.flush()
    state.note_call({"call": key, "status": status, "seconds": round(time.time() - begun, 3)})
    return status


def main(argv):
    name, rest = os.path.basename(argv[0]), argv[1:]
    if name == "run":
        import runner

        return runner.run(rest)
    state = State()
    if name in ("sbatch", "squeue", "sacct", "scancel", "scontrol", "sinfo", "qsub", "qstat", "qacct", "qdel", "qconf"):
        return call(state, name, rest)
    import control

    if name not in control.VERBS:
        print(f"there is no {name}: {', '.join(control.VERBS)}", file=sys.stderr)
        return 2
    return control.run(state, name, rest)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Gone as error:
        print(f"the fake cluster is gone: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyError as error:
        if error.args == ("FAKE_CLUSTER_STATE",):
            sys.exit("FAKE_CLUSTER_STATE names no directory")
        raise
