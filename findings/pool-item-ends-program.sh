#!/usr/bin/env bash
# joblib, loky, Pebble, MPIRE: an item that calls sys.exit(0) in a worker process.
#
# One would guess: the worker ends, and the program gets an error about a lost worker, or the item's result is None.
# A worker is a process of its own.
# What happens: all four carry SystemExit back to the program and raise it there. Since nobody catches SystemExit, the
# program ends at once: no traceback, nothing on stderr, exit code 0, and the results of all other items are lost.
# Why it matters: an exit code of 0 means success to every job monitor. A library that ends itself after printing its
# usage, as argument parsers and main() functions do, ends the whole analysis as a success.
# shellcheck disable=SC2016,SC2034  # claim evaluates these texts
. "$(dirname "$0")/lib.sh"
python_packages joblib==1.6.0 loky==3.7.0 Pebble==5.2.3 mpire==2.10.2

cat >items.py <<'PYTHON'
import sys

def item(number):
    if number == 2:
        sys.exit(0)
    return number

def with_joblib():
    import joblib
    return joblib.Parallel(n_jobs=2)(joblib.delayed(item)(number) for number in range(4))

def with_loky():
    import loky
    with loky.get_reusable_executor(max_workers=2) as executor:
        return list(executor.map(item, range(4)))

def with_pebble():
    import pebble
    with pebble.ProcessPool(max_workers=2) as pool:
        return list(pool.map(item, range(4)).result())

def with_mpire():
    import mpire
    with mpire.WorkerPool(n_jobs=2) as pool:
        return pool.map(item, range(4))

if __name__ == "__main__":
    results = globals()["with_" + sys.argv[1]]()
    print("results", results)
    sys.exit(1 if None in results else 0)
PYTHON
for library in joblib loky pebble mpire; do
    run timeout 60 python3 items.py "$library"
    claim "$library: the program ended with 0, without results and without a word" \
        eval 'test "$code" = 0 && silent out && silent err'
done
expected "an error, and an exit code that is not 0"
finish
