"""No module of the package leads back to itself through what it imports, at its top or inside a function."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import octavo

PACKAGE = Path(octavo.__file__).parent


def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(node: ast.AST) -> Iterator[str]:
    """What is imported when the code runs; what only the type checker reads is not."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                continue
            case ast.Import():
                yield from (alias.name for alias in child.names)
            case ast.ImportFrom(module=str(module)):
                yield from (f"{module}.{alias.name}" for alias in child.names)
                yield module
            case _:
                yield from imported(child)


def test_no_module_imports_itself_by_a_detour() -> None:
    known = modules()
    edges = {
        name: {other for other in imported(ast.parse(path.read_text())) if other in known and other != name}
        for name, path in known.items()
    }
    for name in known:  # a package is imported with each of its modules, and that asks for nothing
        edges[name] -= {other for other in edges[name] if name.startswith(f"{other}.")}
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise AssertionError(f"an import circle: {circle}") from None
