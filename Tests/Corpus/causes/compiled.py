"""Programs in C, C++, Fortran, Rust and Swift, and their compilers."""
from . import cause


def c(name, reason, source, run="./model", setup="gcc -w @FLAGS@ a.c -o model", flags="-O1", **rest):
    cause(name, "gcc", "C", reason, run, {"a.c": source}, setup=setup.replace("@FLAGS@", flags), **rest)


def compiler(name, reason, source, run, place="@f@.c", program="gcc", language="C"):
    cause(name, program, language, reason, run, {place: source})


compiler(
    "gcc-undefined:solve_ode", ["undefined reference to", "solve_ode"], "int main() { return solve_ode(@n@); }\n",
    "gcc -w @f@.c -o a")
compiler(
    "gcc-undefined:nc_open", ["undefined reference to", "nc_open"], "int main() { return nc_open(@n@); }\n",
    "gcc -w @f@.c -o a")
compiler("gcc-syntax", "expected", "int main() { return @n@ }\n", "gcc @f@.c -o a")
compiler("gcc-include:hdf9.h", ["hdf9.h", "No such file"], "#include <hdf9.h>\n", "gcc -c @f@.c")
compiler("gcc-include:gsl9.h", ["gsl9.h", "No such file"], "#include <gsl9.h>\n", "gcc -c @f@.c")
compiler("gcc-library:hdf9", ["cannot find", "hdf9"], "int main() { return @n@; }\n", "gcc @f@.c -o a -lhdf9")
compiler("gcc-no-source", ["@f@.c", "No such file"], "", "gcc -c src/@f@.c", place="note")
compiler(
    "gpp-no-match", ["no matching function", "mean"],
    "template <class T> T mean(T a, T b) { return (a + b) / 2; }\nint main() { return mean(@n@, @n@.5); }\n",
    "g++ @f@.cc -o a", "@f@.cc", "g++", "C++")
compiler(
    "gpp-member", ["has no member named", "cells"],
    "struct Mesh { int n; };\nint main() { Mesh m{@n@}; return m.cells; }\n", "g++ @f@.cc -o a", "@f@.cc", "g++", "C++")

c("c-assert:cell_count", ["Assertion", "cell_count > 0"],
  "#include <assert.h>\nint main() { int cell_count = 0; assert(cell_count > 0); return @n@; }\n")
c("c-assert:mass", ["Assertion", "mass >= 0"],
  "#include <assert.h>\nint main() { double mass = -@n@; assert(mass >= 0); return 1; }\n")
c("c-segfault", "SIGSEGV", "int main() { volatile int *p = 0; p[@n@] = 1; }\n", "exec ./model")
c("c-perror", ["@f@.nc", "No such file"],
  '#include <stdio.h>\nint main(int n, char **a) { if (!fopen(a[1], "r")) { perror(a[1]); return 4; } return 0; }\n',
  "./model @f@.nc")
c("c-stdout", "density is negative",
  '#include <stdio.h>\nint main() {\n    for (int i = 0; i < @n@; i++) printf("step %d\\n", i);\n'
  '    printf("ERROR: density is negative in cell @n@\\n");\n    return 1;\n}\n')
c("c-double-free", "double free",
  "#include <stdlib.h>\nint main() { char *p = malloc(24); volatile int n = @n@; free(p); free(p); return n; }\n",
  flags="-O0")
c("c-stack-smashing", "stack smashing detected",
  "#include <string.h>\nint main(int n, char **a) { char b[8]; strcpy(b, a[1]); return b[0]; }\n",
  "exec ./model @f@_and_a_long_name_of_a_file_that_does_not_fit.nc", flags="-O0 -fstack-protector-all")
c("c-division", "SIGFPE", "int main(int n, char **a) { volatile int x = n - 1; return @n@ / x; }\n", "exec ./model")
c("c-abort", "halo of rank @n@ is inconsistent",
  '#include <stdio.h>\n#include <stdlib.h>\nint main() { fprintf(stderr, "fatal: halo of rank @n@ is inconsistent at '
  'step @m@\\n"); abort(); }\n', "exec ./model")
c("c-address-sanitizer", "heap-buffer-overflow",
  "#include <stdlib.h>\nint fill(int *p, int n) { p[n] = 1; return p[n]; }\n"
  "int main() { int *p = malloc(4 * @n@); return fill(p, @n@); }\n", flags="-g -O0 -fsanitize=address")
c("c-undefined-sanitizer", "signed integer overflow",
  "int main(int n, char **a) { int x = 2147483647 - @n@; return x + 100 * n; }\n",
  flags="-g -O0 -fsanitize=undefined -fno-sanitize-recover=all")
