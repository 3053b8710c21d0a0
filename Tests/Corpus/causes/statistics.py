"""R and other programs of statistics."""
from . import cause


def r(name, reason, script, run="Rscript @f@.R", program="Rscript", files=None, **rest):
    cause(name, program, "R", reason, run, {**(files or {}), **({"@f@.R": script} if script else {})}, **rest)


r("r-object:biomass", "object 'biomass' not found", "f <- function(x) x + biomass\nf(@n@)\n")
r("r-object:albedo", "object 'albedo' not found", "f <- function(x) x + albedo\nf(@n@)\n")
r("r-package:raster9", "no package called ‘raster9’", "library(raster9)\n")
r("r-package:gstat9", "no package called ‘gstat9’", "library(gstat9)\n")
r("r-subscript", "subscript out of bounds", "l <- list(1)\nl[[@n@ + 2]]\n")
r("r-syntax", "unexpected", "x <- (@n@\n")
r("r-no-script", ["@f@.R", "No such file"], None)
r("r-stopifnot", "must be positive", "x <- c(@n@, -1)\nstopifnot('x must be positive' = all(x > 0))\n")
r("r-singular", "singular", "solve(matrix(0, @n@, @n@))\n")
r("r-no-file", ["@f@.csv", "No such file"], "d <- read.csv('@f@.csv')\n")
r("r-stop", "no data for @year@", "f <- function(y) stop('no data for ', y)\nf(@year@)\n")
r("r-non-numeric", "non-numeric argument", "x <- '@loc@'\nx + @n@\n")
r("r-columns:yield_t", "undefined columns", "d <- data.frame(a = 1:@n@, b = 2)\nd[, 'yield_t']\n")

r("r-argument", ["unused argument", "scale = @n@"], None, "Rscript fit.R",
  files={"fit.R": "f <- function(x) x\nf(1, scale = @n@)\n"})
r("r-function:compute_yield", ["could not find function", "compute_yield"], "y <- compute_yield(@year@, '@loc@')\n")
r("r-function:area_weights", ["could not find function", "area_weights"], "y <- area_weights(@year@, '@loc@')\n")
r("r-conformable", "non-conformable arguments", "a <- matrix(1, @n@, 2)\nb <- matrix(1, 3, @n@)\na %*% b\n")
r("r-missing-condition", "missing value where TRUE/FALSE needed",
  "check <- function(x) if (x > 0) 'wet' else 'dry'\ncheck(NA + @n@)\n")
r("r-empty-condition", "argument is of length zero",
  "s <- list(@loc@ = @n@)\nif (s$elevation > 0) print(s)\n")
r("r-no-cases", "0 (non-NA) cases",
  "d <- data.frame(y = rep(NA_real_, @n@), x = seq_len(@n@))\nlm(y ~ x, data = d)\n")
r("r-contrasts", "contrasts can be applied only to factors with 2 or more levels",
  "d <- data.frame(y = rnorm(@m@), site = factor('@loc@'))\nlm(y ~ site, data = d)\n")
r("r-vector-memory", "cannot allocate vector", "x <- numeric(@m@e12)\n")
r("r-lengths", ["variable lengths differ", "slope"],
  "y <- rnorm(@m@)\nslope <- rnorm(@n@)\nlm(y ~ slope)\n")
r("r-match-arg", "should be one of",
  "smooth <- function(kind = c('linear', 'cubic')) match.arg(kind)\nsmooth('@word@')\n")
r("r-optim", "initial value in 'vmmin' is not finite",
  "optim(c(-@n@, 1), function(p) log(p[1]), method = 'BFGS')\n")
r("r-uniroot", "values at end points not of opposite sign", "uniroot(function(x) x^2 + @n@, c(0, @m@))\n")
r("r-converted-warning", ["converted from warning", "NAs introduced by coercion"],
  "options(warn = 2)\nrain <- as.numeric('@word@')\n")
r("r-recursion", "C stack usage", "f <- function(x) f(x + @n@)\nf(1)\n")
r("r-date", "not in a standard unambiguous format", "as.Date('@word@ @year@')\n")
r("r-checkmate", ["Assertion on 'rate' failed", ">= 0"],
  "fit <- function(rate) checkmate::assert_number(rate, lower = 0)\nfit(-@x@)\n")
