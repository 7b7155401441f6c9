"""Modules that are found where they must lie are the same as those that the import system finds."""

from __future__ import annotations

import os
import py_compile
import subprocess
import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType

import pytest

from octavo.cli.direct_imports import find_directly

LOOK = """
import sys
if sys.argv[1] == "directly":
    from octavo.cli.direct_imports import import_directly
    import_directly()
import asyncio.events, inspect, octavo.cli.words.parser, octavo.config.load
for name in sorted(sys.modules):
    module = sys.modules[name]
    if name.split(".")[0] in {"octavo", "asyncio"} and name not in {"octavo.cli", "octavo.cli.direct_imports"}:
        spec = module.__spec__
        print(name, module.__file__, module.__cached__, module.__package__, getattr(module, "__path__", None),
              spec.origin, spec.has_location, spec.parent, spec.submodule_search_locations,
              isinstance(module.__loader__, type(inspect.__loader__)), len(inspect.getsource(module)))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package with a module and a package in it, both compiled."""
    for name in ("one.py", "two/__init__.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("answer = 42\n")
        py_compile.compile(str(path))
    return tmp_path


def run(spec: ModuleSpec | None) -> ModuleType:
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["one", "two"])
def test_a_compiled_module_is_found_and_runs_again(folder: Path, name: str) -> None:
    spec = find_directly(f"octavo.{name}", [str(folder)])
    module = run(spec)
    assert module.answer == 42
    del module.answer
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(module)
    assert module.answer == 42


def test_a_module_that_was_compiled_under_another_name_of_its_folder_knows_where_it_is(folder: Path) -> None:
    (folder / "one.py").write_text("def told(): ...\n")
    py_compile.compile(str(folder / "one.py"), dfile="src/one.py")
    module = run(find_directly("octavo.one", [str(folder)]))
    assert module.told.__code__.co_filename == str(folder / "one.py")


def test_a_changed_source_is_left_to_the_import_system(folder: Path) -> None:
    (folder / "one.py").write_text("answer = 43 # later\n")
    assert find_directly("octavo.one", [str(folder)]) is None


def test_a_touched_source_is_left_to_the_import_system(folder: Path) -> None:
    os.utime(folder / "one.py", (1, 1))
    assert find_directly("octavo.one", [str(folder)]) is None


def test_what_is_compared_by_its_content_is_left_to_the_import_system(folder: Path) -> None:
    for mode in (py_compile.PycInvalidationMode.CHECKED_HASH, py_compile.PycInvalidationMode.UNCHECKED_HASH):
        py_compile.compile(str(folder / "one.py"), invalidation_mode=mode)
        assert find_directly("octavo.one", [str(folder)]) is None


def test_a_module_that_is_gone_or_was_never_compiled_is_left_to_the_import_system(folder: Path) -> None:
    (folder / "one.py").unlink()
    (folder / "three.py").touch()
    assert find_directly("octavo.one", [str(folder)]) is None
    assert find_directly("octavo.three", [str(folder)]) is None


def test_only_modules_inside_known_packages_are_looked_for(folder: Path) -> None:
    assert find_directly("octavo", None) is None
    assert find_directly("other.one", [str(folder)]) is None
    assert find_directly("octavo.one", [str(folder), str(folder)]) is None


def test_modules_look_as_if_the_import_system_had_found_them() -> None:
    def seen(way: str) -> str:
        return subprocess.run([sys.executable, "-c", LOOK, way], capture_output=True, text=True, check=True).stdout

    assert len(seen("directly").splitlines()) > 30
    assert seen("directly") == seen("as usual")
