#!/usr/bin/env bash
# R, batchtools: jobs whose process died, among jobs that raised an error.
#
# One would guess: a job that SIGKILL ended, or that called q(), is an error; getErrorMessages() lists it, and
# reduceResultsList() stops, or has a gap in its place.
# What happens: such a job is "expired", which is no error: getErrorMessages() and findErrors() know only what called
# stop(). reduceResultsList() gives the results of the done jobs, without names and closed up: the results of the
# jobs 5 and 6 are elements 1 and 2. The script ends with 0; waitForJobs() gave FALSE.
# Why it matters: a script that looks for errors finds a third of the failures, and one that matches results with
# parameters by position uses those of other jobs.
. "$(dirname "$0")/lib.sh"
debian_packages r-cran-batchtools=0.9.16+dfsg-1

cat >jobs.R <<'R'
suppressMessages(library(batchtools))
registry <- makeRegistry(file.dir = "registry", make.default = TRUE)
registry$cluster.functions <- makeClusterFunctionsMulticore(2)
fit <- function(number) {
    if (number == 1) stop("no data for 1995")
    if (number == 2) tools::pskill(Sys.getpid(), tools::SIGKILL)
    if (number == 3) q(status = 3)
    number * 100
}
batchMap(fit, 1:6)
submitJobs()
cat("waited", waitForJobs(timeout = 60, expire.after = 1), "\n")
cat("errors", findErrors()$job.id, "\n")
cat("expired", findExpired()$job.id, "\n")
results <- reduceResultsList()
cat("results", unlist(results), "names", length(names(results)), "\n")
R
lines=4
run timeout 150 Rscript jobs.R
expected "errors 1 2 3, and six results of which three are missing"
claim "only the job that called stop() is an error" says out "errors 1 "
claim "the jobs whose process died are expired" says out "expired 2 3 "
claim "the results are closed up, without names" says out "results 400 500 600 names 0"
claim "the exit code is 0" test "$code" = 0
finish
