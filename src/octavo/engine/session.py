"""The state of one conversation, shared by its tasks.

Everything that a client hears goes through `emit`, everything that the model
will remember through `record`; both also write what must survive to the saved
session. Neither waits, so cancelling a task never leaves one half done.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING

from octavo.config.config import Config
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.broadcast import Broadcast
from octavo.engine.environment import initial_items
from octavo.engine.history import History
from octavo.engine.services import Services, new_uuid4
from octavo.engine.settings import configured_settings
from octavo.engine.token_counts import TokenCounts
from octavo.model.client import ModelClient
from octavo.model.observer import ModelObserver
from octavo.model.payload import EncodedTools
from octavo.protocol import events
from octavo.protocol.ids import ConversationId
from octavo.protocol.items import Message, ResponseItem, told_form
from octavo.protocol.legacy import legacy_events
from octavo.protocol.policy import ReviewDecision
from octavo.protocol.settings import SessionSettings
from octavo.rollout.recorder import REMOVED, RolloutRecorder
from octavo.tools.context import ApprovalKey, Editor, OpenTerminal, Tool, TurnContext
from octavo.tools.errors import FatalToolError

if TYPE_CHECKING:
    from octavo.engine.child import OpenChild
    from octavo.engine.file_undo import FileUndo
    from octavo.engine.limits import Meter
    from octavo.engine.skill_list import FoundSkills
    from octavo.mcp.servers import McpServers
    from octavo.patch.turn_diff import TurnDiffTracker
    from octavo.process.launch import Leftovers
    from octavo.process.shell_snapshot.snapshot import ShellSnapshots
    from octavo.protocol.asides import Verdict
    from octavo.tools.hooks import Hooks, RarerHooks
    from octavo.tools.permissions import Permissions
    from octavo.tools.telemetry import ConversationTelemetry

log = logging.getLogger(__name__)

UNSAVED = "What happens in this session is not saved: {why}."
UNTIL_THEN = " It is kept in memory and saved as soon as that is possible."
SAVED_AGAIN = "The session is saved again, and so is what happened meanwhile."

Question = events.ExecApprovalRequest | events.ApplyPatchApprovalRequest
if TYPE_CHECKING:
    Reviewer = Callable[["Session", ActiveTurn, Question], Awaitable[Verdict]]
    """Who decides in the user's place, where the user wants that."""


