"""Reading the heads of saved sessions a few at a time, beside the picker that shows them (`docs/sessions.md`)."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from octavo.errors import OctavoError
from octavo.frontends.terminal.views.resume_picker import SavedSession
from octavo.rollout.listing import SCAN_LIMIT, SessionSummary, scan_sessions

PAGE = 25
INTERACTIVE = ("cli", "vscode")

_BATCH_SECONDS = 0.05


class Batch(NamedTuple):
    """What was found, and why no more will come: everything was looked at, or as many as are looked at."""

    sessions: tuple[SavedSession, ...]
    ended: bool = False
    reached_limit: bool = False


class SessionScan:
    """The sessions that people began with this provider, newest first; `next_batch` is for a thread beside the loop.

    With `everything` also those that programs began.
    """

    def __init__(
        self,
        codex_home: str,
        provider: str,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        everything: bool = False,
    ) -> None:
        sources = () if everything else INTERACTIVE
        self._found = scan_sessions(codex_home, sources, (provider,), provider)
        self._monotonic, self._looked_at = monotonic, 0

    def next_batch(self) -> Batch:
        """At most a page, and what a twentieth of a second brings."""
        sessions: list[SavedSession] = []
        until = self._monotonic() + _BATCH_SECONDS
        try:
            for summary in self._found:
                self._looked_at += 1
                if summary is not None:
                    sessions.append(_saved(summary))
                if len(sessions) == PAGE or self._monotonic() >= until:
                    return Batch(tuple(sessions))
        except OctavoError:
            pass  # a folder that cannot be read ends the list
        return Batch(tuple(sessions), ended=True, reached_limit=self._looked_at >= SCAN_LIMIT)


async def batch_beside(scan: SessionScan) -> Batch:
    """The next batch, read in a thread that nobody waits for at the end: a dead mount may hold it for ever."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Batch] = loop.create_future()

    def tell(batch: Batch) -> None:
        if not answer.done():
            answer.set_result(batch)

    def read() -> None:
        batch = scan.next_batch()
        with contextlib.suppress(RuntimeError):  # the loop is over
            loop.call_soon_threadsafe(tell, batch)

    threading.Thread(target=read, daemon=True).start()
    return await answer


def _saved(summary: SessionSummary) -> SavedSession:
    created, updated = _seconds(summary.created_at), _seconds(summary.updated_at)
    return SavedSession(summary.path, created, updated, summary.preview or "", summary.meta.cwd, summary.meta.id)


def _seconds(moment: str) -> float | None:
    from datetime import datetime

    try:
        return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
