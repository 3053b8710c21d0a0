#!/usr/bin/env bash
# GDAL: a mosaic of two tiles of which one is missing.
#
# One would guess: an input file that is named and not there is an error for each of GDAL's programs, as it is for
# gdalwarp, which exits with 2.
# What happens: gdal_merge.py prints "ERROR 4" and gdalbuildvrt a warning; both go on without the tile and exit with 0.
# The mosaic is smaller by the tile: its extent is made of the others.
# Why it matters: when the job of one tile failed, the job of the mosaic succeeds, with a hole or a shifted edge.
. "$(dirname "$0")/lib.sh"
debian_packages gdal-bin=3.6.2+dfsg-1+b2

tile() {
    gdal_create -of GTiff -outsize 100 100 -bands 1 -burn 7 -a_srs EPSG:4326 -a_ullr "$1" 10 "$2" 0 "$3" >/dev/null
}
tile 0 10 west.tif
tile 10 20 east.tif
gdal_merge.py -q -o whole.tif west.tif east.tif
rm east.tif
width() { gdalinfo "$1" | sed -n 's/^Size is \([0-9]*\),.*/\1/p'; }
lines=1
run gdal_merge.py -q -o merge.tif west.tif east.tif
expected "an exit code that is not 0, from all three"
claim "gdal_merge.py: exit code 0" test "$code" = 0
claim "its mosaic has half the width" test "$(width whole.tif) $(width merge.tif)" = "200 100"
run gdalbuildvrt -q build.vrt west.tif east.tif
claim "gdalbuildvrt: exit code 0" test "$code" = 0
claim "its mosaic has half the width" test "$(width build.vrt)" = 100
run gdalwarp -q west.tif east.tif warp.tif
claim "gdalwarp: exit code 2" test "$code" = 2
finish
