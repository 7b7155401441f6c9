"""What a tool is given and may do (`docs/tools.md`).

A tool never knows which door its turn came from: it gets the turn's settings,
its own call, and a `Host` to speak through.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from octavo.config.config import Config
from octavo.model.payload import ModelSettings
from octavo.model.prompt import FreeformTool, ToolSpec
from octavo.protocol.events import ApplyPatchApprovalRequest, CommandRisk, EventMsg, ExecApprovalRequest
from octavo.protocol.items import LocalShellExec, Message, OutputPart
from octavo.protocol.policy import ReviewDecision
from octavo.protocol.settings import SessionSettings

if TYPE_CHECKING:
    from octavo.mcp.servers import McpServers
    from octavo.patch.turn_diff import TurnDiffTracker
    from octavo.process.launch import Leftovers
    from octavo.process.run import CommandOutput
    from octavo.process.shell_snapshot.snapshot import ShellSnapshots
    from octavo.process.terminal import Terminal
    from octavo.protocol.asides import Verdict
    from octavo.protocol.ids import ConversationId
    from octavo.tools.file_undo import FileUndo
    from octavo.tools.hooks import Hooks, RarerHooks
    from octavo.tools.permissions import Permissions
    from octavo.tools.telemetry import ConversationTelemetry


class TurnContext(msgspec.Struct, frozen=True):
    """What one turn runs under; a later change of the session's settings does not touch it."""

    turn_id: str
    config: Config
    settings: SessionSettings
    model: ModelSettings
    toolbox: Toolbox
    output_schema: Any = None


class Host(Protocol):
    """The conversation, as far as tools may use it."""

    @property
    def id(self) -> ConversationId:
        """Which conversation it is."""

    def emit(self, turn_id: str, msg: EventMsg) -> None:
        """Tell the client."""

    async def ask(self, turn_id: str, request: ExecApprovalRequest | ApplyPatchApprovalRequest) -> ReviewDecision:
        """Ask the user and wait; a question that is dropped counts as `denied`."""

    async def auto_review(
        self, turn_id: str, request: ExecApprovalRequest | ApplyPatchApprovalRequest
    ) -> Verdict | None:
        """What the reviewer says that decides in the user's place; None when the turn is over."""

    def queue_input(self, turn_id: str, message: Message) -> bool:
        """Add a message to the next request of the turn; False when the turn is over."""

    @property
    def approved_for_session(self) -> set[ApprovalKey]:
        """What the user allowed for the rest of the conversation."""

    @property
    def permissions(self) -> Permissions | None:
        """The user's rules on commands; None where there are none."""

    @property
    def told_once(self) -> set[str]:
        """Lines that the user has had in this conversation and needs no second time."""

    @property
    def turn_diff(self) -> TurnDiffTracker:
        """What patches of the running turn changed so far."""

    @property
    def leftovers(self) -> Leftovers:
        """Where processes go that commands leave in the background."""

    @property
    def shell_snapshots(self) -> ShellSnapshots:
        """How login shells start faster."""

    @property
    def terminals(self) -> dict[int, OpenTerminal]:
        """Commands that go on between calls, by the number that the model knows them by."""

    def next_terminal_number(self) -> int:
        """A number that no terminal of this conversation had."""

    def next_process_id(self) -> str:
        """What clients call the next command on a terminal, whether it will go on between calls or not."""

    @property
    def mcp(self) -> McpServers | None:
        """The MCP servers of this conversation; None when none is configured."""

    @property
    def hooks(self) -> Hooks | None:
        """Who may stop what tools do; None when nobody is."""

    @property
    def rarer_hooks(self) -> RarerHooks | None:
        """Who may answer in the user's place; None when nobody is."""

    @property
    def telemetry(self) -> ConversationTelemetry | None:
        """Who is told what tools do; None when nobody is."""

    @property
    def editor(self) -> Editor | None:
        """The user's editor; None where there is none that we can talk to."""

    @property
    def undo(self) -> FileUndo | None:
        """Who keeps what the files were like; None when nobody does."""

    async def assess_risk(
        self, turn: TurnContext, call_id: str, command: tuple[str, ...], cwd: str, failure: str
    ) -> CommandRisk | None:
        """What a model thinks of a command that the sandbox stopped; None when that is off or fails."""


class Editor(Protocol):
    """An editor that the user works in, beside the agent."""

    async def save(self, paths: Sequence[str]) -> None:
        """See to it that the disk has what the user changed in these files; absolute paths. It never fails."""

    @property
    def runs_commands(self) -> bool:
        """Whether commands without a sandbox are to run in its terminals."""

    async def run(
        self,
        argv: Sequence[str],
        cwd: str,
        environ: Mapping[str, str],
        timeout_ms: int | None,
        shown: Callable[[str], None],
    ) -> CommandOutput | None:
        """Run a command without a sandbox in a terminal; None where it gives none. `shown` is told the terminal's id.

        `environ` are variables beside those that it has. Raises `CommandError`.
        """


class OpenTerminal(msgspec.Struct, frozen=True):
    """A command on a terminal, and the call that started it."""

    terminal: Terminal
    call_id: str
    process_id: str


ApprovalKey = tuple[str, tuple[str, ...], str, bool]
"""Kind of action, its words, the folder it runs in, and whether it runs without a sandbox."""


class FunctionArguments(msgspec.Struct, frozen=True):
    """The JSON text that the model wrote."""

    text: str


class FreeformInput(msgspec.Struct, frozen=True):
    """The free text that the model wrote."""

    text: str


Payload = FunctionArguments | FreeformInput | LocalShellExec


class Invocation(msgspec.Struct, frozen=True):
    """One call of a tool."""

    call_id: str
    name: str
    payload: Payload
    turn: TurnContext
    host: Host

    def emit(self, msg: EventMsg) -> None:
        """Tell the client, under the turn's id."""
        self.host.emit(self.turn.turn_id, msg)


class ToolResult(msgspec.Struct, frozen=True):
    """What the model gets. `success` is for logs, it is not sent.

    `told` are the events that say that the call is over. They go out when the answer
    is safe on the disk, so that what a client has seen survives a kill.
    """

    content: str | tuple[OutputPart, ...]
    success: bool = True
    told: tuple[EventMsg, ...] = ()


PayloadKind = Literal["function", "custom", "local_shell"]


class Tool(msgspec.Struct, frozen=True):
    """Something that the model may call. `spec` is None for a name that is handled but not offered."""

    name: str
    run: Callable[[Invocation], Awaitable[ToolResult]]
    spec: ToolSpec | None = None
    accepts: tuple[PayloadKind, ...] = ("function",)
    parallel: bool = False


class Toolbox(msgspec.Struct, frozen=True):
    """The tools of a turn: what is offered, in order, and what is handled, by name."""

    offered: tuple[ToolSpec, ...]
    handlers: Mapping[str, Tool]

    @property
    def offers_freeform_patch(self) -> bool:
        """Whether shell results are shown to the model as text."""
        return any(isinstance(spec, FreeformTool) for spec in self.offered)


def payload_kind(payload: Payload) -> PayloadKind:
    """Which kind of call a payload came from."""
    match payload:
        case FunctionArguments():
            return "function"
        case FreeformInput():
            return "custom"
        case LocalShellExec():
            return "local_shell"