class Session:
    """One conversation's settings, history, saved file, listeners and running turn."""

    def __init__(
        self,
        config: Config,
        services: Services,
        conversation_id: ConversationId,
        recorder: RolloutRecorder,
        instructions: str | None,
        shell: str | None,
        open_child: OpenChild,
        reviewer: Reviewer,
    ) -> None:
        self.config, self.services, self.id = config, services, conversation_id
        self.open_child, self._reviewer = open_child, reviewer
        self.recorder, self.history = recorder, History(most_output=config.most_tool_output)
        self.instructions, self.shell = instructions, shell
        self.settings: SessionSettings = configured_settings(config)
        self.previous: SessionSettings | None = None
        self.tokens = TokenCounts()
        self.encoded_tools = EncodedTools()
        self.broadcast = Broadcast()
        self.active: ActiveTurn | None = None
        self.beside: dict[str, ActiveTurn] = {}
        """Commands of the user that run beside it, by their ids."""
        self.telemetry: ConversationTelemetry | None = None
        self.snapshot: asyncio.Task[None] | None = None
        self.approved_for_session: set[ApprovalKey] = set()
        self.told_once: set[str] = set()
        self.hooks: Hooks | None = services.hooks
        self.rarer_hooks: RarerHooks | None = None
        self.skills: FoundSkills | None = None
        self.more_tools: tuple[Tool, ...] = services.tools
        """Tools beside our own: those of the program that we are part of, and the agents that may be asked."""
        self.names_provider = False
        """Whether the saved file is another provider's, so that each attempt has to name its own."""
        self.items_after_compaction: int | None = None
        """How many items the history had right after the last careful compaction."""
        self._unsaved_because: str | None = None
        self._internal_turns = 0
        self.terminals: dict[int, OpenTerminal] = {}
        self._terminal_count = 0
        self._process_count = 0
        self.mcp: McpServers | None = None
        self.mcp_started: asyncio.Task[None] | None = None
        self.mcp_tools: tuple[Tool, ...] = ()
        self.mcp_revision = 0
        self.undo: FileUndo | None = None
        self._leftovers: Leftovers | None = None
        self._shell_snapshots: ShellSnapshots | None = None
        self._permissions: Permissions | None = None
        self._let_go: list[subprocess.Popen[bytes]] = []
        self._running: set[asyncio.Task[None]] = set()
        self._finishing: set[asyncio.Task[None]] = set()

    # --- telling and remembering -------------------------------------------------------

    def emit(self, turn_id: str, msg: events.EventMsg) -> None:
        """Tell the client, with the flat companions of an item event right behind it."""
        self._send(turn_id, msg)
        for companion in legacy_events(msg, show_raw_reasoning=self.config.show_raw_agent_reasoning):
            self._send(turn_id, companion)

    def forward(self, turn_id: str, msg: events.EventMsg) -> None:
        """Pass on an event of a sub-conversation, whose own companions follow by themselves."""
        self._send(turn_id, msg)

    def record(self, turn_id: str, items: Sequence[ResponseItem]) -> None:
        """Append to what the model sees and to the saved session."""
        self.history.record(items)
        self.recorder.record_items(items)
        for item in items:
            self._send(turn_id, events.RawResponseItem(told_form(item)))

    def initial_items(self, settings: SessionSettings) -> list[ResponseItem]:
        """What the model is told before the user's words, under these settings."""
        return initial_items(self.config, self.instructions, settings, self.shell)

    def emit_tokens(self, turn_id: str) -> None:
        """Tell usage and limits as they are now."""
        self.emit(turn_id, self.tokens.event())

    def model_observer(self, turn: TurnContext) -> ModelObserver | None:
        """Who is told how the turn's model calls go; None when nobody is."""
        return self.telemetry.model_calls(turn) if self.telemetry is not None else None

    def new_meter(self) -> Meter | None:
        """What counts for a turn; None where nothing is limited. A sub-conversation counts into its parent's."""
        if self.config.limits is None:
            return None
        from octavo.engine.limits import Meter

        return self.services.meter or Meter(self.config.limits, self.config.prices)

    def new_item_id(self) -> str:
        """An id for an item that came without one."""
        return new_uuid4(self.services)

    def internal_turn_id(self) -> str:
        """The id of work that no submission asked for."""
        self._internal_turns += 1
        return f"auto-compact-{self._internal_turns - 1}"

    def _send(self, turn_id: str, msg: events.EventMsg, origin: str | None = None) -> None:
        self.recorder.record_event(msg)
        self.broadcast.tell(events.Event(turn_id, msg, origin))
        if self.recorder.failure is not self._unsaved_because:
            self._tell_of_saving(turn_id)

    def _tell_of_saving(self, turn_id: str) -> None:
        """Say that the session is not saved any more, or that it is again."""
        self._unsaved_because = why = self.recorder.failure
        told = UNSAVED.format(why=why) + ("" if why == REMOVED else UNTIL_THEN) if why else SAVED_AGAIN
        self.broadcast.tell(events.Event(turn_id, events.Warning(told)))

    # --- work beside the operations -------------------------------------------------------

    def spawn(self, work: Coroutine[None, None, None], *, finish: bool = False) -> asyncio.Task[None]:
        """Start work that ends with the conversation at the latest.

        What is to `finish` is not stopped then but waited for, so it must be short.
        """
        task = asyncio.create_task(work)
        group = self._finishing if finish else self._running
        group.add(task)
        task.add_done_callback(group.discard)
        return task

    @property
    def editor(self) -> Editor | None:
        """The user's editor, if there is one."""
        return self.services.editor

    @property
    def leftovers(self) -> Leftovers:
        """Where processes go that commands leave in the background."""
        if self._leftovers is None:
            from octavo.process.launch import Leftovers  # a conversation without commands pays nothing

            self._leftovers = Leftovers()
        return self._leftovers

    @property
    def shell_snapshots(self) -> ShellSnapshots:
        """How login shells of this conversation start faster."""
        if self._shell_snapshots is None:
            from octavo.process.shell_snapshot.snapshot import ShellSnapshots  # likewise

            self._shell_snapshots = ShellSnapshots(self.config.codex_home)
        return self._shell_snapshots

    @property
    def permissions(self) -> Permissions | None:
        """The user's rules on commands; None where there are none, which costs two looks at the disk."""
        if self._permissions is None:
            home = self.config.codex_home
            if self.config.ignore_rules or not any(
                os.path.isdir(os.path.join(home, folder)) for folder in ("rules", "project-rules")
            ):
                return None
            from octavo.tools.permissions import Permissions

            self._permissions = Permissions(home, self.config.environ)
        return self._permissions

    async def settle(self) -> None:
        """Stop everything that was spawned, commands and their leftovers included, and wait until it is gone."""
        running = [task for task in self._running if task is not asyncio.current_task()]
        for task in running:
            if not task.cancelling():  # one that is on its way out must not be torn from ending its commands
                task.cancel()
        if running or self._finishing:
            await asyncio.wait({*running, *self._finishing})
        if self.rarer_hooks is not None:
            hooks, self.rarer_hooks = self.rarer_hooks, None
            await hooks.session_end()
        await asyncio.gather(*(entry.terminal.end() for entry in self.terminals.values()))
        self.terminals.clear()
        if self.mcp is not None:
            await self.mcp.close()
        if self.undo is not None:
            self.undo.end()
        if self._leftovers is not None:
            await self._leftovers.end()
        if self._shell_snapshots is not None:
            await self._shell_snapshots.end()

    def let_go(self, process: subprocess.Popen[bytes]) -> None:
        """Keep hold of a process that nobody waits for, until it has ended: it must not stay a zombie."""
        self._let_go = [other for other in self._let_go if other.poll() is None] + [process]

    # --- what tools may use (see `tools.context.Host`) ------------------------------------

    def working(self, turn_id: str) -> ActiveTurn | None:
        """What runs under this id: the task, or a command beside it; None when it is over."""
        turn = self.active
        return turn if turn is not None and turn.id == turn_id else self.beside.get(turn_id)

    async def ask(self, turn_id: str, request: Question, origin: str | None = None) -> ReviewDecision:
        """Ask the client and wait; the waiter stands before the question goes out.

        `origin` is the sub-conversation that asks, if one does.
        """
        turn = self.working(turn_id)
        if turn is None or turn.context.settings.approvals_reviewer != "user":
            return "denied"  # where a reviewer decides, a client that agrees to everything is never taken for it
        answer = turn.open_question(request.call_id)
        self._send(turn_id, request, origin)
        decision = await (answer if turn.meter is None else turn.meter.untimed(answer))
        log.debug("decision on %s: %s", request.call_id, decision)
        return decision

    async def auto_review(self, turn_id: str, request: Question) -> Verdict | None:
        """What the reviewer says that decides in the user's place; None when the turn is over."""
        turn = self.working(turn_id)
        return None if turn is None else await self._reviewer(self, turn, request)

    def queue_input(self, turn_id: str, message: Message) -> bool:
        """Add a message to the next request of the turn."""
        if self.active is None or self.active.id != turn_id:
            return False
        self.active.add_input(message)
        return True

    def next_terminal_number(self) -> int:
        """A number that no terminal of this conversation had."""
        self._terminal_count += 1
        return self._terminal_count - 1

    def next_process_id(self) -> str:
        """What clients call the next command on a terminal, whether it will go on between calls or not."""
        self._process_count += 1
        return str(self._process_count)

    @property
    def turn_diff(self) -> TurnDiffTracker:
        """What patches of the running turn changed so far, those of the turn that it belongs to included."""
        if self.services.outer_diff is not None:
            return self.services.outer_diff()
        turn = self.active or next(reversed(self.beside.values()), None)
        if turn is None:
            raise FatalToolError("there is no turn to apply a patch in")
        return turn.diff

    async def assess_risk(
        self, turn: TurnContext, call_id: str, command: tuple[str, ...], cwd: str, failure: str
    ) -> events.CommandRisk | None:
        """What a model thinks of a command that the sandbox stopped; None when that is off or fails."""
        if not turn.config.features.experimental_sandbox_command_assessment:
            return None
        from octavo.engine.assessment import assess  # imported on use: rare
        from octavo.tools.telemetry import Assessment

        services, started = self.services, self.services.monotonic()
        client = ModelClient(
            services.backend, turn.model, self.id, jitter=services.jitter, observer=self.model_observer(turn)
        )
        risk, status = await assess(client, turn, command, cwd, failure)
        if self.telemetry is not None:
            self.telemetry.assessed(turn, Assessment(call_id, services.monotonic() - started, status, risk))
        return risk
