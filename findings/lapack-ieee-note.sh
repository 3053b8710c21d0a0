#!/usr/bin/env bash
# gfortran and LAPACK: the note on floating-point exceptions in a run without any.
#
# One would guess: a Fortran program that ends with STOP and "Note: The following floating-point exceptions are
# signalling: IEEE_INVALID_FLAG IEEE_DIVIDE_BY_ZERO" has computed a NaN or an infinity somewhere.
# What happens: LAPACK's eigenvalue routine DSYEVR first looks whether the machine computes with NaN and infinity, by
# dividing by zero and by invalid operations on purpose. The flags stay set, and so each good run ends with the note. The
# routine DSYEV, which does not look, leaves none.
# Why it matters: whoever greps for the note, or compiles its text into a check, calls sound results broken.
. "$(dirname "$0")/lib.sh"
debian_packages gfortran=4:12.2.0-3 liblapack-dev=3.11.0-2 libblas-dev=3.11.0-2

program() { # NAME CALL
    cat >"$1.f90" <<END
program $1
  implicit none
  integer, parameter :: n = 3
  double precision :: a(n,n), w(n), z(n,n), work(200)
  integer :: isuppz(2*n), iwork(200), info, m
  a = reshape([2d0, 1d0, 0d0, 1d0, 2d0, 1d0, 0d0, 1d0, 2d0], [n, n])
  call $2
  print '(i0, 3f9.5)', info, w
  stop
end program
END
    gfortran "$1.f90" -o "$1" -llapack -lblas
}
program looks "dsyevr('V', 'A', 'U', n, a, n, 0d0, 0d0, 0, 0, 0d0, m, w, z, n, isuppz, work, 200, iwork, 200, info)"
program plain "dsyev('V', 'U', n, a, n, w, work, 200, info)"
run ./looks
expected "nothing on stderr: info is 0, and the eigenvalues are 2 - sqrt(2), 2 and 2 + sqrt(2)"
claim "the result is right" says out "0  0.58579  2.00000  3.41421"
claim "the note names an invalid operation" says err "IEEE_INVALID_FLAG"
claim "the note names a division by zero" says err "IEEE_DIVIDE_BY_ZERO"
run ./plain
claim "DSYEV: the same result" says out "0  0.58579  2.00000  3.41421"
claim "DSYEV: no note" silent err
finish
