"""Modules of ours and of `asyncio` are found where they must lie: hundreds are imported by a start, each twice as fast.

The import system lists folders, tries suffixes and asks for the state of a file several times before it reads one.
Here the compiled module is opened at once and taken if it is what Python itself would take: of this Python, made from
the source as it is now. In every other case, the module that was never compiled included, there is no answer, and the
import system goes its own way.
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys
from importlib._bootstrap_external import MAGIC_NUMBER  # `importlib.util` has it too, and takes longer to import
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType

TYPE_CHECKING = False  # as `typing` has it, which is not loaded yet
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType

_ROOTS = frozenset({"octavo", "asyncio"})
"""Packages of nothing but Python files."""
_SUFFIX = f".{sys.implementation.cache_tag}.pyc"
_HEAD = MAGIC_NUMBER + bytes(4)
"""Of this Python, and to be compared with the source by time and size."""
_HEAD_BYTES = 16
_MASK = 0xFFFFFFFF


def import_directly() -> None:
    """Do so from now on, in this process."""
    if sys.pycache_prefix is None and not sys.flags.optimize:
        sys.meta_path.insert(0, _Finder)


def find_directly(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
    """The module of this name in the folder of its package, read already; None to let others look."""
    if path is None or len(path) != 1 or name.partition(".")[0] not in _ROOTS:
        return None
    folder, last = path[0], name.rpartition(".")[2]
    return _module(name, folder, last) or _module(name, f"{folder}/{last}", "__init__")


class _Finder:
    """As the import system asks for it."""

    find_spec = staticmethod(find_directly)


class _Loader(SourceFileLoader):
    """Runs what has been read already."""

    code: CodeType | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """With what it would be asked for in vain: a message is composed each time that a module lacks something."""
        module = ModuleType(spec.name)
        vars(module).update(__file__=spec.origin, __cached__=spec.cached)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Run it; a second time, as a reload does, from the file."""
        code, self.code = self.code, None
        if code is None:
            super().exec_module(module)
        else:
            exec(code, module.__dict__)  # noqa: S102 - what an import does


def _module(name: str, folder: str, last: str) -> ModuleSpec | None:
    source, compiled = f"{folder}/{last}.py", f"{folder}/__pycache__/{last}{_SUFFIX}"
    try:
        content = _read(compiled)
        state = os.stat(source)
    except OSError:
        return None
    stamp = int(state.st_mtime) & _MASK | (state.st_size & _MASK) << 32
    if content[:_HEAD_BYTES] != _HEAD + stamp.to_bytes(8, "little"):
        return None
    loader = _Loader(name, source)
    loader.code = marshal.loads(memoryview(content)[_HEAD_BYTES:])  # noqa: S302 - what an import does
    # It may have been compiled elsewhere, or by another name of this folder.
    _imp._fix_co_filename(loader.code, source)  # type: ignore[attr-defined]
    spec = ModuleSpec(name, loader, origin=source, is_package=last == "__init__")
    if spec.submodule_search_locations is not None:
        spec.submodule_search_locations.append(folder)
    spec.has_location = True
    spec.cached = compiled
    return spec


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)
