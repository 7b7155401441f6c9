"""A command of the user's that says what stands in the status line (`docs/terminal.md`, "Status line").

It is told what is known of the session as JSON on stdin, and the first line that it prints is shown, colours kept. One
runs at a time, at most one a second, and only after something has changed; one that takes too long is ended, all of
them end with us. What goes wrong is told once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from octavo.config.config import Config
from octavo.files.programs import outside_path
from octavo.frontends.terminal.facts import sandbox_mode
from octavo.frontends.terminal.session_items import Known
from octavo.frontends.terminal.text.ansi import ansi_lines
from octavo.frontends.terminal.text.directory import without_tilde
from octavo.frontends.terminal.text.styled import EMPTY, Line
from octavo.process.attended import InputClosed, attend
from octavo.process.failures import EmptyCommandError, NulByteError, SpawnError
from octavo.process.launch import TIMED_OUT, Stream
from octavo.protocol import events
from octavo.protocol.json_text import encode_json

LIMIT_S = 5.0
"""Seconds that it may take."""
LEAST_S = 1.0
"""Seconds from one start to the next."""
_MOST = 4096
"""Bytes that are read of what it prints."""

CHANGES = (
    events.SessionConfigured,
    events.TaskStarted,
    events.TaskComplete,
    events.TurnAborted,
    events.TokenCount,
    events.ExecCommandEnd,
    events.PatchApplyEnd,
    events.PlanUpdate,
    events.ExecApprovalRequest,
    events.ApplyPatchApprovalRequest,
)
"""Events after which it runs."""


class StatusCommand:
    """Runs `argv` when something has changed. `known` tells the facts, `said` gets the line, `failed` the reason.

    `start` runs its work beside the loop, until the program ends.
    """

    def __init__(
        self,
        argv: Sequence[str],
        known: Callable[[], Known],
        said: Callable[[Line], None],
        failed: Callable[[str], None],
        start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._argv, self._known, self._said, self._failed, self._start = tuple(argv), known, said, failed, start
        self._is_due = self._has_failed = False
        self._last_start = float("-inf")
        self._task: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """Something has: it runs soon, and once more if it runs already."""
        self._is_due = True
        if self._task is None or self._task.done():
            self._task = self._start(self._run())

    async def _run(self) -> None:
        while self._is_due:
            await asyncio.sleep(max(self._last_start + LEAST_S - time.monotonic(), 0))
            self._is_due, self._last_start = False, time.monotonic()
            known = self._known()
            try:
                text = await _output(self._argv, known)
            except _Failure as error:
                self._said(EMPTY)
                if not self._has_failed:
                    self._has_failed = True
                    self._failed(f"The status line's command {self._argv[0]} {error}")
                continue
            self._said(next(ansi_lines([text.partition("\n")[0]])))


class _Failure(Exception):
    """How it failed, to be read behind its name."""


async def _output(argv: Sequence[str], known: Known) -> str:
    """What it prints. Raises `_Failure`."""
    config, printed, complaint = known.config, bytearray(), bytearray()
    first = without_tilde(argv[0], config.environ.get("HOME"))
    if "/" in first and not first.startswith("/"):  # in another project that would be another program
        raise _Failure("has to be named by its whole path, or by its name alone.")

    def hear(stream: Stream, chunk: bytes) -> None:
        kept = printed if stream == "stdout" else complaint
        kept += chunk[: _MOST - len(kept)]

    try:
        running = attend(
            (first, *argv[1:]),
            cwd=config.cwd,
            environ=_variables(config),
            sandbox=None,
            on_output=hear,
            reads_input=True,
        )
        with contextlib.suppress(InputClosed):  # it does not read, or has ended already
            running.write(told(known))
            running.close_input()
        code = await running.ended(int(LIMIT_S * 1000))
    except SpawnError as error:
        raise _Failure(f"cannot be started: {os.strerror(error.errno)}.") from error
    except (EmptyCommandError, NulByteError) as error:
        raise _Failure("is no command.") from error
    if code == TIMED_OUT:
        raise _Failure(f"took longer than {LIMIT_S:g} seconds.")
    if code != 0:
        words = complaint.decode("utf-8", "replace").strip().splitlines()
        raise _Failure(f"ended with code {code}{f': {words[-1]}' if words else '.'}")
    return printed.decode("utf-8", "replace").lstrip("\r\n")


def _variables(config: Config) -> dict[str, str]:
    variables = dict(config.environ)
    if "PATH" in variables:
        variables["PATH"] = outside_path(variables["PATH"], config.cwd)  # no program that a command has put somewhere
    return variables


def told(known: Known) -> bytes:
    """What it reads: the facts as one line of JSON (`docs/terminal.md`, "Status line")."""
    config, chat, tokens, cost = known.config, known.chat, known.tokens, known.cost
    limits = [known.limit(weekly=False), known.limit(weekly=True)]
    in_window = chat.usage.tokens.last_token_usage.in_window if chat and chat.usage.tokens else 0
    facts = {
        "session_id": chat.session_id if chat else "",
        "session_name": chat.name if chat else "",
        "cwd": config.cwd,
        "project": known.project,
        "branch": known.around.branch or None,
        "model": config.model,
        "reasoning_effort": config.model_reasoning_effort,
        "provider": config.model_provider_id,
        "profile": config.active_profile,
        "sandbox_mode": sandbox_mode(config.sandbox_policy),
        "approval_policy": config.approval_policy,
        "state": known.state.lower(),
        "context": {"window": known.window, "used": in_window, "left_percent": known.context_left},
        "tokens": {
            "input": tokens.input_tokens if tokens else 0,
            "cached_input": tokens.cached_input_tokens if tokens else 0,
            "output": tokens.output_tokens if tokens else 0,
            "reasoning_output": tokens.reasoning_output_tokens if tokens else 0,
        },
        "cost": {"amount": round(cost[0], 6), "currency": cost[1]} if cost else None,
        "limits": [
            {"name": name, "used_percent": window.used_percent, "resets_at": window.resets_at}
            for name, window in zip(("5h", "weekly"), limits, strict=True)
            if window is not None
        ],
    }
    return encode_json(facts) + b"\n"
