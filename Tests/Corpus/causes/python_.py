"""Python with its standard library, and numpy and yaml as Debian has them."""
from . import cause


def python(name, reason, script, run="python3 fit.py", program="python3", files=None, **rest):
    place = "@f@.py" if "@f@.py" in run else "fit.py"
    cause(name, program, "Python", reason, run, {**(files or {}), **({place: script} if script else {})}, **rest)


OWN = "python3 @f@.py"
python("py-module:climpred9", "No module named 'climpred9'", "import climpred9\n")
python("py-module:xesmf9", "No module named 'xesmf9'", "import xesmf9\n")
python("py-assert", "must be positive", "def f(x):\n    assert x > 0, 'x must be positive'\n\nf(-@n@)\n", OWN)
python("py-exit-text", "no soil data for @year@", "import sys\nsys.exit('no soil data for @year@')\n", OWN)
python(
    "py-argument", "invalid int value",
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--year', type=int)\np.parse_args()\n",
    "python3 fit.py --year @loc@")
python("py-memory", "MemoryError", "x = [0] * (@n@ * 10 ** 15)\n")
python("py-recursion", "RecursionError", "def descend(x):\n    descend(x + @n@)\n\ndescend(1)\n", OWN)
python(
    "py-unicode", "can't decode byte", "open('@f@.txt', encoding='utf-8').read()\n",
    files={"@f@.txt": "x@n@\udcff\udcfe"})
python("py-json", "JSONDecodeError", "import json\njson.load(open('@f@.json'))\n", files={"@f@.json": '{"a": @n@, }'})
python("py-key", ["KeyError", "@loc@"], "d = {'a': 1}\nprint(d['@loc@'])\n", OWN)
python(
    "py-chain", "bad config",
    """
    import sys
    config = {"a": 1}
    try:
        config[sys.argv[1]]
    except KeyError as error:
        raise RuntimeError("bad config @f@") from error
    """, "python3 fit.py @loc@")
python("py-no-file", ["No such file", "@f@.csv"], "open('@f@.csv')\n")
python("py-zero", "ZeroDivisionError", "def mean(x):\n    return sum(x) / len(x)\n\nprint(mean([]), @n@)\n", OWN)
python("py-value", ["could not convert", "@loc@"], "print(float('@loc@'))\n", OWN)
python("py-syntax", "SyntaxError", "x = (@n@\nprint(x)\n", OWN)
python(
    "py-stdout", "no data for @year@",
    "print('reading')\nprint('ERROR: no data for @year@')\nraise SystemExit(2)\n", OWN)
python(
    "py-traceback-stdout", "ValueError: no data for @year@",
    """
    import sys
    import traceback
    try:
        raise ValueError("no data for @year@")
    except ValueError:
        traceback.print_exc(file=sys.stdout)
        sys.exit(1)
    """, OWN)
python("py-refused", "Connection refused", "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/@f@')\n")

# Answers each request with the status that it is given, in a thread, and says on which port.
ANSWER = """
    import http.server
    import threading

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(int(self.path.split("/")[1]))

        def log_message(self, *arguments):
            pass

    def start():
        listening = http.server.HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        return listening.server_port
"""
GET = """
    import sys
    import urllib.request
    import answer

    def download(url):
        return urllib.request.urlopen(url).read()

    download("http://127.0.0.1:%d/@STATUS@/@f@.nc" % answer.start())
"""
python("py-http-404", "404", GET.replace("@STATUS@", "404"), files={"answer.py": ANSWER})
python("py-http-503", "503", GET.replace("@STATUS@", "503"), files={"answer.py": ANSWER})
python("py-http-401", "401", GET.replace("@STATUS@", "401"), files={"answer.py": ANSWER})

python(
    "py-attribute:groups", ["NoneType", "groups"],
    "import re\n\ndef station(line):\n    return re.match('id=([0-9]+)', line).groups()\n\nstation('@word@ @n@')\n")
python(
    "py-attribute:sel", ["list", "'sel'"],
    "def select(data, year):\n    return data.sel(year=year)\n\nselect([1, @n@], @year@)\n")
python("py-name:biomass", "name 'biomass' is not defined", "def f(x):\n    return x * biomass\n\nf(@n@)\n", OWN)
python("py-name:albedo", "name 'albedo' is not defined", "def f(x):\n    return x * albedo\n\nf(@n@)\n", OWN)
python("py-operands", "unsupported operand type", "def add(x):\n    return x + '@word@'\n\nadd(@n@)\n")
python("py-index", "list index out of range", "import sys\nrows = [@n@]\nprint(rows[@m@])\n")
python("py-unpack", "not enough values to unpack", "name, value, unit = '@word@=@n@'.split('=')\n")
python(
    "py-import-name", ["cannot import name", "haversin"], "from geo import haversin\n", files={"geo.py": "R = 63@n@\n"})
python(
    "py-timeout", "timed out after",
    "import subprocess\nsubprocess.run(['sleep', '@m@'], timeout=0.1@n@)\n")
python(
    "py-sqlite-column", "no such column: yield_t",
    "import sqlite3\nlink = sqlite3.connect(':memory:')\nlink.execute('create table run (id)')\n"
    "link.execute('select yield_t from run where id = @n@')\n")
python("py-directory", "Is a directory", "open('@f@')\n", setup="mkdir @f@")
python("py-full-disk", "No space left on device", "with open('/dev/full', 'w') as f:\n    f.write('@word@' * @m@0)\n")
python("py-struct", "unpack requires a buffer", "import struct\nstruct.unpack('<@n@d', b'@word@')\n")
python(
    "py-gzip", "Not a gzipped file",
    "import gzip\nprint(gzip.open('@f@.gz').read())\n", files={"@f@.gz": "@word@ @n@\n"})
