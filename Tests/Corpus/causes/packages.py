"""Packages of Python that scientists use, from an environment with `science-requirements.txt`."""
from . import cause


def package(name, program, reason, script, **rest):
    cause(name, f"python:{program}", "Python", reason, '"$SCIENCE" fit.py', {"fit.py": script, **rest.pop("files", {})},
          **rest)


TABLE = {"@f@.csv": "site,year,rain\n@loc@,@year@,@n@\n@word@,@year@,@m@\n"}
READ = "import pandas as pd\n\ntable = pd.read_csv('@f@.csv')\n"


def pandas(name, reason, script, files=None):
    package(name, "pandas", reason, READ + script, files=TABLE if files is None else files)


pandas("pandas-column:yield_t", ["KeyError", "yield_t"], "print(table['yield_t'].mean())\n")
pandas("pandas-column:area_ha", ["KeyError", "area_ha"], "print(table['area_ha'].mean())\n")
package("pandas-no-file", "pandas", ["@f@.tsv", "No such file"], "import pandas as pd\n\npd.read_table('@f@.tsv')\n")
pandas("pandas-tokens", "Error tokenizing data", "", {"@f@.csv": "a,b\n1,2\n@n@,2,3,4\n"})
pandas("pandas-empty", "No columns to parse from file", "", {"@f@.csv": ""})
pandas("pandas-merge", "No common columns", "table.merge(pd.DataFrame({'lon': [@n@]}))\n")
pandas("pandas-convert", "could not convert string to float", "table['site'].astype(float)\n")
pandas("pandas-integer", ["cannot convert to", "with missing values"],
       "s = pd.Series([1, None, @n@], dtype='Float64')\ns.to_numpy(dtype=int)\n")
pandas("pandas-date", "doesn't match format", "pd.to_datetime(['@date@', '@word@'], format='%Y-%m-%d')\n")
pandas("pandas-truth", "truth value of a Series is ambiguous", "if table['rain'] > @n@:\n    print('wet')\n")
pandas("pandas-duplicate", "cannot reindex on an axis with duplicate labels",
       "s = pd.Series([1, 2, @n@], index=['@loc@', '@loc@', 'b'])\ns.reindex(['b', '@word@'])\n")
pandas("pandas-length", "does not match length of index", "table['code'] = [@n@] * @m@\n")

SET = """
import numpy as np
import xarray as xr

data = xr.Dataset({"rain": (("time", "x"), np.ones((2@n@, 3)))}, coords={"time": np.arange(2@n@)})
"""
package("xarray-variable:snowfall", "xarray", ["snowfall"], SET + "print(data['snowfall'].mean())\n")
package("xarray-variable:runoff", "xarray", ["runoff"], SET + "print(data['runoff'].mean())\n")
package("xarray-select", "xarray", ["KeyError", "@m@"], SET + "data.sel(time=9@m@)\n")
package("xarray-dimension", "xarray", ["lev"], SET + "data.mean('lev')\n")
package("xarray-sizes", "xarray", ["conflicting sizes"], SET + "data['snow'] = (('time',), np.ones(3@m@))\n")
package("scipy-bracket", "scipy", "must have different signs",
        "import scipy.optimize\n\nscipy.optimize.brentq(lambda x: x * x + @n@, 0, @m@)\n")
package("scipy-curve-fit", "scipy", ["Optimal parameters not found"],
        "import numpy as np\nimport scipy.optimize\n\nx = np.arange(30)\n"
        "scipy.optimize.curve_fit(lambda x, a, b: np.exp(a * x) * b, x, np.sin(x * @x@), maxfev=@n@)\n")
package("scipy-finite", "scipy", "must not contain infs or NaNs",
        "import numpy as np\nimport scipy.linalg\n\na = np.full((@n@ + 1, @n@ + 1), np.nan)\nscipy.linalg.eigh(a)\n")
package("sklearn-features", "scikit-learn", "is expecting",
        "import numpy as np\nfrom sklearn.linear_model import Ridge\n\n"
        "model = Ridge().fit(np.ones((9, @n@)), np.ones(9))\nmodel.predict(np.ones((2, @m@)))\n")
package("sklearn-not-fitted", "scikit-learn", "not fitted yet",
        "import numpy as np\nfrom sklearn.linear_model import Ridge\n\nRidge(alpha=@x@).predict(np.ones((2, @m@)))\n")
package("sklearn-one-class", "scikit-learn", "at least 2 classes",
        "import numpy as np\nfrom sklearn.linear_model import LogisticRegression\n\n"
        "LogisticRegression().fit(np.random.rand(@m@, 2), np.zeros(@m@))\n")
package("sklearn-samples", "scikit-learn", "inconsistent numbers of samples",
        "import numpy as np\nfrom sklearn.linear_model import Ridge\n\nRidge().fit(np.ones((@n@, 2)), np.ones(@m@))\n")
package("h5py-no-file", "h5py", ["@f@.h5", "No such file"], "import h5py\n\nh5py.File('@f@.h5', 'r')\n")
package("h5py-signature", "h5py", ["file signature not found"], "import h5py\n\nh5py.File('@f@.h5', 'r')\n",
        files={"@f@.h5": "@word@ @n@\n" * 40})
package("h5py-dataset", "h5py", ["flux"],
        "import h5py\n\nwith h5py.File('@f@.h5', 'w') as made:\n    made['mass'] = [@n@]\n    made['flux']\n")
package("netcdf4-no-file", "netCDF4", ["@f@.nc", "No such file"], "import netCDF4\n\nnetCDF4.Dataset('@f@.nc')\n")
package("netcdf4-format", "netCDF4", ["Unknown file format"], "import netCDF4\n\nnetCDF4.Dataset('@f@.nc')\n",
        files={"@f@.nc": "@word@ @n@\n" * 40})
package("networkx-path", "networkx", ["No path between"],
        "import networkx\n\ng = networkx.Graph([(1, 2), (@m@, 4)])\nnetworkx.shortest_path(g, 1, @m@)\n")
package("sympy-solve", "sympy", ["Could not find root"],
        "import sympy\n\nx = sympy.Symbol('x')\nsympy.nsolve(sympy.exp(x) + @n@, x, 0.@n@)\n")
package("biopython-letters", "biopython", ["No records found"],
        "from Bio import SeqIO\n\nSeqIO.read('@f@.fa', 'fasta')\n", files={"@f@.fa": ""})
package("biopython-format", "biopython", ["Unknown format", "fastaq"],
        "from Bio import SeqIO\n\nlist(SeqIO.parse('@f@.fa', 'fastaq'))\n", files={"@f@.fa": ">a\nACGT\n"})
package("numba-typing", "numba", ["No implementation of function"],
        "import numba\n\n@numba.njit\ndef add(x):\n    return x + '@word@'\n\nadd(@n@)\n")
package("jsonschema-value", "jsonschema", ["is not of type 'integer'"],
        "import jsonschema\n\njsonschema.validate({'year': '@word@'}, {'properties': {'year': {'type': 'integer'}}})\n")
package("click-option", "click", ["No such option", "--yaer"],
        "import click\n\n@click.command()\n@click.option('--year')\ndef fit(year):\n    print(year)\n\n"
        "fit(['--yaer', '@year@'])\n")
