"""How the modules of the package depend on each other."""

from __future__ import annotations

import ast
import os
import unittest
from typing import Dict, Iterator, List, Set

from tests.support import PACKAGE

ROOT = os.path.join(PACKAGE, "jobmon")
# The syntax tree of `sys.modules.get`.
SYS_MODULES_GET = ast.dump(ast.parse("sys.modules.get", mode="eval").body)


def modules() -> Dict[str, str]:
    """The file of each module, by its name."""
    found = {}
    for folder, _, files in os.walk(ROOT):
        for file in files:
            if file.endswith(".py"):
                path = os.path.join(folder, file)
                name = os.path.relpath(path, PACKAGE)[: -len(".py")].replace(os.sep, ".")
                found[name[: -len(".__init__")] if name.endswith(".__init__") else name] = path
    return found


def imports(name: str, path: str, known: Dict[str, str]) -> Set[str]:
    """The modules of this package that a module imports, also in functions, but not under `if TYPE_CHECKING:`."""
    package = name if os.path.basename(path) == "__init__.py" else name.rpartition(".")[0]
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read(), path)
    found = set()
    for node in _run(tree):
        if isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = parts[: len(parts) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                found.add(inner if inner in known else module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return found & set(known)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below one, without the bodies of `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            for other in child.orelse:
                yield other
                yield from _run(other)
            continue
        yield child
        yield from _run(child)


def cycles(graph: Dict[str, Set[str]]) -> List[List[str]]:
    """The cycles that a depth-first search finds."""
    found: List[List[str]] = []
    done: Set[str] = set()

    def visit(module: str, path: List[str]) -> None:
        if module in path:
            found.append([*path[path.index(module) :], module])
        elif module not in done:
            for other in sorted(graph[module]):
                visit(other, [*path, module])
            done.add(module)

    for module in sorted(graph):
        visit(module, [])
    return found


class LayoutTests(unittest.TestCase):
    def test_no_import_is_circular(self) -> None:
        known = modules()
        graph = {name: imports(name, path, known) for name, path in known.items()}
        self.assertGreater(sum(map(len, graph.values())), 50)
        self.assertEqual([" -> ".join(cycle) for cycle in cycles(graph)], [])

    def test_modules_that_are_looked_up_by_name_exist(self) -> None:
        known = modules()
        names = []
        for path in known.values():
            with open(path, encoding="utf-8") as file:
                for node in ast.walk(ast.parse(file.read(), path)):
                    if isinstance(node, ast.Call) and ast.dump(node.func) == SYS_MODULES_GET:
                        names.append(ast.literal_eval(node.args[0]))
        self.assertEqual(len(names), 3)
        self.assertEqual([name for name in names if name not in known], [])

    def test_a_cycle_is_found(self) -> None:
        self.assertEqual(cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}}), [["b", "c", "b"]])


if __name__ == "__main__":
    unittest.main()
