"""Physics, chemistry, engineering, optimisation."""
from . import cause

SCF = """
&control
  calculation = "scf"
/
&system
  ibrav = 1, celldm(1) = 5.@n@, nat = 1, ntyp = 1, ecutwfc = 10@EXTRA@
/
&electrons
/
ATOMIC_SPECIES
Si 28 @PSEUDO@.UPF
ATOMIC_POSITIONS
Si 0 0 0
K_POINTS gamma
"""


def pwx(name, reason, files=None):
    cause(name, "pw.x", "Fortran", reason, "pw.x -in @f@.in", files)


pwx("pwx-no-pseudo", ["@loc@.UPF", "not found"], {"@f@.in": SCF.replace("@EXTRA@", "").replace("@PSEUDO@", "@loc@")})
pwx(
    "pwx-lattice", ["lattice"],
    {"@f@.in": SCF.replace("ibrav = 1, celldm(1) = 5.@n@", "ibrav = 1, celldm(1) = 0.0").replace("@EXTRA@", "")
     .replace("@PSEUDO@", "Si")})
pwx(
    "pwx-calculation", ["calculation", "scff"],
    {"@f@.in": SCF.replace('"scf"', '"scff"').replace("@EXTRA@", "").replace("@PSEUDO@", "Si")})
pwx(
    "pwx-no-species", ["species"],
    {"@f@.in": SCF.replace("Si 0 0 0", "Ge 0 0 0.@n@").replace("@EXTRA@", "").replace("@PSEUDO@", "Si")})


# With nothing to compute, ccx ends with 0 after an error.
def ccx(name, reason, deck=None, run="ccx @f@; test -s @f@.dat"):
    cause(name, "ccx", "Fortran", reason, run, {"@f@.inp": deck} if deck else None)


STEP = "*STEP\n*STATIC\n*END STEP\n"
ccx(
    "ccx-no-element-type", ["QUAD9", "unknown element type"], "*NODE\n@n@,0,0,0\n*ELEMENT,TYPE=QUAD9\n1,1\n" + STEP,
    "ccx @f@")
ccx("ccx-no-input", ["cannot open", "@f@.inp"])
ccx(
    "ccx-no-material", ["nonexistent material"],
    "*NODE,NSET=N\n1,0,0,0\n2,1,0,0\n3,1,1,0\n4,@n@,@m@,1\n*ELEMENT,TYPE=C3D4,ELSET=E\n1,1,2,3,4\n"
    "*SOLID SECTION,ELSET=E,MATERIAL=STEEL\n" + STEP, "ccx @f@")
ccx("ccx-no-card", ["*MATTER"], "*NODE\n@n@,0,0,0\n*MATTER,NAME=STEEL\n")

cause("ngspice-no-input", "ngspice", "C", ["@f@.cir", "No such file"], "ngspice -b @f@.cir")
cause(
    "ngspice-no-model", "ngspice", "C", ["nmosx"], "ngspice -b @f@.cir",
    {"@f@.cir": "test @n@\nV1 1 0 @n@\nM1 1 1 0 0 nmosx W=@n@u L=1u\n.op\n.end\n"})
cause(
    "ngspice-no-subcircuit", "ngspice", "C", ["opamp741"], "ngspice -b @f@.cir",
    {"@f@.cir": "test @n@\nV1 1 0 @n@\nX1 1 0 opamp741\n.op\n.end\n"})


def glpsol(name, reason, model=None):
    cause(name, "glpsol", "C", reason, "glpsol -m @f@.mod", {"@f@.mod": model} if model else None)


glpsol("glpsol-syntax", "x not defined", "var x@n@;\nmaximize z: x\n")
glpsol("glpsol-no-file", ["@f@.mod", "No such file"])
glpsol("glpsol-no-data", ["no value for cost"], "param cost;\nvar x >= @n@;\nminimize z: cost * x;\nsolve;\nend;\n")
glpsol(
    "glpsol-domain", ["out of domain"],
    "set I := 1..@n@;\nparam a{i in I} := i;\nvar x >= 0;\nminimize z: a[@m@] * x;\nsolve;\nend;\n")


def freefem(name, reason, script):
    cause(name, "FreeFem++", "FreeFem", reason, "FreeFem++ -nw @f@.edp", {"@f@.edp": script})


