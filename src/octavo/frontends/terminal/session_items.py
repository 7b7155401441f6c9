"""What is known of a session, item by item, for the window's title and for the status line.

The items have the names that they have in Codex. What is not known is an empty text; what others have said is not
cleaned yet.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from octavo import __version__
from octavo.frontends.terminal.text.amounts import compact
from octavo.frontends.terminal.text.directory import with_tilde

TYPE_CHECKING = False  # the first frame has no conversation yet
if TYPE_CHECKING:
    from octavo.config.config import Config
    from octavo.frontends.terminal.chat.chat import Chat
    from octavo.protocol import events
    from octavo.protocol.usage import RateLimitWindow, TokenUsage


class Around:
    """What items tell and the conversation does not keep: the branch, and how far the plan is."""

    def __init__(self, settings: Callable[[], Config]) -> None:
        self.settings = settings
        self.branch = self.progress = ""

    def heard(self, msg: events.Msg) -> None:
        """An event of the conversation; the branch is looked up when it may have changed."""
        from octavo.protocol import events

        match msg:
            case events.SessionConfigured():
                self.progress = ""
                self.look()
            case events.PlanUpdate(_, plan):
                done = sum(step.status == "completed" for step in plan)
                self.progress = f"Tasks {done}/{len(plan)}" if plan else ""
            case events.TaskStarted() | events.TaskComplete() | events.TurnAborted() | events.ExecCommandEnd():
                self.look()

    def look(self) -> None:
        """Look up which branch it is."""
        from octavo.git.branch import branch_of

        self.branch = branch_of(self.settings().cwd)


class Known(NamedTuple):
    """What items are made of: of a session that has begun, while the user is asked something."""

    around: Around
    config: Config
    chat: Chat | None
    is_open: bool
    is_asked: bool
    now: float

    @property
    def tokens(self) -> TokenUsage | None:
        """What the session has used."""
        tokens = self.chat.usage.tokens if self.chat else None
        return tokens.total_token_usage if tokens else None

    @property
    def state(self) -> str:
        """Starting, Ready, Working, Thinking or Waiting."""
        status = self.chat.status(self.now) if self.chat else None
        if self.is_asked:
            return "Waiting"
        if status is None:
            return "Ready" if self.is_open else "Starting"
        if self.chat is not None and self.chat.is_starting:
            return "Starting"
        from octavo.frontends.terminal.chat.status import RUNNING, WORKING

        return "Working" if status.header in (WORKING, RUNNING) else "Thinking"

    @property
    def project(self) -> str:
        """The name of the repository's folder, or of the working directory."""
        folder = (self.chat.facts.repository if self.chat else None) or self.config.cwd
        return os.path.basename(folder.rstrip("/")) or folder

    @property
    def context_left(self) -> int:
        """Percent of the context window that is free."""
        return self.chat.context_left() if self.chat else 100

    @property
    def window(self) -> int | None:
        """Tokens of the context window."""
        if self.chat is None:
            return None
        tokens = self.chat.usage.tokens
        return (tokens.model_context_window if tokens else None) or self.chat.facts.window

    def limit(self, *, weekly: bool) -> RateLimitWindow | None:
        """The longer or the shorter limit."""
        limits = self.chat.usage.limits if self.chat else None
        return (limits.secondary if weekly else limits.primary) if limits else None

    @property
    def cost(self) -> tuple[float, str] | None:
        """What the tokens cost at the price of the model of now, and the currency."""
        price, tokens = self.config.prices.get(self.config.model), self.tokens
        if price is None or tokens is None:
            return None
        amount = price.cost(tokens.input_tokens, tokens.cached_input_tokens, tokens.output_tokens)
        return amount, price.currency


class Item(NamedTuple):
    """What an item is for, and its text."""

    meaning: str
    text: Callable[[Known], str]


def _context(at: Known, *, used: bool) -> str:
    return f"Context {100 - at.context_left}% used" if used else f"Context {at.context_left}% left"


def _tokens(at: Known) -> str:
    usage = at.tokens
    total = max(usage.input_tokens - usage.cached_input_tokens, 0) + usage.output_tokens if usage else 0
    return f"{compact(total)} used" if total else ""


def _limit(at: Known, *, weekly: bool) -> str:
    window = at.limit(weekly=weekly)
    return f"{'Weekly' if weekly else '5h'} {100 - window.used_percent:.0f}% left" if window else ""


def _model(at: Known, *, reasoning: bool) -> str:
    effort = at.config.model_reasoning_effort or "default"
    return f"{at.config.model} {effort}" if reasoning else at.config.model


