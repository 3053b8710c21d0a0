#!/bin/sh
# Draws the means as bars of text.
set -eu
awk -F, 'NR > 1 { bar = ""; for (i = 0; i < $2; i++) bar = bar "#"; print $1, bar }' fits.csv > plot.txt
