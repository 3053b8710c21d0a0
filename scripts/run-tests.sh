#!/usr/bin/env bash
# Runs tests that are built, in groups side by side: each group is a process of its own, and one test of it after the
# other where they start processes, listen or are killed. CONFIGURATION: debug (if not set) or release.
#
#   scripts/run-tests.sh quick         the rules, and what the command line does, in three minutes
#   scripts/run-tests.sh all           all but those that want a real cluster
#   scripts/run-tests.sh clusters      those that want a real cluster, which is up (clusters/with.sh)
set -euo pipefail
cd "$(dirname "$0")/.."
configuration=${CONFIGURATION:-debug}
build=$(readlink -f ".build/$configuration")
bundle=$build/jobmonPackageTests.xctest
[ -x "$bundle" ] || { echo "run-tests: there is no $bundle; swift build -c $configuration --build-tests" >&2; exit 2; }
export JOBMON_EXECUTABLE=$build/jobmon NO_COLOR=1

run="'$bundle' --testing-library swift-testing"
# Rules and SQL touch nothing but memory and their own files.
rules='^Jobmon(Core|Wire|Views|Queue|Ledger)Tests\.'
wrapper='^Jobmon(Wrapper|Processes|Reporting)Tests\.'
commands='^(EndToEndTests|JobmonCommandsTests|JobmonTests)\.'
executors='^Jobmon(Executors|Hook)Tests\.'
faults='^(FaultTests|JobmonRequestsTests)\.'
cluster='^ClusterTests\.'
# What belongs to none of the groups, such as a new target's, is not left out.
rest="--skip '$rules' --skip '$wrapper' --skip '$commands' --skip '$executors' --skip '$faults' --skip '$cluster'"

# More than there are processors, since most tests wait most of the time.
at_once=$((2 * $(nproc)))
case ${1:-} in
    quick)
        scripts/side-by-side.sh $at_once <<GROUPS
rules $run --filter '$rules'
commands $run --no-parallel --filter '^JobmonCommandsTests\.' --filter '^EndToEndTests\.(RunTests|SlipTests|SelectionTests)'
rest $run --no-parallel $rest
GROUPS
        ;;
    all)
        scripts/side-by-side.sh $at_once <<GROUPS
rules $run --filter '$rules'
python-oldest PYTHONS=oldest scripts/test-python.sh
python-newest PYTHONS=newest scripts/test-python.sh
wrapper $run --no-parallel --filter '$wrapper'
executors $run --no-parallel --filter '$executors'
commands $run --no-parallel --filter '$commands'
faults $run --no-parallel --filter '$faults'
rest $run --no-parallel $rest
GROUPS
        ;;
    clusters)
        # The two real clusters know nothing of each other, and the fake ones are each test's own. Python's programs of
        # 2017 come after the tests that stop the daemons of Grid Engine.
        scripts/side-by-side.sh $at_once <<GROUPS
slurm JOBMON_TEST_CLUSTERS=slurm $run --no-parallel --filter '$cluster' --skip '^ClusterTests\.Fake'
sge JOBMON_TEST_CLUSTERS=sge $run --no-parallel --filter '$cluster' --skip '^ClusterTests\.Fake' && PYTHONS=3.11 scripts/test-python.sh tests.test_programs
fake-accounting JOBMON_TEST_CLUSTERS= $run --no-parallel --filter '^ClusterTests\.FakeAccounting'
fake-ends JOBMON_TEST_CLUSTERS= $run --no-parallel --filter '^ClusterTests\.Fake' --skip '^ClusterTests\.Fake(Accounting|Submit|List)'
fake-submits JOBMON_TEST_CLUSTERS= $run --no-parallel --filter '^ClusterTests\.Fake(Submit|List)'
GROUPS
        ;;
    *)
        echo "usage: scripts/run-tests.sh quick|all|clusters" >&2
        exit 2
        ;;
esac
