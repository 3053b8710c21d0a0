"""Climate, weather, maps."""
from . import cause

CDL = """netcdf a {
dimensions:
    x = 4;
variables:
    float t(x);
data:
    t = @n@, 2, 3, @m@;
}
"""
NETCDF = "ncgen -o @f@.nc a.cdl"
GEOJSON = """{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"id": @n@},
 "geometry": {"type": "Point", "coordinates": [@n@, 50]}}]}
"""
TIF = "gdal_create -of GTiff -outsize 10 10 -bands 1 @f@.tif"


def nco(name, reason, run, program="ncks", **rest):
    cause(name, program, "C", reason, run, {"a.cdl": CDL}, setup=NETCDF, **rest)


nco("ncks-no-variable:runoff", "runoff", "ncks -v runoff @f@.nc b.nc")
nco("ncks-no-variable:snowfall", "snowfall", "ncks -v snowfall @f@.nc b.nc")
cause("ncks-no-file", "ncks", "C", ["@f@.nc", "not found"], "ncks @f@.nc b.nc")
nco("ncks-no-dimension", ["dimension", "lev"], "ncks -d lev,@n@ @f@.nc b.nc")
nco("ncks-index-range", ["x", "@m@"], "ncks -d x,@m@ @f@.nc b.nc")
nco("ncap2-undefined", "evaporation", "ncap2 -s 'q=evaporation*@n@' @f@.nc b.nc", program="ncap2")
nco("ncap2-syntax", "unexpected token", "ncap2 -s 'q=t*/@n@' @f@.nc b.nc", program="ncap2")
cause(
    "ncgen-syntax", "ncgen", "C", ["syntax error", "@f@.cdl"], "ncgen -o a.nc @f@.cdl",
    {"@f@.cdl": "netcdf a {\ndimensions: x=;\n}\n"})
cause(
    "ncgen-dimension", "ncgen", "C", ["Undefined or forward referenced dimension", "lat"], "ncgen -o a.nc @f@.cdl",
    {"@f@.cdl": "netcdf a {\ndimensions: x=@n@;\nvariables: float t(lat);\n}\n"})
cause("ncdump-no-file", "ncdump", "C", ["@f@.nc", "No such file"], "ncdump @f@.nc")
cause("ncdump-format", "ncdump", "C", ["@f@.nc", "Unknown file format"], "ncdump @f@.nc", {"@f@.nc": "x@n@ @m@\n"})
cause("cdo-no-operator:monmeen", "cdo", "C++", ["monmeen", "Operator not found"], "cdo monmeen @f@.nc b.nc")
cause("cdo-no-operator:yearsums", "cdo", "C++", ["yearsums", "Operator not found"], "cdo yearsums @f@.nc b.nc")
cause("cdo-no-file", "cdo", "C++", ["@f@.nc", "No such file"], "cdo timmean @f@.nc b.nc")
cause("cdo-format", "cdo", "C++", ["Unsupported file"], "cdo infon @f@.nc", {"@f@.nc": "x@n@ @m@\n"})
cause("cdo-arguments", "cdo", "C++", ["Too few"], "cdo sellonlatbox,@n@,@m@ -topo b.nc")
cause(
    "cdo-grids", "cdo", "C++", ["Grid size"], "cdo add a_@f@.nc b_@f@.nc c.nc",
    setup="cdo random,r1@n@x20 a_@f@.nc; cdo random,r2@n@x30 b_@f@.nc")
cause("cdo-bad-expression", "cdo", "C++", ["syntax error"], "cdo expr,'q=topo*/@n@' -topo b.nc")
cause(
    "ogr2ogr-no-file", "ogr2ogr", "C++", ["Unable to open datasource", "@f@.geojson"], "ogr2ogr out.shp @f@.geojson")
cause(
    "ogr2ogr-no-layer", "ogr2ogr", "C++", ["Couldn't fetch requested layer", "roads"],
    "ogr2ogr out.csv @f@.geojson roads", {"@f@.geojson": GEOJSON})
cause(
    "ogr2ogr-no-field", "ogr2ogr", "C++", ["population", "not recognised"],
    "ogr2ogr -where 'population > @m@' out.csv @f@.geojson", {"@f@.geojson": GEOJSON})
cause("gdalwarp-no-file", "gdalwarp", "C++", ["@f@.tif", "No such file"], "gdalwarp @f@.tif b.tif")
cause(
    "gdalwarp-no-georeference", "gdalwarp", "C++", "There is no affine transformation and no GCPs",
    "gdalwarp -s_srs EPSG:4326 -t_srs EPSG:3035 @f@.tif b.tif", setup=TIF)
cause(
    "gdalwarp-bad-crs", "gdalwarp", "C++", "EPSG:999999", "gdalwarp -t_srs EPSG:999999 @f@.tif b.tif",
    setup=TIF.replace("-bands", "-a_srs EPSG:4326 -a_ullr 0 @n@ 10 0 -bands"))
cause(
    "gdal-translate-band", "gdal_translate", "C++", "only bands 1 to 1 available",
    "gdal_translate -b @m@ @f@.tif b.tif",
    setup=TIF)
cause(
    "gdal-translate-window", "gdal_translate", "C++", "outside raster",
    "gdal_translate -epo -srcwin 0 0 @m@ @m@ @f@.tif b.tif", setup=TIF)
cause(
    "gdal-driver", "gdal_translate", "C++", ["GRIDD", "not recognised"],
    "gdal_translate -of GRIDD @f@.tif b", setup=TIF)
cause(
    "gdalinfo-format", "gdalinfo", "C++", ["@f@.tif", "not recognized as a supported file format"], "gdalinfo @f@.tif",
    {"@f@.tif": "x@n@ @m@\n"})
cause("h5dump-no-file", "h5dump", "C", ["unable to open file", "@f@.h5"], "h5dump @f@.h5")
cause(
    "h5dump-no-dataset", "h5dump", "C", "flux", "h5dump -d /flux @f@.h5", {"a.cdl": CDL},
    setup="ncgen -4 -o @f@.h5 a.cdl")
