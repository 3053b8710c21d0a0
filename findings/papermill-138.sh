#!/usr/bin/env bash
# papermill: the exit code when the notebook's kernel is killed, for example for its memory.
#
# One would guess: 137, the code of a process that SIGKILL ended, or 1 as for any failed notebook.
# What happens: 138, a fixed number, whatever ended the kernel. By the rule of 128 + signal it is SIGUSR1 on Linux, which
# batch systems send as a warning before a time limit. A notebook that raises gives 1.
# Why it matters: out of memory is reported as a warning signal that nobody sent. nbconvert gives 1 for the same.
. "$(dirname "$0")/lib.sh"
python_packages papermill==2.7.0 ipykernel==7.1.0 nbconvert==7.17.2

cat >notebooks.py <<'PYTHON'
import nbformat

def write(name, *cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python", "language": "python"}
    nbformat.write(notebook, name + ".ipynb")

write("killed", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
write("raises", "raise ValueError('no data for 1995')")
PYTHON
python3 notebooks.py
lines=1
run timeout 60 papermill --no-progress-bar killed.ipynb killed.out.ipynb
expected "137 or 1"
claim "a killed kernel: 138" test "$code" = 138
run timeout 60 papermill --no-progress-bar raises.ipynb raises.out.ipynb
claim "a notebook that raises: 1" test "$code" = 1
run timeout 60 jupyter nbconvert --log-level ERROR --to notebook --execute killed.ipynb --output other
claim "nbconvert, a killed kernel: 1" test "$code" = 1
finish
