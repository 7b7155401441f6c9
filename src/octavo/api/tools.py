"""Python functions as tools of the agent (`docs/library.md`, "Tools").

What a model may write follows from the function's signature, what it is told from its docstring. A
function runs in this process and in no sandbox; so it says what it does (reads, writes, reaches
the network), and where the turn's sandbox or approval policy do not allow that, the user is asked as
for a command.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import logging
import re
import time
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, Literal, ParamSpec, TypeVar, overload

import msgspec

from octavo.api.approvals import is_async
from octavo.api.docstrings import read_docstring
from octavo.api.errors import BadTool, ToolError
from octavo.api.schemas import NoSchema, from_json, json_schema, to_json
from octavo.model.prompt import FunctionTool
from octavo.protocol import events
from octavo.protocol.policy import ReadOnly, has_network
from octavo.tools.approval import ask, go_ahead
from octavo.tools.arguments import argument_text
from octavo.tools.context import Invocation, Tool, ToolResult, TurnContext
from octavo.tools.errors import RespondToModel
from octavo.tools.file_undo import undoable
from octavo.tools.mcp_schema import UnusableSchema, tool_parameters

SERVER = "program"
"""The server under whose name events tell of the program's own tools."""

Access = Literal["read", "write", "network"]

P = ParamSpec("P")
R = TypeVar("R")

_NOT_ALLOWED = "the user did not allow this call"

log = logging.getLogger(__name__)


class ToolContext(msgspec.Struct, frozen=True):
    """Which call it is: given to a parameter of this type, which the model does not see."""

    thread_id: str
    turn_id: str
    call_id: str
    cwd: str


class PythonTool(Generic[P, R]):
    """A function that the agent may call; it can still be called by hand."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        access: Access | Iterable[Access] = ("write", "network"),
        name: str | None = None,
        description: str | None = None,
        parallel: bool | None = None,
    ) -> None:
        self.function = function
        self.name: str = name or str(getattr(function, "__name__", type(function).__name__))
        self.access = frozenset((access,) if isinstance(access, str) else access)
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", self.name):
            raise BadTool(f"{self.name!r} is no name for a tool: up to 64 letters, digits, `_` and `-`")
        if unknown := self.access - set(typing.get_args(Access)):
            raise BadTool(f"{self.name}: access is read, write or network, not {', '.join(map(repr, sorted(unknown)))}")
        about, meant = read_docstring(function)
        self.description = description or about
        self.parallel = self.access == {"read"} if parallel is None else parallel
        self._fields, self._context = _fields(self.name, function)
        self._arguments = msgspec.defstruct(self.name, self._fields, kw_only=True, forbid_unknown_fields=True)
        self.parameters = _parameters(self.name, self._arguments, meant)
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The function itself."""
        return self.function(*args, **kwargs)

    def as_tool(self) -> Tool:
        """What the agent offers and runs."""
        spec = FunctionTool(self.name, self.description, strict=False, parameters=self.parameters)
        return Tool(self.name, self._run, spec, parallel=self.parallel)

    async def _run(self, invocation: Invocation) -> ToolResult:
        values, written = self._read(argument_text(invocation))
        told = events.McpInvocation(SERVER, self.name, written)
        invocation.emit(events.McpToolCallBegin(invocation.call_id, told))
        start = time.monotonic()
        try:
            await self._allowed(invocation, written)
            async with undoable(invocation) if "write" in self.access else contextlib.nullcontext():
                answered = await self._call(invocation, values)
            text, success = to_json_or_done(answered), True
        except RespondToModel as error:
            text, success = str(error), False
        except ToolError as error:
            text, success = str(error), False
        except Exception as error:
            # The program's own code: the model may find another way, and the log has the details.
            log.warning("the tool %s failed", self.name, exc_info=True)
            text, success = f"{self.name} failed: {type(error).__name__}: {error}", False
        answer = events.McpToolResult(({"type": "text", "text": text},))
        outcome = events.McpOutcome(ok=answer) if success else events.McpOutcome(err=text)
        spent = events.duration(time.monotonic() - start)
        return ToolResult(text, success, (events.McpToolCallEnd(invocation.call_id, told, spent, outcome),))

    def _read(self, text: str) -> tuple[dict[str, Any], Any]:
        """The arguments in their types, and as they were written."""
        try:
            arguments = from_json(text if text.strip() else "{}", self._arguments)
        except ValueError as error:
            raise RespondToModel(f"failed to parse function arguments: {error}") from None
        values = {name: getattr(arguments, name) for name in arguments.__struct_fields__}
        return values, msgspec.json.decode(text) if text.strip() else {}

    async def _call(self, invocation: Invocation, values: dict[str, Any]) -> Any:
        if self._context is not None:
            turn = invocation.turn
            values[self._context] = ToolContext(invocation.host.id, turn.turn_id, invocation.call_id, turn.settings.cwd)
        if is_async(self.function):
            answer: Any = self.function(**values)  # type: ignore[call-arg]
        else:
            answer = await asyncio.to_thread(self.function, **values)  # type: ignore[call-arg]
        return await answer if inspect.isawaitable(answer) else answer

    async def _allowed(self, invocation: Invocation, written: Any) -> None:
        """Return when the call may run. Raises `RespondToModel` when it may not."""
        turn = invocation.turn
        reason = self._reason_to_ask(turn)
        if reason is None:
            go_ahead(invocation)
            return
        if turn.settings.approval_policy == "never":
            raise RespondToModel(f"this call is not allowed, and nobody can be asked: {reason}")
        words = (self.name, msgspec.json.encode(written, order="sorted").decode())
        cwd = turn.settings.cwd
        await ask(
            invocation,
            ("tool", words, cwd, True),
            lambda: events.ExecApprovalRequest(invocation.call_id, words, cwd, reason),
            _NOT_ALLOWED,
        )

    def _reason_to_ask(self, turn: TurnContext) -> str | None:
        """Why the user has to agree; None where nobody has to."""
        policy, sandbox = turn.settings.approval_policy, turn.settings.sandbox_policy
        if "write" in self.access and isinstance(sandbox, ReadOnly):
            return f"{self.name} changes something, which the sandbox does not allow"
        if "network" in self.access and not has_network(sandbox):
            return f"{self.name} reaches the network, which the sandbox does not allow"
        if policy == "untrusted" and self.access != {"read"}:
            return f"{self.name} does more than read"
        return None


