import JobmonCore
import Testing

/// Errors of one cause in two jobs, which must be in one group: inputs, params, hosts, times and places differ. The texts
/// have the forms that the programs write.
@Suite struct SameCauseTests {
    @Test(arguments: inPython + inLanguages + ofPrograms + ofShellsAndServices) func areTogether(_ pair: TextPair) {
        let (one, other) = (pair.one.signature, pair.other.signature)
        #expect(one.key == other.key, "\(one.rule)\n---\n\(other.rule)")
    }

    @Test func thereAreEnough() {
        #expect(
            Self.inPython.count + Self.inLanguages.count + Self.ofPrograms.count + Self.ofShellsAndServices.count >= 60)
    }

    static let inPython: [TextPair] = [
        TextPair(
            "a missing file, in another directory",
            python("FileNotFoundError: [Errno 2] No such file or directory: 'a_1.csv'", line: 12),
            python("FileNotFoundError: [Errno 2] No such file or directory: '/data/b/1995.csv'", line: 40)),
        TextPair(
            "a script that is generated for each job",
            python("ZeroDivisionError: division by zero", of: "/runs/1/fit_101.py"),
            python("ZeroDivisionError: division by zero", of: "/runs/2/rain_873.py")),
        TextPair(
            "a missing module, wherever it is imported",
            python("ModuleNotFoundError: No module named 'xarray'", in: "load", of: "a.py"),
            python("ModuleNotFoundError: No module named 'xarray'", in: "save", of: "b.py")),
        TextPair("a key that is a year", python("KeyError: '1990'"), python("KeyError: '2004'")),
        TextPair("a key that is a number", python("KeyError: 1990"), python("KeyError: 2004")),
        TextPair("a key that is a sample", python("KeyError: 'HG00096'"), python("KeyError: 'NA12878'")),
        TextPair(
            "a value that is no number", python("ValueError: could not convert string to float: 'coral'"),
            python("ValueError: could not convert string to float: 'n/a'")),
        TextPair(
            "a value with an apostrophe", python("ValueError: could not convert string to float: 'a b c'"),
            python("ValueError: could not convert string to float: \"it's\"")),
        TextPair(
            "a value that is no integer", python("ValueError: invalid literal for int() with base 10: 'x y'"),
            python("ValueError: invalid literal for int() with base 10: '2,5'")),
        TextPair(
            "a size in another unit", python("OSError: file x.txt is truncated at 12 MB"),
            python("OSError: file x.txt is truncated at 1.5 GiB")),
        TextPair(
            "a dictionary of values", python("TypeError: bad options {'year': 1995, 'rates': [0.1, 0.2]}"),
            python("TypeError: bad options {'year': 2001, 'names': ('a', 'c'), 'rates': []}")),
        TextPair(
            "an array of another length", python("ValueError: bad shape: array=[0.5 0.25]."),
            python("ValueError: bad shape: array=[0.5 0.25 0.125 ].")),
        TextPair(
            "categories that nobody saw before",
            python("ValueError: Found unknown categories ['a', 'b'] in column 0 during transform"),
            python("ValueError: Found unknown categories ['tundra'] in column 3 during transform")),
        TextPair(
            "a region of a genome", python("ValueError: no reads in chr7:100-200"),
            python("ValueError: no reads in chrX:3-40")),
        TextPair(
            "no memory, anywhere", python("MemoryError", in: "load", of: "a.py"),
            python("MemoryError", in: "save", of: "b.py")),
        TextPair(
            "no memory for an array",
            python(
                "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 12.3 GiB for an array with shape (5, 7) and data type float64"
            ),
            python(
                "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 1.0 TiB for an array with shape (50000,) and data type int32",
                in: "g")),
        TextPair(
            "no space, anywhere", python("OSError: [Errno 28] No space left on device", in: "load", of: "a.py"),
            python("OSError: [Errno 28] No space left on device: '/scratch/u/x.nc'", in: "save", of: "b.py")),
        TextPair(
            "a connection refused, anywhere",
            python("urllib.error.URLError: <urlopen error [Errno 111] Connection refused>", in: "get"),
            python("urllib.error.URLError: <urlopen error [Errno 111] Connection refused>", in: "ask", of: "b.py")),
        TextPair(
            "a host that is not found",
            python("socket.gaierror: [Errno -3] Temporary failure in name resolution", in: "get"),
            python("socket.gaierror: [Errno -3] Temporary failure in name resolution", in: "put")),
        TextPair(
            "a page that is not there",
            python(
                "requests.exceptions.HTTPError: 404 \(requestError): Not Found for url: https://a.org/x/1990.csv?k=3"),
            python("requests.exceptions.HTTPError: 404 \(requestError): Not Found for url: http://b.edu/y")),
        TextPair(
            "JSON that is none",
            python(
                "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 11 (char 10)"
            ),
            python(
                "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 44 column 2 (char 918)"
            )),
        TextPair(
            "bytes that are no text",
            python("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 3: invalid start byte"),
            python("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9 in position 1045: invalid start byte")),
        TextPair(
            "a recursion, whichever function comes last",
            python("RecursionError: maximum recursion depth exceeded", in: "a"),
            python("RecursionError: maximum recursion depth exceeded while calling a Python object", in: "b")),
        TextPair(
            "another version of the script", python("AssertionError: x must be positive", line: 3),
            python("AssertionError: x must be positive", line: 300)),
        TextPair(
            "the memory of a GPU",
            python(
                "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 39.4 GiB total)",
                in: "a"),
            python(
                "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 3; 15.8 GiB total)",
                in: "b")),
        TextPair(
            "raised in a library, at another depth",
            python(
                "ValueError: Input X contains NaN.", libraries: ["/venv/lib/python3.11/site-packages/sklearn/base.py"]),
            python(
                "ValueError: Input X contains NaN.",
                libraries: ["/opt/py/lib/python3.12/site-packages/sklearn/base.py", "<frozen x>"])),
        TextPair(
            "a comprehension, before and since Python 3.12",
            python("IndexError: list index out of range").replacing(
                "IndexError", with: "  File \"/home/u/fit.py\", line 13, in <listcomp>\n    x[i]\nIndexError"),
            python("IndexError: list index out of range")),
        TextPair(
            "a program that Python started",
            "fit: cannot open model_1.bin\n"
                + python(
                    "subprocess.CalledProcessError: Command '['./fit.sh', '--n', '3']' returned non-zero exit status 3."
                ),
            "fit: cannot open model_22.bin\n"
                + python(
                    "subprocess.CalledProcessError: Command '['./fit.sh', '--n', '14']' returned non-zero exit status 3."
                )),
        TextPair(
            "an argument with a value that is none",
            "usage: fit.py [-h] [--year YEAR]\nfit.py: error: argument --year: invalid int value: 'coral'\n",
            "usage: fit.py [-h] [--year YEAR]\nfit.py: error: argument --year: invalid int value: '12x'\n", exitCode: 2),
        TextPair(
            "pydantic",
            python(
                "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\nsteps\n  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='ten', input_type=str]"
            ),
            python(
                "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\nsteps\n  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='3 km', input_type=str]"
            )),
        TextPair(
            "a worker of dask",
            python(
                "distributed.scheduler.KilledWorker: Attempted to run task 'work-f2c5c4f22e713e179406d4216934c0ff' on 1 different workers, but all those workers died while running it. The last worker that attempt to run the task was tcp://127.0.0.1:44073."
            ),
            python(
                "distributed.scheduler.KilledWorker: Attempted to run task 'work-00aa11bb22cc33dd44ee55ff66778899' on 4 different workers, but all those workers died while running it. The last worker that attempt to run the task was tcp://10.1.2.3:8786."
            )),
        TextPair(
            "a line of a log", "2026-11-29 10:48:50,078 - pipeline - ERROR - sample s3 has no reads\n",
            "2026-12-01 01:00:00,001 - pipeline - ERROR - sample s44 has no reads\n"),
        TextPair(
            "a value that only the params tell",
            FailedText(python("RuntimeError: no data for rain"), params: ["site": "rain"]),
            FailedText(python("RuntimeError: no data for north sea"), params: ["site": "north sea"])),
        TextPair(
            "a run's folder", python("RuntimeError: bad config ridge_782 (see /runs/ridge_782/log.txt)"),
            python("RuntimeError: bad config soil_11 (see /runs/soil_11/log.txt)")),
        TextPair(
            "identifiers of many kinds",
            python(
                "RuntimeError: task 123e4567-e89b-12d3-a456-426614174000 of ann@site.org failed at 0x7f3a00 on 2026-01-31T10:00:00Z"
            ),
            python(
                "RuntimeError: task 00000000-1111-2222-3333-444455556666 of bob@lab.edu failed at 0x1 on 2025-12-24 23:59:59.5"
            )),
    ]

    static let inLanguages: [TextPair] = [
        TextPair(
            "R: an object that is missing, in calls with other arguments",
            r("Error in f(84) : object 'rate' not found"),
            r("Error in f(12, n = 5) : object 'rate' not found")),
        TextPair(
            "R: a file that is missing",
            r(
                "Error in file(file, \"rt\") : cannot open the connection\nCalls: read.csv -> read.table -> file\nIn addition: Warning message:\nIn file(file, \"rt\") :\n  cannot open file 'river_628.csv': No such file or directory"
            ),
            r(
                "Error in file(file, \"rt\") : cannot open the connection\nCalls: read.csv -> read.table -> file\nIn addition: Warning message:\nIn file(file, \"rt\") :\n  cannot open file '/d/a.csv': No such file or directory"
            )),
        TextPair("R: a year", r("Error in f(1950) : no data for 1950"), r("Error in f(2001) : no data for 2001")),
        TextPair(
            "R: a matrix of another size",
            r(
                "Error in solve.default(matrix(0, 5, 5)) : \n  Lapack routine dgesv: system is exactly singular: U[1,1] = 0"
            ),
            r(
                "Error in solve.default(matrix(0, 3, 3)) : \n  Lapack routine dgesv: system is exactly singular: U[3,3] = 0"
            )),
        TextPair(
            "R: quotes of another locale", r("Error in library(sf) : there is no package called ‘sf’"),
            r("Error in library(sf) : there is no package called 'sf'")),
        TextPair(
            "R: an index", r("Error in l[[47]] : subscript out of bounds"),
            r("Error in l[[5]] : subscript out of bounds")),
        TextPair(
            "R: an operator", r("Error in x + 95 : non-numeric argument to binary operator"),
            r("Error in x + 7 : non-numeric argument to binary operator")),
        TextPair(
            "Julia: a file", julia("SystemError: opening file \"a_1.csv\": No such file or directory"),
            julia("SystemError: opening file \"/d/1995.csv\": No such file or directory")),
        TextPair(
            "Julia: an index", julia("BoundsError: attempt to access 3-element Vector{Int64} at index [7]"),
            julia("BoundsError: attempt to access 12-element Vector{Int64} at index [13]")),
        TextPair(
            "Octave: sizes", "error: operator *: nonconformant arguments (op1 is 1x37, op2 is 1x38)\n",
            "error: operator *: nonconformant arguments (op1 is 2x3, op2 is 200x1)\n"),
        TextPair(
            "Octave: an index", "error: a(76): out of bound 3 (dimensions are 1x3)\n",
            "error: a(12): out of bound 9 (dimensions are 3x3)\n"),
        TextPair(
            "MATLAB: a file",
            "Error using readtable\nUnable to find or open 'a_1.csv'. Check the path.\n\nError in fit (line 3)\n  x\n",
            "Error using readtable\nUnable to find or open '/d/b_2.csv'. Check the path.\n\nError in fit (line 5)\n  x\n"
        ),
        TextPair(
            "Java: a value that is no number",
            java(
                "java.lang.NumberFormatException: For input string: \"rain\"",
                at: "java.base/java.lang.Integer.parseInt(Integer.java:668)", "a.Fit.load(Fit.java:4)"),
            java(
                "java.lang.NumberFormatException: For input string: \"12x\"",
                at: "java.base/java.lang.Integer.parseInt(Integer.java:786)", "a.Fit.load(Fit.java:9)")),
        TextPair(
            "Java: a file",
            java(
                "java.io.FileNotFoundException: /data/a_1.csv (No such file or directory)", at: "a.Fit.load(Fit.java:4)"
            ),
            java(
                "java.io.FileNotFoundException: /data/b_2.csv (No such file or directory)", at: "a.Fit.load(Fit.java:4)"
            )),
        TextPair(
            "Java: no memory, anywhere",
            java("java.lang.OutOfMemoryError: Java heap space", at: "a.Fit.load(Fit.java:4)"),
            java("java.lang.OutOfMemoryError: Java heap space", at: "a.Fit.save(Fit.java:9)")),
        TextPair(
            "Java: another lambda",
            java(
                "java.lang.ArrayIndexOutOfBoundsException: Index 5 out of bounds for length 3",
                at: "Main.lambda$main$0(Main.java:4)"),
            java(
                "java.lang.ArrayIndexOutOfBoundsException: Index 9 out of bounds for length 9",
                at: "Main.lambda$main$1(Main.java:8)")),
        TextPair(
            "JavaScript: a year", node("RangeError: year out of range: 1981"),
            node("RangeError: year out of range: 1999", at: "load (/home/u/fit.js:33:1)")),
        TextPair(
            "JavaScript: a file", node("Error: ENOENT: no such file or directory, open '/data/x/1.json'"),
            node("Error: ENOENT: no such file or directory, open 'b_2.json'")),
        TextPair(
            "Rust: an index", rust("index out of bounds: the len is 3 but the index is 7"),
            rust("index out of bounds: the len is 12 but the index is 12", at: "src/main.rs:40:6")),
        TextPair(
            "Rust: a value", rust("called `Result::unwrap()` on an `Err` value: BadYear(\"1995\")"),
            rust("called `Result::unwrap()` on an `Err` value: BadYear(\"x\")")),
        TextPair(
            "Go: a file", go("open /x/1995.csv: no such file or directory", line: 12),
            go("open /y/b_3.csv: no such file or directory", line: 14)),
        TextPair(
            "Go: an index", go("runtime error: index out of range [5] with length 3"),
            go("runtime error: index out of range [17] with length 17")),
        TextPair(
            "C++: an index",
            FailedText(
                "terminate called after throwing an instance of 'std::out_of_range'\n  what():  vector::_M_range_check: __n (which is 22) >= this->size() (which is 0)\n",
                signal: 6),
            FailedText(
                "terminate called after throwing an instance of 'std::out_of_range'\n  what():  vector::_M_range_check: __n (which is 9) >= this->size() (which is 9)\n",
                signal: 6)),
        TextPair(
            "C: an assertion of another version",
            FailedText("a: fit.c:2: main: Assertion `count > 0' failed.\n", signal: 6),
            FailedText("a: fit.c:40: main: Assertion `count > 0' failed.\n", signal: 6)),
        TextPair(
            "C: what the linker misses",
            "/usr/bin/ld: /tmp/ccPnLjo7.o: in function `main':\na.c:(.text+0xf): undefined reference to `solve'\ncollect2: error: ld returned 1 exit status\n",
            "/usr/bin/ld: /tmp/ccAb12Cd.o: in function `main':\na.c:(.text+0x1a): undefined reference to `solve'\ncollect2: error: ld returned 1 exit status\n"
        ),
        TextPair(
            "Fortran: the end of a file", fortran("End of file", at: "6 of file t.f90 (unit = 10, file = 'grid.dat')"),
            fortran("End of file", at: "6 of file t.f90 (unit = 11, file = '/d/a_1.dat')"), exitCode: 2),
        TextPair(
            "Fortran: an index",
            fortran("Index '31' of dimension 1 of array 'x' above upper bound of 3", at: "4 of file a.f90"),
            fortran("Index '7' of dimension 1 of array 'x' above upper bound of 3", at: "4 of file a.f90"), exitCode: 2),
        TextPair(
            "Fortran: a text", "ERROR STOP density is negative: 48\n", "ERROR STOP density is negative: -0.3E-07\n"),
        TextPair(
            "Perl: a file", "cannot open wheat_9.csv: No such file or directory at fit.pl line 1.\n",
            "cannot open /d/1.csv: No such file or directory at fit.pl line 19.\n", exitCode: 2),
    ]

    static let ofPrograms: [TextPair] = [
        TextPair(
            "samtools: a file",
            "[E::hts_open_format] Failed to open file \"ridge_94.bam\" : No such file or directory\nsamtools view: failed to open \"ridge_94.bam\" for reading: No such file or directory\n",
            "[E::hts_open_format] Failed to open file \"/d/s 1.bam\" : No such file or directory\nsamtools view: failed to open \"/d/s 1.bam\" for reading: No such file or directory\n"
        ),
        TextPair(
            "samtools: positions", "[E::hts_idx_push] Unsorted positions on sequence #1: 300 followed by 100\n",
            "[E::hts_idx_push] Unsorted positions on sequence #22: 1045 followed by 7\n"),
        TextPair(
            "bedtools: a file", "Error: unable to open file or unable to determine types for file maize_197.bed\n",
            "Error: unable to open file or unable to determine types for file /d/x.bed\n"),
        TextPair(
            "iqtree: a sequence", "ERROR: Sequence s3 contains not enough characters (18)\n",
            "ERROR: Sequence taxon_77 contains not enough characters (4)\n", exitCode: 2),
        TextPair(
            "bowtie2: a read", "Error: Read r1 has more read characters than quality values.\n",
            "Error: Read SRR1234.77 has more read characters than quality values.\n", exitCode: 134),
        TextPair(
            "hmmscan: a database", "Error: Failed to open binary auxfiles for db.hmm: use hmmpress first\n",
            "Error: Failed to open binary auxfiles for /d/pfam_36.hmm: use hmmpress first\n"),
        TextPair(
            "plink: a fileset", "Error: Failed to open frost_361.bed.\n", "Error: Failed to open /d/chr1.bed.\n",
            exitCode: 2),
        TextPair(
            "vcftools: a host's path", "Error: Can't open /home/a/x_1.vcf on node7.cluster.local\n",
            "Error: Can't open /home/a/x_2.vcf on node12.cluster.local\n"),
        TextPair(
            "GROMACS: numbers of atoms",
            "Fatal error:\nnumber of coordinates in coordinate file (conf.gro, 3)\n             does not match topology (topol.top, 4)\n",
            "Fatal error:\nnumber of coordinates in coordinate file (a_1.gro, 30412)\n             does not match topology (b.top, 30411)\n"
        ),
        TextPair(
            "GDAL: a file", "ERROR 4: delta_940.tif: No such file or directory\n",
            "ERROR 4: /d/b.tif: No such file or directory\n",
            exitCode: 2),
        TextPair(
            "Picard: a read",
            java(
                "htsjdk.samtools.SAMFormatException: SAM validation error: ERROR: Record 4360, Read name ERR003981.11622682, MAPQ should be 0 for unmapped read.",
                at: "a.B.c(B.java:3)"),
            java(
                "htsjdk.samtools.SAMFormatException: SAM validation error: ERROR: Record 12, Read name JDQNNM1:113:D0VJBACXX:1:1311:14032:7891, MAPQ should be 0 for unmapped read.",
                at: "a.B.c(B.java:3)")),
        TextPair(
            "FreeSurfer: a volume", "error: mghRead(/d/sub-102614/mri/aseg.mgz, -1): could not open file\n",
            "error: mghRead(/d/sub-7/mri/aseg.mgz, -1): could not open file\n"),
        TextPair(
            "OpenFOAM: a case",
            "--> FOAM FATAL ERROR: \nCannot open mesh description file\n    \"/home/a/case1/system/blockMeshDict\"\n\n    From function blockMesh\n",
            "--> FOAM FATAL ERROR: \nCannot open mesh description file\n    \"/home/b/runs/77/system/blockMeshDict\"\n\n    From function blockMesh\n"
        ),
        TextPair(
            "nipype: a subject",
            "fMRIPrep failed: Each element of the 'in_files' trait must be a pathlike object, but a value of '/data/sub-01/a.nii.gz' <class 'str'> was specified.\n",
            "fMRIPrep failed: Each element of the 'in_files' trait must be a pathlike object, but a value of '/d/sub-22/b.nii.gz' <class 'str'> was specified.\n"
        ),
        TextPair(
            "a model: a process",
            "FATAL from PE    32: NetCDF: Variable not found: get_variable: file:./a/tile3.nc variable: seas5\n",
            "FATAL from PE     7: NetCDF: Variable not found: get_variable: file:./b/tile1.nc variable: seas5\n"),
        TextPair(
            "a host", "fit: error: cannot reach data.example.org\n", "fit: error: cannot reach ftp.dept.lab.edu\n"),
        TextPair("a region", "fit: error: no reads in chr1:100-200\n", "fit: error: no reads in chr12:1,000-2,000\n"),
        TextPair("netCDF: a file", "ncks: ERROR file rain_1.nc not found\n", "ncks: ERROR file /d/1995.nc not found\n"),
        TextPair(
            "duckdb: a line",
            python(
                "duckdb.duckdb.ConversionException: Conversion Error: CSV Error on Line: 3\nOriginal Line: 2,n/a\nError when converting column \"mass\". Could not convert string \"n/a\" to 'DOUBLE'"
            ),
            python(
                "duckdb.duckdb.ConversionException: Conversion Error: CSV Error on Line: 17\nOriginal Line: 16,n/a\nError when converting column \"mass\". Could not convert string \"--\" to 'DOUBLE'"
            )),
        TextPair(
            "mpirun: a rank", "rank 1: cannot open restart file\n", "rank 37: cannot open restart file\n", exitCode: 3),
        TextPair("a solver", "rank 1: CFL number 12.3 too large\n", "rank 0: CFL number 1e+3 too large\n", exitCode: 7),
        TextPair(
            "a number of errors", "fit: error: 1 sample failed the check\n", "fit: error: 12 samples failed the check\n"
        ),
        TextPair(
            "Stata: a file", "file rain_1.dta not found\nr(601);\n", "file /d/x.dta not found\nr(601);\n"),
        TextPair(
            "snakemake",
            "no reads left after filtering s1\nRuleException:\nCalledProcessError in file \"a/Snakefile\", line 7:\nCommand 'x' returned non-zero exit status 1.\n",
            "no reads left after filtering s24\nRuleException:\nCalledProcessError in file \"b/Snakefile\", line 7:\nCommand 'y' returned non-zero exit status 1.\n"
        ),
    ]

    static let ofShellsAndServices: [TextPair] = [
        TextPair(
            "cd", "a.sh: line 2: cd: /none/tidal_995: No such file or directory\n",
            "a.sh: line 2: cd: /none/x: No such file or directory\n"),
        TextPair(
            "a script that may not be executed", "bash: line 1: ./loess_487: Permission denied\n",
            "bash: line 1: ./rain_12: Permission denied\n", exitCode: 126),
        TextPair(
            "Slurm's copy of the script",
            "/var/spool/slurmd/job12/slurm_script: line 4: fit: command not found\n",
            "/var/spool/slurmd/job77012/slurm_script: line 4: fit: command not found\n", exitCode: 127),
        TextPair(
            "a generated script", "plume_448.sh: line 1: RATE: unbound variable\n",
            "soil_20.sh: line 1: RATE: unbound variable\n"),
        TextPair(
            "curl: refused",
            "curl: (7) Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to \(otherSide)\n",
            "curl: (7) Failed to connect to localhost port 8080 after 12 ms: Couldn't connect to \(otherSide)\n",
            exitCode: 7),
        TextPair(
            "psql: refused",
            "psql: error: connection to \(otherSide) at \"127.0.0.1\", port 9 failed: Connection refused\n",
            "psql: error: connection to \(otherSide) at \"db.example.org\", port 5432 failed: Connection refused\n",
            exitCode: 2),
        TextPair(
            "tar", "tar: humus_768.tar.gz: Cannot open: No such file or directory\n",
            "tar: /d/a.tar.gz: Cannot open: No such file or directory\n", exitCode: 2),
        TextPair(
            "make", "make: *** No rule to make target 'coral_942.csv', needed by 'a'.  Stop.\n",
            "make: *** No rule to make target '/d/1.csv', needed by 'a'.  Stop.\n", exitCode: 2),
        TextPair(
            "git", "fatal: repository '/none/cloud_891' does not exist\n", "fatal: repository '/d/x' does not exist\n",
            exitCode: 128),
        TextPair(
            "cp", "cp: cannot stat '/a/1.csv': No such file or directory\n",
            "cp: cannot stat 'b_2.csv': No such file or directory\n"),
        TextPair(
            "rsync", "rsync: connection unexpectedly closed (12 bytes received so far) [sender]\n",
            "rsync: connection unexpectedly closed (0 bytes received so far) [sender]\n", exitCode: 12),
        TextPair(
            "wget", "wget: unable to resolve host address 'data.example.org'\n",
            "wget: unable to resolve host address 'ftp.lab.edu'\n",
            exitCode: 4),
        TextPair(
            "a database's password", "psql: error: FATAL:  password authentication failed for user \"ann\"\n",
            "psql: error: FATAL:  password authentication failed for user \"bob\"\n", exitCode: 2),
        TextPair(
            "Oracle", "ORA-01653: unable to extend table A.LOG_01 by 128 in tablespace USERS\n",
            "ORA-01653: unable to extend table A.LOG_12 by 8192 in tablespace USERS\n"),
    ]
}
