"""`msgspec`, loaded without what no start needs of it: every command with a configuration waits for this.

It asks for `typing_extensions`, whose names `typing` has, for `uuid`, which asks `platform` for the system's name, and
for its own readers of types and writers of JSON schemas. While it is loaded others stand in for these; they are the
real ones to whoever uses or imports them later.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType

TYPE_CHECKING = False  # as `typing` has it
if TYPE_CHECKING:
    from typing import Any


def load_msgspec() -> None:
    """Import it the short way, unless it was imported before."""
    if "msgspec" in sys.modules:
        return
    stand_ins = {
        "typing_extensions": None,  # what the import system takes for a module that is not there
        "msgspec.inspect": _Later("msgspec.inspect"),
        "msgspec._json_schema": _Later("msgspec._json_schema", "schema", "schema_components"),
        "platform": _Platform("platform"),
    }
    put = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(put)  # type: ignore[arg-type]
    try:
        import msgspec  # noqa: F401
    finally:
        for name in put:
            del sys.modules[name]


class _Later(ModuleType):
    """Stands in for the module of this name, which is imported when something of it is asked for.

    `functions` are asked for by name before they are used.
    """

    def __init__(self, name: str, *functions: str) -> None:
        super().__init__(name)
        for function in functions:
            setattr(self, function, _function(name, function))

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # the import system looks at these; the real module is not meant
            raise AttributeError(attribute)
        return getattr(_real(self.__name__), attribute)


class _Platform(_Later):
    """The system's name alone is known without the real module."""

    def system(self) -> str:
        """Such as `Linux`."""
        return os.uname().sysname


def _function(module: str, name: str) -> Any:
    def call(*args: object, **more: object) -> object:
        return getattr(_real(module), name)(*args, **more)

    return call


def _real(name: str) -> ModuleType:
    from importlib import import_module

    return import_module(name)