c("c-file-size", "SIGXFSZ",
  '#include <stdio.h>\nint main() { FILE *f = fopen("@f@.out", "w"); '
  'for (;;) if (fputs("@word@ @m@\\n", f) < 0) return 1; }\n',
  "ulimit -f 8; exec ./model")
c("c-usage", ["missing operand", "--year"],
  '#include <stdio.h>\nint main(int n, char **a) { fprintf(stderr, "%s: missing operand of --year\\nUsage: %s '
  '[OPTION]... FILE\\nTry --help for more.\\n", a[0], a[0]); return 64; }\n', "./model @f@.nc")
c("c-mpi-style", ["CFL number", "too large"],
  '#include <stdio.h>\nint main() { puts(" step @m@"); '
  'fprintf(stderr, " [@n@] ERROR in routine advance: CFL number @x@ too large\\n [@n@] stopping\\n"); return 13; }\n')


def cpp(name, reason, source, run="./model", **rest):
    cause(name, "g++", "C++", reason, run, {"a.cc": source}, setup="g++ a.cc -o model", **rest)


cpp("cpp-throw", "mesh @loc@ has no cells",
    '#include <stdexcept>\nint main() { throw std::runtime_error("mesh @loc@ has no cells"); }\n')
cpp("cpp-range", "out_of_range", "#include <vector>\nint main() { std::vector<int> v; return v.at(@n@); }\n")
cpp("cpp-memory", "bad_alloc",
    "#include <vector>\nint main(int n, char **) { std::vector<double> v(@m@000000000000ul * n); return v[0]; }\n")
cpp("cpp-caught", "checksum of tile @n@ differs",
    '#include <iostream>\n#include <stdexcept>\nint main() { try { throw std::runtime_error("checksum of tile @n@ '
    'differs"); } catch (const std::exception &e) { std::cerr << "error: " << e.what() << std::endl; return 1; } }\n')
cpp("cpp-directory", ["@f@", "No such file"],
    '#include <filesystem>\nint main() { for (auto &e : std::filesystem::directory_iterator("out/@f@")) return 1; }\n')
cpp("cpp-number", "stoi", '#include <string>\nint main() { return std::stoi("@word@"); }\n')
cpp("cpp-pure-type", "MeshError",
    "struct MeshError { int cell; };\nint main() { throw MeshError{@n@}; }\n")


def fortran(name, reason, source, flags="", files=None, run="./model", setup=""):
    made = f"gfortran -g {flags} a.f90 -o model; {setup}"
    cause(name, "gfortran", "Fortran", reason, run, {"a.f90": source, **(files or {})}, setup=made)


def program(*lines):
    return "program a\n" + "".join(f"  {line}\n" for line in lines) + "end program\n"


fortran("fortran-open", ["@f@.dat", "No such file"], program('open(10, file="@f@.dat", status="old")'))
fortran("fortran-stop", "density is negative", program('error stop "density is negative: @n@"'))
fortran("fortran-bounds", "above upper bound",
        program("integer :: x(3), i", "i = @m@", "x(i) = 1", "print *, x(i)"), "-fcheck=all")
fortran("fortran-allocate", "allocate",
        program("real, allocatable :: x(:)", "allocate(x(@n@))", "allocate(x(@n@))"))
fortran("fortran-end-of-file", "End of file",
        program("real :: x", 'open(10, file="@f@.dat", status="old")', "read(10, *) x"), files={"@f@.dat": ""})
fortran("fortran-stdout", "no convergence",
        program('print *, "ERROR: no convergence after @n@ iterations"', "stop 3"))
fortran("fortran-real", "Bad real number",
        program("real :: x(3)", 'open(10, file="@f@.dat")', "read(10, *) x"), files={"@f@.dat": "1.0 @word@ @n@\n"})
fortran("fortran-integer", "Bad integer",
        program("integer :: k", 'open(10, file="@f@.dat")', "read(10, *) k"), files={"@f@.dat": "@x@x\n"})
fortran("fortran-divide", ["SIGFPE"],
        program("real :: x, y", "x = @n@", "y = x - @n@", "print *, x / y"), "-O0 -ffpe-trap=zero")
fortran("fortran-segfault", ["SIGSEGV"],
        program("integer, pointer :: p(:)", "nullify(p)", "p(@n@) = 1", "print *, p(@n@)"))
fortran("fortran-namelist:scheme", ["Cannot match namelist object name", "scheme"],
        program("real :: dt", "namelist /run/ dt", 'open(10, file="@f@.nml")', "read(10, nml=run)"),
        files={"@f@.nml": "&run\n dt = @n@.0\n scheme = 3\n/\n"})