python(
    "py-zip", "not a zip file", "import zipfile\nzipfile.ZipFile('@f@.npz')\n", files={"@f@.npz": "@word@ @n@\n"})
python(
    "py-column:yield_t", ["KeyError", "yield_t"],
    "import csv\n\ndef total(rows):\n    return sum(float(row['yield_t']) for row in rows)\n\n"
    "print(total(csv.DictReader(open('@f@.csv'))))\n", files={"@f@.csv": "site,x\n@loc@,@n@\n"})
python(
    "py-column:area_ha", ["KeyError", "area_ha"],
    "import csv\n\ndef total(rows):\n    return sum(float(row['area_ha']) for row in rows)\n\n"
    "print(total(csv.DictReader(open('@f@.csv'))))\n", files={"@f@.csv": "site,x\n@loc@,@n@\n"})
python("py-date", "unconverted data remains",
       "import datetime\ndatetime.datetime.strptime('@date@T@n@', '%Y-%m-%d')\n")
python(
    "py-pickle", "invalid load key",
    "import pickle\npickle.load(open('@f@.pkl', 'rb'))\n", files={"@f@.pkl": "<html>@word@ @n@"})
python(
    "py-pool", "no rain in @year@",
    """
    import multiprocessing

    def fit(year):
        if year > 1:
            raise ValueError("no rain in %d" % year)

    if __name__ == "__main__":
        with multiprocessing.Pool(2) as pool:
            pool.map(fit, [1, @year@])
    """)
python(
    "py-futures", "station @n@ has no latitude",
    """
    import concurrent.futures

    def locate(number):
        raise LookupError("station %d has no latitude" % number)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(locate, [@n@]))
    """)
python(
    "py-group", ["tiles failed"],
    """
    def main():
        raise ExceptionGroup("tiles failed", [ValueError("tile @n@ is empty"), KeyError("@loc@")])

    main()
    """)
python(
    "py-own-type", ["MeshError", "negative volume"],
    "class MeshError(Exception):\n    pass\n\ndef check(cell):\n"
    "    raise MeshError(f'cell {cell} has a negative volume of -@x@')\n\ncheck(@m@)\n")
python(
    "py-logged", ["no convergence after @n@ iterations"],
    """
    import logging
    import sys
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    log = logging.getLogger("fit")
    log.info("reading %s", "@f@.csv")
    log.warning("%d rows dropped", @m@)
    log.error("no convergence after %d iterations, loss %s", @n@, @x@)
    sys.exit(1)
    """)
python(
    "py-logged-exception", ["IntegrityError", "checksum"],
    """
    import logging
    import sys
    class IntegrityError(Exception):
        pass
    logging.basicConfig(format="%(asctime)s [%(process)d] %(levelname)s %(message)s")
    try:
        raise IntegrityError("checksum of @f@.nc is @m@, not @n@")
    except IntegrityError:
        logging.exception("run failed")
        sys.exit(3)
    """)
python(
    "py-required", "the following arguments are required: --year",
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--year', required=True)\np.add_argument('--loc')\n"
    "p.parse_args()\n", "python3 fit.py --loc @loc@")
python(
    "py-choice", ["invalid choice", "@word@"],
    "import argparse\np = argparse.ArgumentParser()\np.add_argument('--model', choices=['linear', 'cubic'])\n"
    "p.parse_args()\n", "python3 fit.py --model @word@")
python(
    "py-yaml", "mapping values are not allowed", "import yaml\nyaml.safe_load(open('@f@.yaml'))\n",
    "/usr/bin/python3 fit.py", files={"@f@.yaml": "year: @year@\nloc: @loc@: @n@\n"})
python("py-no-script", ["can't open file", "@f@.py"], None, OWN)
python("py-indentation", "IndentationError", "def f(x):\nreturn x + @n@\n", OWN)
python("py-arguments", ["missing 1 required positional argument", "'scale'"],
       "def fit(year, scale):\n    return year * scale\n\nfit(@year@)\n")
python("py-port", "Address already in use",
       "import socket\na = socket.create_server(('127.0.0.1', 0))\nsocket.create_server(a.getsockname())\n")
python("py-check-call", ["@f@.csv", "No such file"],
       "import subprocess\nsubprocess.check_call(['cut', '-f1', '@f@.csv'])\n")
python("py-system-exit", ["exit code 9"], "import sys\nsys.exit(9)\n", OWN)
python("py-os-error-name", "File name too long", "open('@word@' * @m@)\n")


def numpy(name, reason, script, **rest):
    python(name, reason, "import numpy as np\n" + script, "/usr/bin/python3 fit.py", program="numpy", **rest)


numpy("np-broadcast", "could not be broadcast", "def add(a, b):\n    return a + b\n\nadd(np.ones(@n@), np.ones(@m@))\n")
numpy("np-singular", "Singular matrix", "def invert(n):\n    return np.linalg.inv(np.zeros((n, n)))\n\ninvert(@n@)\n")
numpy("np-reshape", "cannot reshape array", "grid = np.arange(@m@).reshape(1@n@, 7)\n")
numpy("np-memory", "Unable to allocate", "grid = np.ones((@m@000000, 1@n@00000))\n")
numpy("np-text", "could not convert string", "np.loadtxt('@f@.txt')\n", files={"@f@.txt": "1 2\n@n@ @word@\n"})
numpy("np-axis", "out of bounds", "np.ones((2, 3)).sum(axis=@n@ + 2)\n")
numpy("np-no-archive-member", ["mask_q"], "np.savez('@f@.npz', a=[@n@])\nnp.load('@f@.npz')['mask_q']\n")
numpy("np-cholesky", "not positive definite", "np.linalg.cholesky(np.array([[1.0, @m@], [@m@, 1.0]]))\n")
