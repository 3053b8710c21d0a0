import JobmonCore
import Testing

/// Errors of two causes, which must never be in one group: what differs is the name, the code or the place that a person
/// has to know to act.
@Suite struct OtherCauseTests {
    @Test(arguments: names + codes + places) func areApart(_ pair: TextPair) {
        let (one, other) = (pair.one.signature, pair.other.signature)
        #expect(one.key != other.key, "\(one.rule)")
    }

    @Test func thereAreEnough() { #expect(Self.names.count + Self.codes.count + Self.places.count >= 60) }

    /// What is missing or unknown.
    static let names: [TextPair] = [
        TextPair(
            "Python: modules", python("ModuleNotFoundError: No module named 'xarray'"),
            python("ModuleNotFoundError: No module named 'netCDF4'")),
        TextPair(
            "Python: names in a module",
            python("ImportError: cannot import name 'a' from 'scipy.misc' (/v/scipy/misc/__init__.py)"),
            python("ImportError: cannot import name 'b' from 'scipy.misc' (/v/scipy/misc/__init__.py)")),
        TextPair(
            "Python: shared libraries",
            python("ImportError: libcudart.so.11.0: cannot open shared object file: No such file or directory"),
            python("ImportError: libcudnn.so.8: cannot open shared object file: No such file or directory")),
        TextPair(
            "Python: commands", python(noCommand("fitmodel"), of: "fit.py"), python(noCommand("regrid"), of: "fit.py")),
        TextPair(
            "substances", python("LookupError: no emission factor of CO2 in 2014"),
            python("LookupError: no emission factor of CH4 in 2014")),
        TextPair(
            "options with a value", FailedText("tar: unrecognized option '--exclud=a'\n", exitCode: 64),
            FailedText("tar: unrecognized option '--includ=a'\n", exitCode: 64)),
        TextPair(
            "coordinate systems", python("ValueError: layer a is not in EPSG:4326"),
            python("ValueError: layer a is not in EPSG:3035")),
        TextPair(
            "codes in brackets", python("RuntimeError: [E1042] the solver failed in cell 50"),
            python("RuntimeError: [E1077] the solver failed in cell 50")),
        TextPair(
            "what an interface answers", python("HTTPError: 400: {\"detail\": \"no field t2m\"}"),
            python("HTTPError: 400: {\"detail\": \"period too long\"}")),
        TextPair("Python: keys", python("KeyError: 'age'"), python("KeyError: 'sex'")),
        TextPair("Python: keys with a digit", python("KeyError: 'pm10'"), python("KeyError: 'pm2_5'")),
        TextPair(
            "pandas: columns", python("KeyError: \"['age'] not in index\""),
            python("KeyError: \"['sex'] not in index\"")),
        TextPair(
            "Python: attributes", python("AttributeError: 'DataFrame' object has no attribute 'append'"),
            python("AttributeError: 'DataFrame' object has no attribute 'ix'")),
        TextPair(
            "Python: types", python("TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
            python("TypeError: unsupported operand type(s) for +: 'int' and 'NoneType'")),
        TextPair(
            "Python: keyword arguments", python("TypeError: fit() got an unexpected keyword argument 'n_jobs'"),
            python("TypeError: fit() got an unexpected keyword argument 'alpha'")),
        TextPair(
            "Python: variables", python("NameError: name 'np' is not defined"),
            python("NameError: name 'pd' is not defined")),
        TextPair(
            "Python: syntax", python("SyntaxError: '(' was never closed"), python("SyntaxError: '[' was never closed")),
        TextPair(
            "argparse: unknown options", "usage: a\nfit.py: error: unrecognized arguments: --year 3\n",
            "usage: a\nfit.py: error: unrecognized arguments: --site 3\n", exitCode: 2),
        TextPair(
            "argparse: arguments", "usage: a\nfit.py: error: argument --year: invalid int value: 'x'\n",
            "usage: a\nfit.py: error: argument --site: invalid int value: 'x'\n", exitCode: 2),
        TextPair(
            "xarray: variables", python("AttributeError: 'Dataset' object has no attribute 'tas'"),
            python("AttributeError: 'Dataset' object has no attribute 'pr'")),
        TextPair(
            "h5py: objects", python("KeyError: \"Unable to open object (object 'mesh' doesn't exist)\""),
            python("KeyError: \"Unable to open object (object 'grid' doesn't exist)\"")),
        TextPair(
            "R: objects", r("Error in f(1) : object 'rate' not found"), r("Error in f(1) : object 'year' not found")),
        TextPair(
            "R: packages", r("Error in library(sf) : there is no package called ‘sf’"),
            r("Error in library(terra) : there is no package called ‘terra’")),
        TextPair(
            "R: functions", r("Error in fitt(3) : could not find function \"fitt\""),
            r("Error in ftt(3) : could not find function \"ftt\"")),
        TextPair(
            "R: columns", r("Error in `[.data.frame`(d, , \"age\") : undefined columns selected"),
            r("Error in `[.data.frame`(d, , \"sex\") : undefined columns selected")),
        TextPair(
            "R: elements", r("Error in l[[\"age\"]] : subscript out of bounds"),
            r("Error in l[[\"sex\"]] : subscript out of bounds")),
        TextPair("R: arguments", r("Error in f(3) : 'n' must be positive"), r("Error in f(3) : 'm' must be positive")),
        TextPair(
            "R: functions of rlang",
            r("Error in `mutate()`:\nℹ In argument: `z = f(y)`.\nCaused by error in `f()`:\n! object 'z' not found"),
            r("Error in `filter()`:\nℹ In argument: `z = f(y)`.\nCaused by error in `f()`:\n! object 'z' not found")),
        TextPair("Julia: variables", julia("UndefVarError: `x` not defined"), julia("UndefVarError: `y` not defined")),
        TextPair(
            "Julia: packages", julia("ArgumentError: Package Foo not found in current path."),
            julia("ArgumentError: Package Bar not found in current path.")),
        TextPair(
            "Octave: variables", "error: 'x1' undefined near line 1, column 5\n",
            "error: 'x2' undefined near line 1, column 5\n"),
        TextPair(
            "MATLAB: functions",
            "Error using fit\nUnrecognized function or variable 'readgrid'.\n\nError in a (line 3)\n",
            "Error using fit\nUnrecognized function or variable 'readmesh'.\n\nError in a (line 3)\n"),
        TextPair(
            "Java: classes",
            "Error: Could not find or load main class Fit\nCaused by: java.lang.ClassNotFoundException: Fit\n",
            "Error: Could not find or load main class Plot\nCaused by: java.lang.ClassNotFoundException: Plot\n"),
        TextPair(
            "Java: what is null",
            java(
                "java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"this.name\" is null",
                at: "A.f(A.java:1)"),
            java(
                "java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"this.site\" is null",
                at: "A.f(A.java:1)")),
        TextPair(
            "JavaScript: modules", node("Error: Cannot find module 'd3'"), node("Error: Cannot find module 'yargs'")),
        TextPair(
            "JavaScript: variables", node("ReferenceError: x1 is not defined"),
            node("ReferenceError: y1 is not defined")),
        TextPair(
            "Perl: modules",
            "Can't locate Bio/SeqIO.pm in @INC (you may need to install the Bio::SeqIO module) at t.pl line 1.\n",
            "Can't locate Bio/DB.pm in @INC (you may need to install the Bio::DB module) at t.pl line 1.\n", exitCode: 2
        ),
        TextPair(
            "Perl: methods", "Can't call method \"fit1\" on an undefined value at t.pl line 3.\n",
            "Can't call method \"fit2\" on an undefined value at t.pl line 3.\n", exitCode: 255),
        TextPair(
            "C: headers", "a.c:1:10: fatal error: gsl/gsl_math.h: No such file or directory\ncompilation terminated.\n",
            "a.c:1:10: fatal error: netcdf.h: No such file or directory\ncompilation terminated.\n"),
        TextPair(
            "C: symbols", "a.c:(.text+0xf): undefined reference to `solve'\n",
            "a.c:(.text+0xf): undefined reference to `mesh_2'\n"),
        TextPair(
            "C: assertions", FailedText("a: a.c:2: main: Assertion `count > 0' failed.\n", signal: 6),
            FailedText("a: a.c:2: main: Assertion `count > 1' failed.\n", signal: 6)),
        TextPair(
            "the loader: libraries",
            "./fit: error while loading shared libraries: libhdf5.so.103: cannot open shared object file: No such file or directory\n",
            "./fit: error while loading shared libraries: libhdf5.so.200: cannot open shared object file: No such file or directory\n",
            exitCode: 127),
        TextPair(
            "the loader: versions",
            "./fit: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by ./fit)\n",
            "./fit: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by ./fit)\n"),
        TextPair(
            "bash: commands", "a.sh: line 3: fit: command not found\n", "a.sh: line 3: plot: command not found\n",
            exitCode: 127),
        TextPair(
            "bash: commands with a number", "a.sh: line 3: bowtie2: command not found\n",
            "a.sh: line 3: bwa2: command not found\n",
            exitCode: 127),
        TextPair(
            "bash: variables", "a.sh: line 1: RATE1: unbound variable\n", "a.sh: line 1: RATE2: unbound variable\n"),
        TextPair(
            "bash: programs in the folder", "a.sh: line 8: ./sim: No such file or directory\n",
            "a.sh: line 8: ./plot: No such file or directory\n", exitCode: 127),
        TextPair(
            "env: interpreters", "/usr/bin/env: ‘python2’: No such file or directory\n",
            "/usr/bin/env: ‘ruby’: No such file or directory\n", exitCode: 127),
        TextPair(
            "LAMMPS: commands", "ERROR: Unknown command: fitt all 3 (src/input.cpp:274)\n",
            "ERROR: Unknown command: runn 100 (src/input.cpp:274)\n"),
        TextPair(
            "cdo: variables", "cdo    selname (Abort): Variable name tas not found!\n",
            "cdo    selname (Abort): Variable name pr not found!\n"),
        TextPair(
            "nco: variables",
            "ncks: ERROR nco_xtr_mk() reports user-supplied variable name or regular expression 't2m' is not in and/or does not match contents of input file\n",
            "ncks: ERROR nco_xtr_mk() reports user-supplied variable name or regular expression 'u10' is not in and/or does not match contents of input file\n"
        ),
        TextPair(
            "bcftools: tags", "[filter.c:2933 filters_init1] Error: the tag \"AF\" is not defined in the VCF header\n",
            "[filter.c:2933 filters_init1] Error: the tag \"DP4\" is not defined in the VCF header\n", exitCode: 255),
        TextPair(
            "nipype: traits", "fMRIPrep failed: Each element of the 'in_files' trait must be a path\n",
            "fMRIPrep failed: Each element of the 'mask' trait must be a path\n"),
        TextPair(
            "OpenFOAM: dictionaries",
            "--> FOAM FATAL ERROR: \nCannot open file\n    \"/home/a/system/blockMeshDict\"\n",
            "--> FOAM FATAL ERROR: \nCannot open file\n    \"/home/a/system/controlDict\"\n"),
        TextPair("VASP: files", "ERROR: cannot open /d/1/POTCAR\n", "ERROR: cannot open /d/1/KPOINTS\n"),
        TextPair(
            "a model: variables", "FATAL from PE 3: NetCDF: Variable not found: file:./tile3.nc variable: seas5\n",
            "FATAL from PE 3: NetCDF: Variable not found: file:./tile3.nc variable: seas4\n"),
        TextPair(
            "whatever a program calls it", "fit: error: unknown solver 'cg1'\n", "fit: error: unknown solver 'cg2'\n"),
        TextPair("SQL: tables", "Error: in prepare, no such table: site\n", "Error: in prepare, no such table: year\n"),
        TextPair(
            "PostgreSQL: relations", "psql: ERROR:  relation \"site\" does not exist\n",
            "psql: ERROR:  relation \"year\" does not exist\n"),
        TextPair(
            "CP2K: keywords", "ERROR: found an unknown keyword CUTOF in section MGRID\n",
            "ERROR: found an unknown keyword RELCUTOF in section MGRID\n"),
        TextPair(
            "JAGS: variables", "RUNTIME ERROR:\nCompilation error on line 3.\nUnknown variable mu\n",
            "RUNTIME ERROR:\nCompilation error on line 3.\nUnknown variable tau\n"),
        TextPair(
            "Fortran: arrays", fortran("Index '3' of dimension 1 of array 'x' above upper bound of 3"),
            fortran("Index '3' of dimension 1 of array 'y' above upper bound of 3"), exitCode: 2),
    ]

    /// Numbers and codes that name the error.
    static let codes: [TextPair] = [
        TextPair(
            "exit codes", FailedText("Error: no data\n", exitCode: 1), FailedText("Error: no data\n", exitCode: 2)),
        TextPair("exit codes without a text", FailedText("", exitCode: 3), FailedText("", exitCode: 4)),
        TextPair("signals", FailedText("", signal: 6), FailedText("", signal: 11)),
        TextPair("an exit code and a signal", FailedText("", exitCode: 11), FailedText("", signal: 11)),
        TextPair(
            "HTTP in Python", python("urllib.error.HTTPError: HTTP Error 404: Not Found"),
            python("urllib.error.HTTPError: HTTP Error 403: Not Found")),
        TextPair(
            "HTTP in requests", python("requests.exceptions.HTTPError: 404 \(requestError): for url: https://a.org"),
            python("requests.exceptions.HTTPError: 410 \(requestError): for url: https://a.org")),
        TextPair(
            "HTTP in curl", "curl: (22) The requested URL returned error: 404\n",
            "curl: (22) The requested URL returned error: 503\n",
            exitCode: 22),
        TextPair(
            "HTTP in a log", "fit: error: cannot upload, status code 503\n",
            "fit: error: cannot upload, status code 429\n"),
        TextPair("curl", "curl: (6) cannot connect\n", "curl: (7) cannot connect\n"),
        TextPair(
            "errno", python("OSError: [Errno 5] cannot write"), python("OSError: [Errno 30] cannot write")),
        TextPair("Oracle", "ORA-00942: cannot be done\n", "ORA-01017: cannot be done\n"),
        TextPair(
            "SQLSTATE", "fit: error: SQLSTATE[42P01] in the query\n", "fit: error: SQLSTATE[42703] in the query\n"),
        TextPair("MySQL", "ERROR 1045 (28000): Access denied\n", "ERROR 1044 (28000): Access denied\n"),
        TextPair("rustc", "error[E0308]: cannot compile\n", "error[E0433]: cannot compile\n"),
        TextPair("tsc", "a.ts: error TS2304: cannot compile\n", "a.ts: error TS2307: cannot compile\n"),
        TextPair("Stata", "cannot do that\nr(601);\n", "cannot do that\nr(111);\n"),
        TextPair("GDAL", "ERROR 4: cannot open a.tif\n", "ERROR 1: cannot open a.tif\n"),
        TextPair("samtools", "[E::hts_idx_push] cannot go on\n", "[E::sam_parse1] cannot go on\n"),
        TextPair(
            "CUDA", python("RuntimeError: CUDA error: CUDA_ERROR_INVALID_DEVICE"),
            python("RuntimeError: CUDA error: CUDA_ERROR_NO_DEVICE")),
        TextPair(
            "Rust: errno", rust("called `Result::unwrap()` on an `Err` value: Os { code: 2, message: \"failed\" }"),
            rust("called `Result::unwrap()` on an `Err` value: Os { code: 13, message: \"failed\" }")),
        TextPair(
            "a child's exit code",
            python("subprocess.CalledProcessError: Command 'fit' returned non-zero exit status 3."),
            python("subprocess.CalledProcessError: Command 'fit' returned non-zero exit status 4.")),
        TextPair(
            "versions that are required", python("RuntimeError: this needs numpy>=1.20"),
            python("RuntimeError: this needs numpy>=2.0")),
        TextPair(
            "dimensions", python("ValueError: Expected 2D array, got 1D array instead:"),
            python("ValueError: Expected 3D array, got 1D array instead:")),
        TextPair(
            "types of numbers", python("RuntimeError: expected int32 input"),
            python("RuntimeError: expected float64 input")),
    ]

    /// What went wrong, with what, and where.
    static let places: [TextPair] = [
        TextPair("functions", python("ValueError: no data", in: "load"), python("ValueError: no data", in: "save")),
        TextPair("files", python("ValueError: no data", of: "fit.py"), python("ValueError: no data", of: "predict.py")),
        TextPair(
            "steps that have a number", python("ValueError: no data", of: "01_load.py"),
            python("ValueError: no data", of: "02_fit.py")),
        TextPair(
            "kinds of files", python("FileNotFoundError: [Errno 2] No such file or directory: 'a_1.csv'"),
            python("FileNotFoundError: [Errno 2] No such file or directory: 'a_1.nc'")),
        TextPair(
            "a message in one place", python("RuntimeError: the grid is empty"),
            python("RuntimeError: the mesh is empty")),
        TextPair(
            "errors in one place of a library",
            "fit: cannot open model.bin\n"
                + python("subprocess.CalledProcessError: Command 'fit' returned non-zero exit status 3."),
            "fit: the matrix is singular\n"
                + python("subprocess.CalledProcessError: Command 'fit' returned non-zero exit status 3.")),
        TextPair("types", python("ValueError: no data"), python("RuntimeError: no data")),
        TextPair(
            "what the machine lacks", python("OSError: [Errno 28] No space left on device"),
            python("OSError: [Errno 122] Disk quota exceeded")),
        TextPair(
            "memories of Java", java("java.lang.OutOfMemoryError: Java heap space", at: "A.f(A.java:1)"),
            java("java.lang.OutOfMemoryError: Metaspace", at: "A.f(A.java:1)")),
        TextPair(
            "permissions and absence", "cp: cannot stat '/a': Permission denied\n",
            "cp: cannot stat '/a': No such file or directory\n"),
        TextPair(
            "Java: methods", java("java.io.IOException: no data", at: "a.Fit.load(Fit.java:4)"),
            java("java.io.IOException: no data", at: "a.Fit.save(Fit.java:4)")),
        TextPair(
            "JavaScript: functions", node("Error: no data"), node("Error: no data", at: "save (/home/u/fit.js:9:1)")),
        TextPair("Go: functions", go("no data"), go("no data", in: "main.save")),
        TextPair("Go: kinds", go("assignment to entry in nil map"), go("runtime error: integer divide by zero")),
        TextPair("Julia: functions", julia("no data"), julia("no data", in: "save")),
        TextPair("Rust: files", rust("no data", at: "src/main.rs:4:66"), rust("no data", at: "src/mesh.rs:4:66")),
        TextPair("R: functions", r("Error in load(3) : no data"), r("Error in save(3) : no data")),
        TextPair(
            "MATLAB: callers", "Error using inv\nMatrix must be square.\n\nError in fit (line 3)\n",
            "Error using inv\nMatrix must be square.\n\nError in plot (line 3)\n"),
        TextPair(
            "Fortran: kinds", fortran("End of file"), fortran("Cannot open file 'a.dat': No such file or directory"),
            exitCode: 2),
        TextPair(
            "GROMACS", "Fatal error:\nnumber of coordinates does not match topology\n",
            "Fatal error:\nNo such moleculetype SOL\n"),
        TextPair(
            "bowtie2", "Error: Read r1 has more read characters than quality values.\n",
            "Error: Read r1 has more quality values than read characters.\n"),
        TextPair(
            "a signal with and without a message", FailedText("Error: no mesh\n", signal: 6), FailedText("", signal: 6)),
    ]
}
