#!/usr/bin/env bash
# joblib: an item raises an exception whose class takes two arguments.
#
# One would guess: the program gets that exception, or at least its text. The class is an ordinary one; it gives its
# own message to Exception.__init__, as many do.
# What happens: the program gets BrokenProcessPool, "A result has failed to un-serialize", with the advice to return
# objects that can be pickled. Nothing was returned, and the exception was pickled; it is making it again that failed.
# The real reason stands neither in the error nor in its causes, and the other items are lost. MPIRE gives the
# exception itself.
# Why it matters: the last line of the traceback, which a monitor shows as the reason, sends people after the results.
. "$(dirname "$0")/lib.sh"
python_packages joblib==1.6.0 mpire==2.10.2

cat >items.py <<'PYTHON'
import sys, traceback

class NoData(Exception):
    def __init__(self, year, place):
        super().__init__(f"no data for {year} in {place}")

def item(number):
    if number == 2:
        raise NoData(1995, "Peru")
    return number

if __name__ == "__main__":
    if sys.argv[1] == "joblib":
        import joblib
        joblib.Parallel(n_jobs=2)(joblib.delayed(item)(number) for number in range(4))
    else:
        import mpire
        with mpire.WorkerPool(n_jobs=2) as pool:
            pool.map(item, range(4))
PYTHON
lines=2
run timeout 60 python3 items.py joblib
expected "NoData: no data for 1995 in Peru, somewhere"
claim "the error is BrokenProcessPool" grep -qE 'BrokenProcessPool: A result has failed to un-serialize' err
claim "the reason is nowhere on stderr" test "$(grep -c 'no data for 1995' err)" = 0
run timeout 60 python3 items.py mpire
claim "MPIRE says the reason" says err "no data for 1995 in Peru"
finish
