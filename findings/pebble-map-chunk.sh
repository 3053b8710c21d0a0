#!/usr/bin/env bash
# Pebble, ProcessPool.map: a time limit together with chunks.
#
# One would guess: the limit holds for an item. The item that takes too long gives a TimeoutError in its place, and the
# others give their results. So it is with chunksize=1.
# What happens: the limit holds for a chunk. With chunksize=2 the item before the slow one, which had ended long before,
# loses its result, and the two together give a single TimeoutError: four items give three answers.
# Why it matters: results that are matched with their inputs by position are those of other inputs from there on, and
# a job that was done is not counted at all.
. "$(dirname "$0")/lib.sh"
python_packages Pebble==5.2.3

cat >items.py <<'PYTHON'
import sys, time
import pebble

def item(seconds):
    time.sleep(seconds)
    return seconds

if __name__ == "__main__":
    answers = []
    with pebble.ProcessPool(max_workers=1) as pool:
        results = pool.map(item, [0.1, 5, 0.2, 0.3], timeout=2, chunksize=int(sys.argv[1])).result()
        while True:
            try:
                answers.append(str(next(results)))
            except StopIteration:
                break
            except Exception as error:
                answers.append(type(error).__name__)
    print(" ".join(answers))
PYTHON
run timeout 60 python3 items.py 1
claim "one at a time: four items, four answers" test "$(cat out)" = "0.1 TimeoutError 0.2 0.3"
run timeout 60 python3 items.py 2
expected "0.1 TimeoutError 0.2 0.3"
claim "in chunks of two: four items, three answers" test "$(cat out)" = "TimeoutError 0.2 0.3"
finish