r("r-data-table", "yield_t", "d <- data.table::data.table(site = '@loc@', x = @n@)\nd[, sum(yield_t), by = site]\n")
r("r-cli-abort", ["No observations left"],
  """
  check <- function(site) {
    cli::cli_abort(c("No observations left.", "x" = "Site {site} has {@n@} rows, all of them flagged.",
                     "i" = "Lower the threshold of {@x@}."))
  }
  check("@loc@")
  """)
r("r-rlang-parent", ["Can't rescale"],
  """
  rescale <- function(x) tryCatch(log(x), error = function(e) rlang::abort("Can't rescale the series.", parent = e))
  rescale("@word@")
  """)
r("r-batch-log", "no yield for @year@", "cat('reading @loc@\\n')\nstop('no yield for @year@')\n",
  "R CMD BATCH --no-save @f@.R", program="R", log="@f@.Rout")
r("r-nls", "singular gradient",
  """
  set.seed(@m@)
  d <- data.frame(x = 1:20, y = rnorm(20))
  nls(y ~ a * exp(b * x) + c * exp(e * x), data = d, start = list(a = 1, b = 0, c = 1, e = 0))
  """)
r("r-gam-terms", "fewer unique covariate combinations",
  "library(mgcv)\nd <- data.frame(y = rnorm(@m@), x = rep(1:3, length.out = @m@))\ngam(y ~ s(x), data = d)\n")
r("r-parallel-node", ["no rain in @year@"],
  """
  library(parallel)
  nodes <- makeCluster(2)
  parLapply(nodes, c(1, @year@), function(y) if (y > 1) stop('no rain in ', y))
  """)
r("r-quit-message", "calibration failed for @loc@",
  "message('reading @f@.csv')\nmessage('ERROR: calibration failed for @loc@')\nquit(status = 4)\n")
r("r-s4-slot", ["no slot of name", "crs"],
  "setClass('Grid', representation(x = 'numeric'))\ng <- new('Grid', x = @n@)\ng@crs\n")
r("r-names", "replacement has", "d <- data.frame(a = 1:(7 * @n@ + 3))\nd$b <- 1:7\n")
r("r-namespace", ["not an exported object from", "fitt"], "stats::fitt(@n@)\n")
r("r-survival", "Time variable is not numeric", "library(survival)\nSurv(c('@word@', 'b'), c(1, 0))\n")
r("r-encoding", "invalid multibyte string", "x <- '@word@\\xff\\xfe'\nnchar(x)\n")


def gretl(name, reason, script):
    cause(name, "gretl", "gretl", reason, "gretlcli -b a.inp", {"a.inp": script})


gretl("gretl-no-data", "Error attempting to open file", "open @f@.gdt\n")
gretl("gretl-unknown-variable", ["income"], "nulldata @m@\nseries y = normal()\nols y const income\n")
gretl("gretl-syntax", ["seriess"], "nulldata @m@\nseriess y = normal()\n")


def pspp(name, reason, script):
    cause(name, "pspp", "SPSS", reason, "pspp a.sps", {"a.sps": script})


DATA = "DATA LIST LIST /y x.\nBEGIN DATA.\n@n@ @m@\n2 3\nEND DATA.\n"
pspp("pspp-no-data", ["@f@.sav", "No such file"], 'GET FILE="@f@.sav".\n')
pspp("pspp-command", ["Unknown command", "FREQUENZIES"], DATA + "FREQUENZIES y.\n")
pspp("pspp-unknown-variable", ["income"], DATA + "FREQUENCIES income.\n")


def jags(name, reason, script, model=None, data=None):
    files = {"@f@.bug": model} if model else {}
    cause(name, "jags", "JAGS", reason, "jags a.cmd", {**files, **({"d.txt": data} if data else {}), "a.cmd": script})


RUN = 'model in "@f@.bug"\ncompile\ninitialize\n'
jags("jags-no-model", ["Failed to open file", "@f@.bug"], 'model in "@f@.bug"\n')
jags("jags-syntax", ["syntax error"], RUN, "model {\n  y ~ dnorm(@n@, 1\n}\n")
jags("jags-distribution", ["dnormal"], RUN, "model {\n  y ~ dnormal(@n@, 1)\n}\n")
jags("jags-no-data", ["@f@.txt"], 'data in "@f@.txt"\n')
jags(
    "jags-inconsistent", ["inconsistent"], 'model in "@f@.bug"\ndata in "d.txt"\ncompile\ninitialize\nupdate 10\n',
    "model {\n  y ~ dunif(0, p)\n  p ~ dunif(0, 1)\n}\n", "y <- @m@\n")