def _cost(at: Known) -> str:
    cost = at.cost
    if cost is None:
        return ""
    amount, currency = cost
    digits = 2 if amount >= 0.1 or not amount else 4
    return f"${amount:.{digits}f}" if currency == "USD" else f"{amount:.{digits}f} {currency}"


def _hostname(_: Known) -> str:
    return os.uname().nodename.partition(".")[0]


_APPROVALS = {
    "untrusted": "Asks unless trusted",
    "on-failure": "Asks on failure",
    "on-request": "Asks on request",
    "never": "Never asks",
}


def _sandbox(at: Known) -> str:
    from octavo.protocol.policy import DangerFullAccess, ReadOnly

    policy = at.config.sandbox_policy
    if isinstance(policy, DangerFullAccess):
        return "Full access"
    return "Read only" if isinstance(policy, ReadOnly) else "Workspace"


ITEMS: Mapping[str, Item] = {
    "model-with-reasoning": Item("the model and how much it reasons", lambda at: _model(at, reasoning=True)),
    "model": Item("the model", lambda at: _model(at, reasoning=False)),
    "reasoning": Item("how much it reasons", lambda at: at.config.model_reasoning_effort or "default"),
    "current-dir": Item("the working directory", lambda at: with_tilde(at.config.cwd, at.config.environ.get("HOME"))),
    "project-name": Item("the folder of the project", lambda at: at.project),
    "hostname": Item("the name of this machine", _hostname),
    "git-branch": Item("the branch", lambda at: at.around.branch),
    "run-state": Item("Starting, Ready, Working, Thinking or Waiting", lambda at: at.state),
    "permissions": Item("what commands may touch", _sandbox),
    "approval-mode": Item("when you are asked", lambda at: _APPROVALS.get(str(at.config.approval_policy), "")),
    "context-remaining": Item("how much of the context window is free", lambda at: _context(at, used=False)),
    "context-used": Item("how much of it is used", lambda at: _context(at, used=True)),
    "five-hour-limit": Item("what is left of the shorter limit", lambda at: _limit(at, weekly=False)),
    "weekly-limit": Item("what is left of the longer limit", lambda at: _limit(at, weekly=True)),
    "codex-version": Item("the version of the program", lambda _: __version__),
    "context-window-size": Item(
        "how large the context window is", lambda at: f"{compact(at.window)} window" if at.window else ""
    ),
    "used-tokens": Item("tokens of the session", _tokens),
    "total-input-tokens": Item(
        "tokens that went to the model", lambda at: f"{compact(at.tokens.input_tokens if at.tokens else 0)} in"
    ),
    "total-output-tokens": Item(
        "tokens that came from it", lambda at: f"{compact(at.tokens.output_tokens if at.tokens else 0)} out"
    ),
    "estimated-thread-cost": Item("what the tokens cost, by [prices]", _cost),
    "thread-id": Item("the id of the session", lambda at: at.chat.session_id if at.chat else ""),
    "fast-mode": Item("the service tier", lambda at: at.config.service_tier or ""),
    "thread-name": Item("the name that you gave the session", lambda at: at.chat.name if at.chat else ""),
    "thread-title": Item(
        "the session's name, else its id", lambda at: (at.chat.name or at.chat.session_id) if at.chat else ""
    ),
    "task-progress": Item("how many steps of the plan are done", lambda at: at.around.progress),
    "profile": Item("the profile of config.toml", lambda at: at.config.active_profile or ""),
    "provider": Item("who provides the model", lambda at: at.config.model_provider.name),
}
"""All of them."""

OLDER = {"project": "project-name", "status": "run-state", "thread": "thread-title"}
"""Names that some of them had."""

ELSEWHERE = (
    "branch-changes",
    "daybreak",
    "pull-request-number",
    "raw-output",
    "thread-credits",
    "workspace-headline",
)
"""Names in Codex of what is never known here."""


def known_items(
    names: Sequence[str], items: Mapping[str, Item] = ITEMS, older: Mapping[str, str] = OLDER
) -> tuple[str, ...]:
    """Those of the names that stand for one of the `items`, each once, by the names of today."""
    return tuple(dict.fromkeys(name for name in (older.get(name, name) for name in names) if name in items))


def unknown_items(
    names: Sequence[str], items: Mapping[str, Item] = ITEMS, older: Mapping[str, str] = OLDER
) -> list[str]:
    """Those that nobody knows."""
    return [name for name in names if older.get(name, name) not in items and name not in ELSEWHERE]
