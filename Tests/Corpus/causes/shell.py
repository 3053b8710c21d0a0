"""Shells, scripting languages, launchers."""
from . import cause


def bash(name, reason, script, run="bash @f@.sh", files=None, program="bash", **rest):
    place = "@f@.sh" if "@f@.sh" in run else "run.sh"
    cause(name, program, "bash", reason, run, {**(files or {}), **({place: script} if script else {})}, **rest)


RUN = "bash run.sh @loc@ @year@"
bash("bash-unbound:OUTPUT_ROOT", "OUTPUT_ROOT: unbound variable", "set -u\necho $OUTPUT_ROOT/@loc@\n")
bash("bash-unbound:MODEL_HOME", "MODEL_HOME: unbound variable", "set -u\necho $MODEL_HOME/@loc@\n")
bash("bash-not-found:fitmodel", "fitmodel: command not found", "fitmodel --year @year@\n")
bash("bash-not-found:regrid", "regrid: command not found", "regrid --year @year@\n")
bash("bash-cd", ["@f@", "No such file"], "set -e\ncd /none/@f@\n", "bash run.sh")
bash("bash-permission", "Permission denied", None, "./@f@", {"@f@": "x\n"})
bash("bash-message", "@f@.csv is missing", "echo '@f@.csv is missing' >&2\nexit 3\n", "bash run.sh")
bash("bash-syntax", "syntax error", "if [ @n@ -gt 3 ]; then\n  echo @loc@\n", RUN)
bash("bash-not-directory", "Not a directory", "set -e\ncd @f@\n", RUN, {"@f@": "x\n"})
bash("bash-division", "division by 0", "set -e\ncount=0\necho $((@n@ / count))\n", RUN)
bash("bash-parameter", "give the year", "year=${3:?give the year}\n", RUN)
bash("bash-substitution", "bad substitution", "echo @loc@ ${year +}\n", RUN)
bash("bash-ambiguous", "ambiguous redirect", "set -e\nout='@f@.txt b.txt'\necho @n@ >$out\n", RUN)
bash("bash-no-script", ["@f@.sh", "No such file"], None)
bash("bash-number", "integer expression expected", "set -e\n[ '@word@' -gt 3 ]\n", RUN)
bash("bash-silent", "exit code 7", "exit 7\n", RUN)
bash("bash-killed", "SIGKILL", "echo 'reading @f@.csv'\nkill -9 $$\n", "exec bash run.sh")
bash("bash-exec-format", "cannot execute binary file", None, "./@f@", {"@f@": "\x7fELF@n@\n"}, setup="chmod +x @f@")
bash(
    "bash-interpreter:pythn3", ["pythn3", "No such file"], "#!/usr/bin/env pythn3\nprint(@n@)\n",
    "./run.sh", setup="chmod +x run.sh")
bash("bash-inner-python", "no snow in @year@", "set -e\npython3 fit.py @year@\necho done\n", RUN,
     {"fit.py": "import sys\n\ndef fit(year):\n    raise ValueError('no snow in %s' % year)\n\nfit(sys.argv[1])\n"})
bash("bash-trap", "stage 2 of @loc@ failed",
     "set -eE\ntrap 'echo \"run.sh: line $LINENO: stage 2 of @loc@ failed\" >&2' ERR\ntest -s @f@.nc\n", RUN)


def perl(name, reason, script, run="perl @f@.pl"):
    cause(name, "perl", "Perl", reason, run, {"@f@.pl": script})


perl(
    "perl-die", ["cannot open @f@.csv", "No such file"],
    "open(my $in, '<', '@f@.csv') or die \"cannot open @f@.csv: $!\";\n")
perl("perl-module:Bio::Maize9", "Can't locate Bio/Maize9.pm", "use Bio::Maize9;\nprint @n@;\n")
perl("perl-module:PDL::Soil9", "Can't locate PDL/Soil9.pm", "use PDL::Soil9;\nprint @n@;\n")
perl("perl-method:rescale", ["rescale", "undefined value"], "my $grid;\n$grid->rescale(@n@);\n")
perl("perl-method:normalise", ["normalise", "undefined value"], "my $grid;\n$grid->normalise(@n@);\n")
perl("perl-sub:regrid", ["Undefined subroutine", "regrid"], "use strict;\nregrid(@n@);\n")
perl("perl-zero", "Illegal division by zero", "my $n = @n@;\nmy $k = $n - @n@;\nprint $n / $k;\n")
perl("perl-strict:biomass", ["Global symbol", "biomass"], "use strict;\n$biomass = @n@;\n")
perl("perl-syntax", "syntax error", "my $n = @n@\nprint $n;\n")
perl("perl-croak", "station @n@ has no latitude",
     "use Carp;\nsub locate { croak \"station $_[0] has no latitude\" }\nsub main { locate(@n@) }\nmain();\n")
perl("perl-no-script", ["Can't open perl script", "@f@.pl"], "", "perl scripts/@f@.pl")


