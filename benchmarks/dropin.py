#!/usr/bin/env python3
"""What dropping in costs: an item of jobmon.Pool against one of multiprocessing.Pool, the import of the Python package, and
the hook in front of a submit command.

    dropin.py PATH-OF-JOBMON [--cache FOLDER] [--rows FILE] [--quick]
"""
import json
import os
import pathlib
import subprocess
import sys
import time

import common

PACKAGE = common.HERE.parent / "python"
POOL = """
import json, multiprocessing, sys, time
import jobmon

def square(number):
    return number * number

def run(make, count):
    began = time.perf_counter()
    with make(2) as pool:
        values = pool.map(square, range(count))
        mapped = time.perf_counter() - began
        pool.close()
        pool.join()
    assert values == [number * number for number in range(count)]
    return mapped, time.perf_counter() - began

if __name__ == "__main__":
    count, rounds = int(sys.argv[1]), int(sys.argv[2])
    jobmon.Pool(1).terminate()
    pairs = [(run(multiprocessing.Pool, count), run(jobmon.Pool, count)) for _ in range(rounds)]
    print(json.dumps(pairs))
"""


def environment(options, folder):
    return {**os.environ, "PYTHONPATH": str(PACKAGE), "JOBMON_EXECUTABLE": str(options.jobmon), "JOBMON_DIR": str(folder)}


def pool(options, rows, directory, folder):
    count, rounds = (1000, 1) if options.quick else (10_000, 5)
    program = pathlib.Path(directory) / "pool.py"
    program.write_text(POOL)
    pairs = json.loads(subprocess.run([sys.executable, program, str(count), str(rounds)], check=True, text=True,
                                      stdout=subprocess.PIPE, env=environment(options, folder)).stdout)
    for index, until in ((0, "its results are there"), (1, "all is recorded and the pool has ended")):
        plain = common.median([one[0][index] for one in pairs])
        ours = common.median([one[1][index] for one in pairs])
        added = (ours - plain) / count * 1000
        rows.add(f"jobmon.Pool.map of {count:,} items, until {until}", f"{added:.3f} ms added an item",
                 f"{plain:.3f} s in all by multiprocessing.Pool, {ours:.3f} s by jobmon", ours / plain,
                 "< 0.5 ms an item", added < 0.5, f"of {rounds}; a trivial function, two workers")
    recorded = subprocess.run([options.jobmon, "query", "-d", folder, "--csv",
                               "select count(*) from job_instance where status = 4"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.split()[-1]
    if int(recorded) != count * rounds:
        raise SystemExit(f"{recorded} of {count * rounds} items are COMPLETE in the ledger")


def imported(options, rows, folder):
    code = "import time; began = time.perf_counter(); import jobmon; print(time.perf_counter() - began)"
    times = [float(subprocess.run([sys.executable, "-c", code], check=True, text=True, stdout=subprocess.PIPE,
                                  env=environment(options, folder)).stdout) * 1000 for _ in range(20)]
    took = common.median(times)
    rows.add("import of the Python package", f"{took:.1f} ms", "20 ms", took / 20, "< 20 ms", took < 20,
             f"the median of {len(times)} processes, the longest {max(times):.1f} ms")


def hook(options, rows, directory, folder):
    """The hook in front of an sbatch that does nothing: what it adds is all its own."""
    real = pathlib.Path(directory) / "bin"
    real.mkdir()
    sbatch = real / "sbatch"
    sbatch.write_text("#!/bin/sh\ncat \"$0\" > /dev/null\necho 'Submitted batch job 1'\n")
    sbatch.chmod(0o755)
    script = pathlib.Path(directory) / "fit.sbatch"
    script.write_text("#!/bin/bash\n#SBATCH --job-name=fit\nset -e\necho fit\n")
    path = f"{real}:{os.environ['PATH']}"
    env = {**environment(options, folder), "PATH": path}
    said = subprocess.run(["sh", "-c", f'eval "$({options.jobmon} hook)" && command -v sbatch'], check=True, text=True,
                          stdout=subprocess.PIPE, env=env).stdout.strip()
    hooked = f"{os.path.dirname(said)}:{path}"

    def took(path):
        began = time.perf_counter()
        subprocess.run(["sbatch", script], check=True, stdout=subprocess.DEVNULL, env={**env, "PATH": path})
        return (time.perf_counter() - began) * 1000

    count = 10 if options.quick else 100
    bare, shim = [], []
    for _ in range(count):
        bare.append(took(path))
        shim.append(took(hooked))
    added = common.median(shim) - common.median(bare)
    rows.add("the hook in front of sbatch", f"{added:.1f} ms added", f"{common.median(bare):.1f} ms without",
             common.median(shim) / common.median(bare), "< 30 ms", added < 30,
             f"of {count}; p90 {sorted(shim)[int(count * 0.9)] - common.median(bare):.1f} ms")


def main():
    options = common.options(__doc__)
    rows = common.Rows("e", options.rows)
    print("(e) dropping in to what is there", flush=True)
    with common.work_directory() as directory:
        folder = pathlib.Path(directory) / "dir"
        monitor = common.Responder.monitor(options, folder)
        try:
            pool(options, rows, directory, folder)
            imported(options, rows, folder)
            hook(options, rows, directory, folder)
        finally:
            monitor.stop()


if __name__ == "__main__":
    main()
