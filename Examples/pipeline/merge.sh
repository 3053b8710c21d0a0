#!/bin/sh
# Puts the fits of all years together.
set -eu
{ echo "year,mean"; sort fit.*.csv; } > fits.csv