def tcl(name, reason, script):
    cause(name, "tcl", "Tcl", reason, "tclsh @f@.tcl", {"@f@.tcl": script})


tcl("tcl-variable:biomass", "can't read \"biomass\"", "proc f {x} { return [expr {$x * $biomass}] }\nputs [f @n@]\n")
tcl("tcl-package:netcdf", "can't find package netcdf", "package require netcdf\nputs @n@\n")
tcl("tcl-file", ["couldn't open", "@f@.dat"], "set in [open @f@.dat r]\n")
tcl("tcl-error", "no data for @year@", "proc fit {year} { error \"no data for $year\" }\nfit @year@\n")
tcl("tcl-command:rescale", ["invalid command name", "rescale"], "rescale @n@\n")
tcl("tcl-arguments", "wrong # args", "proc fit {year} { puts $year }\nfit @year@ @loc@\n")


def launcher(name, program, language, reason, run, files=None, **rest):
    cause(name, program, language, reason, run, files, **rest)


launcher(
    "mpirun-exit", "mpirun", "C", "no data for @year@",
    "mpirun --oversubscribe -n 2 sh -c 'echo no data for @year@ >&2; exit 3'")
launcher(
    "mpirun-no-program:fitmodel", "mpirun", "C", "fitmodel", "mpirun --oversubscribe -n 2 ./fitmodel --year @year@")
launcher(
    "mpirun-no-program:regrid", "mpirun", "C", "regrid", "mpirun --oversubscribe -n 2 ./regrid --year @year@")
launcher(
    "mpirun-python", "mpirun", "Python", "halo of rank", "mpirun --oversubscribe -n 2 python3 fit.py",
    {"fit.py": "import os\n\nrank = int(os.environ['OMPI_COMM_WORLD_RANK'])\nif rank == 1:\n"
               "    raise RuntimeError('halo of rank 1 is inconsistent at step @m@')\nimport time\ntime.sleep(20)\n"})
launcher(
    # mpirun says it of a rank itself only now and then.
    "mpirun-segfault", "mpirun", "C", "Segmentation fault", "mpirun --oversubscribe -n 2 bash rank.sh",
    {"a.c": "int main() { volatile int *p = 0; p[@n@] = 1; }\n", "rank.sh": "./model\nexit $?\n"},
    setup="gcc -w a.c -o model")
launcher("mpirun-slots", "mpirun", "C", ["not enough slots"], "mpirun -n @m@ ./model")
launcher(
    "parallel-fails", "parallel", "Perl", "no soil map for @year@",
    "parallel --will-cite --halt now,fail=1 'echo no soil map for {} >&2; exit 3' ::: @year@")
launcher(
    "parallel-not-found:fitmodel", "parallel", "Perl", "fitmodel: command not found",
    "parallel --will-cite --halt now,fail=1 'fitmodel --year' ::: @year@")
launcher(
    "parallel-python", "parallel", "Python", "no forcing at @loc@",
    "parallel --will-cite --halt now,fail=1 python3 fit.py ::: @loc@",
    {"fit.py": "import sys\n\nraise LookupError('no forcing at ' + sys.argv[1])\n"})
launcher(
    "xargs-fails", "xargs", "C", "no mask for @year@", "echo @year@ | xargs sh -c 'echo no mask for $0 >&2; exit 255'")
launcher(
    "xargs-not-found:fitmodel", "xargs", "C", ["fitmodel", "No such file"], "echo @year@ | xargs fitmodel")
launcher("make-no-input", "make", "C", ["@f@.csv", "No such file"], "make", {"Makefile": "a:\n\tcat @f@.csv\n"})
launcher("make-no-rule", "make", "C", ["No rule to make target", "@f@.csv"], "make", {"Makefile": "a: @f@.csv\n"})
launcher("make-separator", "make", "C", "missing separator", "make", {"Makefile": "a:\n  cat @f@.csv\n"})
launcher(
    "make-no-target", "make", "C", ["No rule to make target", "plots"], "make plots", {"Makefile": "a:\n\techo @n@\n"})
launcher(
    "make-python", "make", "Python", "unknown site @loc@", "make fit",
    {"Makefile": "fit:\n\tpython3 fit.py @loc@\n",
     "fit.py": "import sys\n\nraise LookupError('unknown site ' + sys.argv[1])\n"})
launcher(
    "make-rscript", "make", "R", "no rain in @year@", "make -s fit",
    {"Makefile": "fit:\n\tRscript fit.R @year@\n",
     "fit.R": "year <- commandArgs(TRUE)[1]\nstop('no rain in ', year)\n"})
launcher("timeout-inner", "coreutils", "C", "exit code 124", "timeout 0.@n@ sleep 100")
launcher(
    "env-not-found:fitmodel", "coreutils", "C", ["fitmodel", "No such file"],
    "env OMP_NUM_THREADS=@n@ fitmodel --year @year@")
launcher("nice-not-found:regrid", "coreutils", "C", ["regrid", "No such file"], "nice -n 5 regrid --year @year@")
