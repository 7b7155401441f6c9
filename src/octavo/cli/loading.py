"""`msgspec` and `asyncio`, loaded without what no start needs of them: every command waits for the one or for both.

`msgspec` asks for `typing_extensions`, whose names `typing` has, for its own readers of types and writers of JSON
schemas, and for the types of dates, decimal numbers and UUIDs. While it is loaded others stand in for these; they are
the real ones to whoever uses or imports them later. What an annotation says is evaluated as it stands. Two things it
cannot do in such a process: put an `uuid.UUID` or a `decimal.Decimal` into JSON or read one from it. No type of ours
has any, and a test sees to that.

`asyncio` asks for what shows tracebacks and takes functions apart, and for TLS: a third of its time, and only for
errors and encrypted connections.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType, MethodType, ModuleType

TYPE_CHECKING = False  # as `typing` has it
if TYPE_CHECKING:
    from typing import Any

_MAKES_COROUTINES = 0x80
"""The mark of `async def` in compiled code."""


def load_msgspec() -> None:
    """Import it the short way, unless it was imported before."""
    if "msgspec" in sys.modules:
        return
    import typing

    stand_ins: dict[str, ModuleType | None] = {
        "typing_extensions": None,  # what the import system takes for a module that is not there
        "msgspec.inspect": _Later("msgspec.inspect"),
        "msgspec._json_schema": _Later("msgspec._json_schema", "schema", "schema_components"),
        "decimal": _Types("decimal", "Decimal"),
        "uuid": _Types("uuid", "UUID", "SafeUUID"),
    }
    if sys.version_info < (3, 12):  # where `datetime` holds all of it once more, in Python
        import _datetime  # type: ignore[import-not-found]

        stand_ins["datetime"] = _datetime
    reference = typing.ForwardRef
    # It is tried out once, and the first one that is made brings the compiler's hundred types into being.
    typing.ForwardRef = _taken_for_granted  # type: ignore[misc,assignment]
    try:
        with _in_place_of(stand_ins):
            import msgspec  # noqa: F401
    finally:
        typing.ForwardRef = reference  # type: ignore[misc]
    _evaluate_plainly(sys.modules["msgspec._utils"])


def _evaluate_plainly(reader: Any) -> None:
    """Let annotations be evaluated without an object around each: that one checks its text with the compiler's types,
    and whoever makes the first pays for a hundred of them.
    """
    if not hasattr(reader, "_forward_ref") or not hasattr(reader, "_eval_type"):
        return  # another release
    resolve = reader._eval_type

    def evaluate(annotation: object, first: dict[str, Any], second: dict[str, Any], *more: object) -> object:
        if isinstance(annotation, str):
            annotation = eval(annotation, first, second)  # noqa: S307 - what is written in the class
        return resolve(annotation, first, second, *more)

    reader._forward_ref, reader._eval_type = str, evaluate


def load_asyncio() -> None:
    """Import it the short way, and `logging` with it, unless it was imported before."""
    if "asyncio" in sys.modules:
        return
    later = (
        _Later("traceback", "extract_stack"),
        _Inspect("inspect", "isgenerator"),
        _Tls("ssl"),
        *(_Later(name) for name in ("asyncio.sslproto", "linecache", "locale", "array")),
    )
    with _in_place_of({module.__name__: module for module in later}):
        import asyncio  # noqa: F401


@contextmanager
def _in_place_of(stand_ins: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """What is imported meanwhile finds these, but for modules that are there already."""
    put = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(put)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in put:
            del sys.modules[name]


def _taken_for_granted(*_: object, is_class: bool) -> None:
    """Whether there is an argument of that name is all that is asked."""


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


class _Inspect(_Later):
    """What is asked of each handler of a signal is known without the real module."""

    def iscoroutinefunction(self, function: object) -> bool:
        """Whether calling it makes a coroutine."""
        plain = function.__func__ if isinstance(function, MethodType) else function
        if isinstance(plain, FunctionType):
            return bool(plain.__code__.co_flags & _MAKES_COROUTINES)
        return bool(_real("inspect").iscoroutinefunction(function))


class _Tls(_Later):
    """Whether a socket is one of the real module's is asked of each."""

    @property
    def SSLSocket(self) -> type:
        """While the real module is not loaded, no socket can be one."""
        module = sys.modules.get("ssl")
        return _NoSocket if module is None else module.SSLSocket


class _NoSocket:
    """Nothing is one."""


class _Types(ModuleType):
    """Stands in for a module by types of these names that nothing is an instance of."""

    def __init__(self, name: str, *types: str) -> None:
        super().__init__(name)
        for one in types:
            setattr(self, one, type(one, (), {"unknown": None}))


def _function(module: str, name: str) -> Any:
    def call(*args: object, **more: object) -> object:
        return getattr(_real(module), name)(*args, **more)

    return call


def _real(name: str) -> ModuleType:
    from importlib import import_module

    return import_module(name)
