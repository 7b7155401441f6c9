"""The title of the window: what the user has chosen of what is known of the session (`docs/terminal.md`, "Title").

The items have the names that they have in Codex. What the session says is cleaned and cut; what is not known is left
out.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from octavo import __version__
from octavo.config.config import Config
from octavo.frontends.terminal.chat.chat import Chat
from octavo.frontends.terminal.chat.status import WORKING
from octavo.frontends.terminal.notifications import shortened
from octavo.frontends.terminal.text.amounts import compact
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.directory import with_tilde
from octavo.git.branch import branch_of
from octavo.protocol import events
from octavo.protocol.usage import RateLimitWindow, TokenUsage

_LONGEST, _LONGEST_ITEM = 240, 48
_TURNS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_TURN_S = 0.25
"""Seconds for which the mark of a running turn stays as it is: what is read at the edge of the eye may be slow."""
_ASKED = "[ ! ] Action Required"


class _Now(NamedTuple):
    """What items are made of."""

    title: Title
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


class Title:
    """The title as it goes with the session. `settings` tells the configuration of now."""

    def __init__(self, items: Sequence[str], settings: Callable[[], Config]) -> None:
        self.items, self.unknown = known_items(items), unknown_items(items)
        self.branch = self.progress = ""
        self._settings = settings

    def heard(self, msg: events.Msg) -> None:
        """An event of the conversation; the branch is looked up when it may have changed."""
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
        if "git-branch" in self.items:
            self.branch = branch_of(self._settings().cwd)

    def text(self, chat: Chat | None, *, is_open: bool, is_asked: bool, now: float) -> str:
        """The title now: of a session that has begun, while the user is asked something. Empty for none."""
        facts = _Now(self, self._settings(), chat, is_open, is_asked, now)
        texts = [(name, shortened(one_line(ITEMS[name].text(facts)), _LONGEST_ITEM)) for name in self.items]
        whole = before = ""
        for name, text in ((name, text) for name, text in texts if text):
            gap = " " if before == "activity" else " | "
            whole, before = f"{whole}{gap}{text}" if whole else text, name
        return shortened(whole, _LONGEST)


def known_items(names: Sequence[str]) -> tuple[str, ...]:
    """Those that there are, each once, by the names of today."""
    return tuple(dict.fromkeys(name for name in (_OLDER.get(name, name) for name in names) if name in ITEMS))


def unknown_items(names: Sequence[str]) -> list[str]:
    """Those that nobody knows."""
    return [name for name in names if _OLDER.get(name, name) not in ITEMS and name not in _ELSEWHERE]


def _activity(at: _Now) -> str:
    if at.is_asked:
        return _ASKED
    if at.chat is None or not at.chat.is_running:
        return ""
    return _TURNS[int(at.now / _TURN_S) % len(_TURNS)]


def _run_state(at: _Now) -> str:
    status = at.chat.status(at.now) if at.chat else None
    if at.is_asked:
        return "Waiting"
    if status is None:
        return "Ready" if at.is_open else "Starting"
    return "Working" if status.header == WORKING else "Thinking"


def _project(at: _Now) -> str:
    folder = (at.chat.facts.repository if at.chat else None) or at.config.cwd
    return os.path.basename(folder.rstrip("/")) or folder


def _context(at: _Now, *, used: bool) -> str:
    left = at.chat.context_left() if at.chat else 100
    return f"Context {100 - left}% used" if used else f"Context {left}% left"


def _tokens(at: _Now) -> str:
    usage = at.tokens
    total = max(usage.input_tokens - usage.cached_input_tokens, 0) + usage.output_tokens if usage else 0
    return f"{compact(total)} used" if total else ""


def _limit(at: _Now, *, weekly: bool) -> str:
    limits = at.chat.usage.limits if at.chat else None
    window: RateLimitWindow | None = (limits.secondary if weekly else limits.primary) if limits else None
    return f"{'Weekly' if weekly else '5h'} {100 - window.used_percent:.0f}% left" if window else ""


def _model(at: _Now, *, reasoning: bool) -> str:
    effort = at.config.model_reasoning_effort or "default"
    return f"{at.config.model} {effort}" if reasoning else at.config.model


class _Item(NamedTuple):
    meaning: str
    text: Callable[[_Now], str]


ITEMS: Mapping[str, _Item] = {
    "activity": _Item("a turning mark while it works; a word while you are asked", _activity),
    "thread-name": _Item("the name that you gave the session", lambda at: at.chat.name if at.chat else ""),
    "project-name": _Item("the folder of the project", _project),
    "app-name": _Item("the name of the program", lambda _: "octavo"),
    "current-dir": _Item("the working directory", lambda at: with_tilde(at.config.cwd, at.config.environ.get("HOME"))),
    "run-state": _Item("Starting, Ready, Working, Thinking or Waiting", _run_state),
    "thread-title": _Item(
        "the session's name, else its id", lambda at: (at.chat.name or at.chat.session_id) if at.chat else ""
    ),
    "git-branch": _Item("the branch", lambda at: at.title.branch),
    "context-remaining": _Item("how much of the context window is free", lambda at: _context(at, used=False)),
    "context-used": _Item("how much of it is used", lambda at: _context(at, used=True)),
    "five-hour-limit": _Item("what is left of the shorter limit", lambda at: _limit(at, weekly=False)),
    "weekly-limit": _Item("what is left of the longer limit", lambda at: _limit(at, weekly=True)),
    "codex-version": _Item("the version of the program", lambda _: __version__),
    "used-tokens": _Item("tokens of the session", _tokens),
    "total-input-tokens": _Item(
        "tokens that went to the model", lambda at: f"{compact(at.tokens.input_tokens if at.tokens else 0)} in"
    ),
    "total-output-tokens": _Item(
        "tokens that came from it", lambda at: f"{compact(at.tokens.output_tokens if at.tokens else 0)} out"
    ),
    "thread-id": _Item("the id of the session", lambda at: at.chat.session_id if at.chat else ""),
    "model": _Item("the model", lambda at: _model(at, reasoning=False)),
    "model-with-reasoning": _Item("the model and how much it reasons", lambda at: _model(at, reasoning=True)),
    "reasoning": _Item("how much it reasons", lambda at: at.config.model_reasoning_effort or "default"),
    "task-progress": _Item("how many steps of the plan are done", lambda at: at.title.progress),
}
"""All of them, in the order of `/title`."""

_OLDER = {"spinner": "activity", "project": "project-name", "status": "run-state", "thread": "thread-title"}
_ELSEWHERE = ("thread-credits", "estimated-thread-cost", "fast-mode", "daybreak")
"""Names in Codex of what is never known here."""
