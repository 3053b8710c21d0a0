#!/usr/bin/env bash
# usage: clusters/with.sh COMMAND...
# Brings both rigs up, runs the command with what it needs to talk to them, takes them down whatever happened, and exits
# as the command did.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
trap '"$here/slurm/down.sh"; "$here/sge/down.sh"' EXIT
"$here/slurm/up.sh"
"$here/sge/up.sh"
. "$here/env.sh"
export JOBMON_TEST_CLUSTERS=slurm,sge
"$@"
