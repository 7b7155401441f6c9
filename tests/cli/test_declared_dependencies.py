"""What the program imports is what its installation brings: a tool of the developers may hide that something lacks."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["local"], *extras["otel"], *extras["ray"]]
    return {_plain(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0]) for line in lines}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> dict[str, str]:
    """Each foreign package, and a file that imports it."""
    found: dict[str, str] = {}
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            found |= {name.partition(".")[0]: str(path.relative_to(ROOT)) for name in names}
    return {name: path for name, path in found.items() if name not in {*sys.stdlib_module_names, "octavo"}}


def test_every_package_that_is_imported_is_declared() -> None:
    packages, known = packages_distributions(), declared()
    modules = imported()
    assert {"msgspec", "mcp"} <= set(modules)
    owners = {name: {_plain(owner) for owner in packages.get(name, [name])} for name in modules}
    assert {name: modules[name] for name, of_one in owners.items() if not of_one & known} == {}
