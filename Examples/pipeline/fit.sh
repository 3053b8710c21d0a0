#!/bin/sh
# Fits one year: the mean of its rain, or a failure if there is no data.
set -eu
year=$1
test -f "rain/$year.txt" || { echo "fit: no data for $year" >&2; exit 1; }
awk -v year="$year" '{ sum += $1 } END { printf "%s,%.2f\n", year, sum / NR }' "rain/$year.txt" > "fit.$year.csv"