MESH = "mesh Th = square(@n@, 2);\nfespace Vh(Th, P1);\nVh u;\n"
freefem("freefem-undefined:porosity", ["porosity", "does not exist"], MESH + "u = porosity;\n")
freefem("freefem-undefined:viscosity", ["viscosity", "does not exist"], MESH + "u = viscosity;\n")
freefem("freefem-no-mesh", ["@f@.msh"], 'mesh Th = readmesh("@f@.msh");\n')
freefem("freefem-assert", ["assert"], MESH + "real a = -@n@;\nassert(a > 0);\n")

cause(
    "gnuplot-no-data", "gnuplot", "C", ["Cannot find or open file", "@f@.dat"], "gnuplot a.gp",
    {"a.gp": "plot '@f@.dat'\n"})
cause("gnuplot-command", "gnuplot", "C", "invalid command", "gnuplot a.gp", {"a.gp": "plott @n@\n"})
cause("gnuplot-no-script", "gnuplot", "C", ["Cannot load input", "@f@.gp"], "gnuplot @f@.gp")
cause(
    "gnuplot-undefined", "gnuplot", "C", ["undefined variable", "biomass"], "gnuplot @f@.gp",
    {"@f@.gp": "set xrange [1:@m@]\nplot biomass*x\n"})
cause(
    "gnuplot-range", "gnuplot", "C", ["all points y value undefined"], "gnuplot fit.gp",
    {"fit.gp": "set terminal dumb\nplot '@f@.dat' using 1:2\n", "@f@.dat": "@n@ NaN\n@m@ NaN\n"})

LJ = """
units lj
atom_style atomic
lattice fcc 0.84
region box block 0 4 0 4 0 4
create_box 1 box
create_atoms 1 box
"""


def lammps(name, reason, script):
    cause(name, "lmp", "LAMMPS", reason, "lmp -in in.@f@", {"in.@f@": script})


lammps("lammps-command:fixx", ["Unknown command", "fixx"], "units lj\nfixx all @year@\n")
lammps("lammps-command:comput", ["Unknown command", "comput"], "units lj\ncomput all temp @year@\n")
lammps("lammps-no-data", ["Cannot open file", "@f@.data"], "units lj\natom_style atomic\nread_data @f@.data\n")
lammps("lammps-no-mass", "per-type masses are set", LJ + "pair_style lj/cut 2.5\npair_coeff * * 1 1\nrun @n@\n")
lammps(
    "lammps-lost-atoms", ["Lost atoms"],
    "boundary f f f\n" + LJ + "mass 1 1.0\npair_style lj/cut 2.5\npair_coeff * * 1 1\nvelocity all create @m@ 8@m@\n"
    "fix 1 all nve\nthermo 5\ntimestep 0.01\nrun 1@n@\n")
lammps("lammps-pair-style", ["lj/cutt"], LJ + "mass 1 @n@.0\npair_style lj/cutt 2.5\n")


def octave(name, reason, script, run="octave-cli @f@.m", files=None):
    cause(name, "octave", "Octave", reason, run, {**(files or {}), **({"@f@.m": script} if script else {})})


octave("octave-undefined:vorticity", "'vorticity' undefined", "y = vorticity(@n@);\n")
octave("octave-undefined:enthalpy", "'enthalpy' undefined", "y = enthalpy(@n@);\n")
octave("octave-nonconformant", "nonconformant", "a = ones(1, @n@) * ones(1, @m@);\n")
octave("octave-syntax", "parse error", "x = (@n@;\n")
octave("octave-index", "out of bound", "a = 1:3;\nb = a(@m@);\n")
octave("octave-zero-index", "subscripts must be", "a = 1:@n@;\nk = 0;\nb = a(k);\n")
octave(
    "octave-no-data", ["unable to find file", "@f@.mat"], None, "octave-cli fit.m", {"fit.m": "load('@f@.mat');\n"})
octave(
    "octave-error", "no data for year @year@",
    "1;\nfunction fit(y)\n  error('no data for year %d', y);\nend\nfit(@year@);\n")
octave(
    "octave-arguments", "called with too many inputs",
    "1;\nfunction y = scale(x)\n  y = 2 * x;\nend\nscale(1, @n@);\n")
octave("octave-field", "transpose not defined for N-D", "x = ones(2, @n@, 2);\ny = x';\n")
octave("octave-cell", "not implemented for 'cell' by", "c = {1, @n@};\nx = c + 1;\n")
octave("octave-cholesky", "must be positive definite", "a = [1 @m@; @m@ 1];\nr = chol(a);\n")
octave("octave-no-function-file", "@f@", None, "octave-cli @f@.m")