fortran("fortran-exists", ["@f@.out", "exists"],
        program('open(10, file="@f@.out", status="new")'), files={"@f@.out": "@n@\n"})
fortran("fortran-stop-code", ["no forcing for @year@"],
        program('write(0, *) "no forcing for @year@"', "stop 9"))
fortran("fortran-memory", ["allocat"],
        program("real(8), allocatable :: x(:)", "allocate(x(@m@000000000000_8))", "x = 1", "print *, x(1)"))
compiler("gfortran-type:biomass", ["biomass", "no IMPLICIT type"],
         program("implicit none", "real :: x", "x = biomass * @n@", "print *, x"), "gfortran @f@.f90 -o a", "@f@.f90",
         "gfortran", "Fortran")
compiler("gfortran-module:soilmod", ["soilmod.mod"], program("use soilmod", "print *, @n@"), "gfortran @f@.f90 -o a",
         "@f@.f90", "gfortran", "Fortran")


def rust(name, reason, body, run="./a", functions=""):
    cause(
        name, "rust", "Rust", reason, run, {"a.rs": f"{functions}\nfn main() {{\n    {body}\n}}\n"}, setup="rustc a.rs")


compiler("rustc-types", "mismatched types", 'fn main() {\n    let x@n@: i32 = "@loc@";\n}\n', "rustc @f@.rs", "@f@.rs",
         "rust", "Rust")
compiler("rustc-moved", ["borrow of moved value"],
         "fn main() {\n    let v = vec![@n@];\n    let w = v;\n    println!(\"{:?} {:?}\", v, w);\n}\n", "rustc @f@.rs",
         "@f@.rs", "rust", "Rust")
compiler("rustc-name:biomass", ["cannot find value", "biomass"],
         "fn main() {\n    println!(\"{}\", biomass * @n@);\n}\n",
         "rustc @f@.rs", "@f@.rs", "rust", "Rust")
rust("rust-index", "index out of bounds", 'let v: Vec<i32> = vec![]; println!("{}", v[@n@]);')
rust("rust-unwrap", "No such file or directory", 'std::fs::read("@f@.txt").unwrap();')
cause(
    "rust-error", "rust", "Rust", "InvalidDigit", "./a",
    {"a.rs": 'fn main() -> Result<(), Box<dyn std::error::Error>> {\n    let x: i32 = "@loc@".parse()?;\n'
             '    println!("{}", x);\n    Ok(())\n}\n'}, setup="rustc a.rs")
rust("rust-overflow", "attempt to subtract with overflow",
     'let n = std::env::args().count() as u32; println!("{}", n - @m@);')
rust("rust-expect", ["cannot read the calibration", "No such file"],
     'std::fs::read("@f@.toml").expect("cannot read the calibration");')
rust("rust-zero", "attempt to divide by zero", 'let n = std::env::args().count() - 1; println!("{}", @m@ / n);')
rust("rust-exit", "region @loc@ has no stations",
     'eprintln!("error: region @loc@ has no stations in {}", @year@); std::process::exit(2);')
rust("rust-allocation", "memory allocation of",
     'let n = std::env::args().count(); let v = vec![@n@u8; n * @m@000000000000000]; println!("{}", v[n]);')
rust("rust-assert", "assertion", 'let n = std::env::args().count(); assert_eq!(n, @m@, "layers of the column");')
rust("rust-thread", ["no rain in @year@"],
     'std::thread::Builder::new().name("fit".into()).spawn(|| { panic!("no rain in {}", @year@) }).unwrap().join()'
     '.expect("the fit");')


def swift(name, reason, body):
    source = f"""
    struct CalibrationError: Error {{ let site: String }}
    func fit(_ words: [String]) throws {{
    {body}
    }}
    try fit(CommandLine.arguments)
    """
    cause(name, "swift", "Swift", reason, "exec ./main @n@ @loc@", {"main.swift": source},
          build="swiftc -Onone main.swift -o main")


swift("swift-index", "Index out of range", "print(words[Int(words[1])! + 5])")
swift("swift-nil", "Unexpectedly found nil", "print(Int(words[2])!)")
swift("swift-thrown", ["CalibrationError", "@loc@"], "throw CalibrationError(site: words[2])")
swift("swift-overflow", "SIG", "let n = UInt8(words[1])!; print(n * 200 + 200)")
swift("swift-precondition", ["layer @n@ is empty"], 'precondition(words.count > 9, "layer \\(words[1]) is empty")')