def to_json_or_done(value: Any) -> str:
    """What a function gave, as the model reads it."""
    return "done" if value is None else to_json(value)


@overload
def tool(function: Callable[P, R], /) -> PythonTool[P, R]: ...


@overload
def tool(
    *,
    access: Access | Iterable[Access] = ...,
    name: str | None = ...,
    description: str | None = ...,
    parallel: bool | None = ...,
) -> Callable[[Callable[P, R]], PythonTool[P, R]]: ...


def tool(function: Any = None, /, **options: Any) -> Any:
    """Make a function a tool of the agent.

    `access` says what it does: `"read"`, `"write"`, `"network"`, or several of them. Who says nothing is taken to do
    all, and so is asked about unless the sandbox is off. `name` and `description` stand for those of the function,
    and `parallel` lets calls run side by side (by default those that only read). Raises `BadTool`.
    """
    if function is not None:
        return PythonTool(function, **options)
    return functools.partial(PythonTool, **options)


def python_tools(given: Iterable[Any]) -> tuple[PythonTool[..., Any], ...]:
    """Tools, and plain functions as tools. Raises `BadTool`, also for a name that comes twice."""
    made: dict[str, PythonTool[..., Any]] = {}
    for one in given:
        if not callable(one):
            raise BadTool(f"{one!r} is no function")
        ready = one if isinstance(one, PythonTool) else PythonTool(one)
        if ready.name in made:
            raise BadTool(f"there are two tools {ready.name}")
        made[ready.name] = ready
    return tuple(made.values())


def _fields(name: str, function: Callable[..., Any]) -> tuple[list[Any], str | None]:
    """The parameters as fields, and the one that wants to know which call it is."""
    try:
        hints = typing.get_type_hints(function, include_extras=True)
        parameters = inspect.signature(function).parameters
    except (NameError, TypeError, ValueError) as error:
        raise BadTool(f"{name}: the signature cannot be read: {error}") from None
    fields: list[Any] = []
    context = None
    for parameter in parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise BadTool(f"{name}: the parameter {parameter.name} has no name that a model could use")
        kind = hints.get(parameter.name)
        if kind is None:
            raise BadTool(f"{name}: the parameter {parameter.name} has no type")
        if kind is ToolContext:
            context = parameter.name
        elif parameter.default is parameter.empty:
            fields.append((parameter.name, kind))
        else:
            same = functools.partial(_same, parameter.default)
            fields.append((parameter.name, kind, msgspec.field(default_factory=same)))
    return fields, context


def _same(value: Any) -> Any:
    return value


def _parameters(name: str, arguments: Any, meant: Mapping[str, str]) -> dict[str, Any]:
    try:
        schema = tool_parameters(json_schema(arguments))
    except (NoSchema, UnusableSchema) as error:
        raise BadTool(f"{name}: {error}") from None
    for parameter, words in meant.items():
        described = schema["properties"].get(parameter)
        if described is not None and words and described.get("type") != "object":
            described.setdefault("description", words)
    return schema
