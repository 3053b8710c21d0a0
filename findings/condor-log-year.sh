#!/usr/bin/env bash
# HTCondor's Python bindings, JobEventLog: times in a job's event log.
#
# One would guess: the times of a log are in order, and a job ends after it started.
# What happens: the older form of the log, which is still read, has dates without a year. The reader gives each event
# the current year. A job that started on 31 December and ended on 1 January ends 364 days
# before it started, and a log of last December lies in the future.
# Why it matters: run times become negative, and "the last event" of a job is its start.
. "$(dirname "$0")/lib.sh"
python_packages htcondor==25.14.1

cat >job.log <<'LOG'
001 (1234.000.000) 12/31 23:59:00 Job executing on host: <10.0.0.2:9618>
...
005 (1234.000.000) 01/01 00:10:00 Job terminated.
	(0) Abnormal termination (signal 9)
	(0) No core file
		Usr 0 00:00:10, Sys 0 00:00:01  -  Run Remote Usage
		Usr 0 00:00:00, Sys 0 00:00:00  -  Run Local Usage
		Usr 0 00:00:10, Sys 0 00:00:01  -  Total Remote Usage
		Usr 0 00:00:00, Sys 0 00:00:00  -  Total Local Usage
	0  -  Run Bytes Sent By Job
	0  -  Run Bytes Received By Job
	0  -  Total Bytes Sent By Job
	0  -  Total Bytes Received By Job
...
LOG
cat >times.py <<'PYTHON'
import htcondor2

events = list(htcondor2.JobEventLog("job.log").events(stop_after=0))
for event in events:
    print(event.type, event["EventTime"])
print("minutes", (events[1].timestamp - events[0].timestamp) // 60, "signal", events[1]["TerminatedBySignal"])
PYTHON
run env TZ=UTC python3 times.py
expected "a run time of 11 minutes"
claim "both events are of this year" test "$(grep -c "$(date +%Y)-" out)" = 2
claim "the job ran for less than -363 days" test "$(awk '/minutes/ { print $2 < -363 * 1440 }' out)" = 1
finish
