#!/bin/sh
# A command of the fake cluster: which one, its name says.
exec python3 -IS "${0%/*}/../cluster.py" "${0##*/}" "$@"
