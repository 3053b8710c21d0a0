#!/usr/bin/env bash
# What a shell or a test needs to talk to the rigs: source it in bash, or run it and read or eval what it prints.
export CLUSTER_RUN=${CLUSTER_RUN:-${TMPDIR:-/tmp}/jobmon-clusters}
export SGE_ROOT=/var/lib/gridengine
export SGE_CELL=default
export SGE_QMASTER_PORT=${SGE_QMASTER_PORT:-6444}
export SGE_EXECD_PORT=${SGE_EXECD_PORT:-6445}
# The programs themselves: /usr/bin/q* are shell scripts in front of them, which cost 100 ms a call.
case ":$PATH:" in
    *:/usr/lib/gridengine:*) ;;
    *) export PATH=/usr/lib/gridengine:$PATH ;;
esac
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    for name in CLUSTER_RUN SGE_ROOT SGE_CELL SGE_QMASTER_PORT SGE_EXECD_PORT PATH; do
        printf 'export %s=%q\n' "$name" "${!name}"
    done
fi
