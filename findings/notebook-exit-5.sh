#!/usr/bin/env bash
# nbconvert and papermill: a notebook that ends itself.
#
# One would guess: exit(5) fails with 5 or 1, sys.exit(0) succeeds, and neither runs the cells below. The two mean the
# same in a script.
# What happens: in a notebook exit() and quit() are others than Python's, and take no notice of their argument: both
# tools end with 0, and run the cells below all the same. sys.exit(0) is an error for nbconvert, which ends with 1, and
# a success for papermill.
# Why it matters: a notebook that checks its input and says exit(5) goes on with bad input, and is a success.
. "$(dirname "$0")/lib.sh"
python_packages papermill==2.7.0 ipykernel==7.1.0 nbconvert==7.17.2

cat >notebooks.py <<'PYTHON'
import nbformat

def write(name, *cells):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python", "language": "python"}
    nbformat.write(notebook, name + ".ipynb")

write("exit5", "exit(5)", "print('be' + 'low')")
write("sysexit0", "import sys; sys.exit(0)", "print('be' + 'low')")
PYTHON
python3 notebooks.py
lines=1
for notebook in exit5 sysexit0; do
    run timeout 60 jupyter nbconvert --log-level ERROR --to notebook --execute $notebook.ipynb --output $notebook.n
    eval "nbconvert_$notebook=$code"
    run timeout 60 papermill --no-progress-bar $notebook.ipynb $notebook.p.ipynb
    eval "papermill_$notebook=$code"
done
expected "exit(5) fails, sys.exit(0) succeeds"
# shellcheck disable=SC2154
claim "nbconvert: exit(5) gives 0, sys.exit(0) gives 1" test "$nbconvert_exit5 $nbconvert_sysexit0" = "0 1"
# shellcheck disable=SC2154
claim "papermill: exit(5) gives 0, sys.exit(0) gives 0" test "$papermill_exit5 $papermill_sysexit0" = "0 0"
claim "nbconvert ran the cell below exit(5)" says exit5.n.ipynb '"below'
claim "papermill ran the cell below exit(5)" says exit5.p.ipynb '"below'
claim "papermill did not run the cell below sys.exit(0)" test "$(grep -c '"below' sysexit0.p.ipynb)" = 0
finish
