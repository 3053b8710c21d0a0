#!/bin/sh
# A command of the fake cluster, selected by its name.
exec python3 -IS "${0%/*}/../cluster.py" "${0##*/}" "$@"
