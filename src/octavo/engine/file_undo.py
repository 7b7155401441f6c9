"""Keeping what a conversation's steps change, so that turns can be taken back (`docs/undo.md`).

The first look at the files runs beside the model's answer; what changes files waits for it. Around each
step the files are looked at: what is different before it was somebody else's work, what is different after it
was the step's. Steps may overlap; their changes belong to the turn either way.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import NamedTuple, TypeVar

from octavo.config.config import Config
from octavo.engine.active_turn import ActiveTurn
from octavo.engine.session import Session
from octavo.protocol import events
from octavo.protocol.items import InputText, Message
from octavo.protocol.policy import WorkspaceWrite, configured_roots
from octavo.protocol.settings import SessionSettings
from octavo.undo.blobs import Blobs
from octavo.undo.held import Ignored, held_by_git
from octavo.undo.history import next_number
from octavo.undo.journal import Begun, Between, Started, Step, saved_changes
from octavo.undo.keeper import Change, Keeper, Stopped, TooMany, outermost
from octavo.undo.live import live_beside
from octavo.undo.restore import Outcome
from octavo.undo.space import room_in
from octavo.undo.take_back import NothingToUndo, Store, Undoing
from octavo.undo.tree import SKIPPED

T = TypeVar("T")

_MOST_SAID = 200
_MOST_NAMED = 3


class _Since(NamedTuple):
    """When a step began, and which other sessions worked in the same folders meanwhile."""

    began: float
    beside: tuple[str, ...]


class FileUndo:
    """One conversation's steps, and the way back."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._store = Store(session.config.codex_home, str(session.id))
        self._keeper: Keeper | None = None
        self._first: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._running = 0
        self._said: tuple[str, str] = ("", "")
        self._numbers: dict[str, int] = {}
        self._told: set[str] = set()

    def turn_begins(self, turn: ActiveTurn, message: Message | None) -> None:
        """Remember the user's words, and begin to look at the files if that was not done yet."""
        parts = message.content if message is not None else ()
        text = " ".join(part.text for part in parts if isinstance(part, InputText))
        self._said = (turn.id, " ".join(text.split())[:_MOST_SAID])
        roots = kept_roots(turn.context.settings)
        if self._keeper is not None and set(self._keeper.roots) >= set(outermost(roots)):
            return
        if self._keeper is not None:
            self._keeper.close()
        self._keeper = self._new_keeper(self._session.config, roots)
        self._first = self._session.spawn(self._look_first(turn.id, self._keeper))

    @contextlib.asynccontextmanager
    async def step(self, turn_id: str, call_id: str, paths: Sequence[str] = ()) -> AsyncIterator[None]:
        """Around something that may change files: anywhere, or at just these (absolute) paths."""
        if self._first is not None:
            await asyncio.wait({self._first})
        keeper = self._keeper
        if keeper is None:
            yield
            return
        await self._before(turn_id, call_id, keeper, paths)
        began, beside = time.time(), self._beside(turn_id, keeper)
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1
            # Also when the turn is interrupted: what the step did until then can be taken back.
            since = _Since(began, beside)
            after = self._session.spawn(self._after(turn_id, call_id, keeper, paths, since), finish=True)
            await asyncio.shield(after)

    async def take_back(self) -> tuple[Undoing, Outcome] | None:
        """Take back the last turn that changed something; None if there is none. Raises `OSError`."""
        if self._first is not None:
            await asyncio.wait({self._first})
        async with self._lock:
            try:
                if self._keeper is not None:
                    await self._note_others("", self._keeper, ())
                else:
                    await asyncio.to_thread(self._store.recover)
                done = await asyncio.to_thread(self._store.take_back)
            except NothingToUndo:
                return None
            if self._keeper is not None:
                await asyncio.to_thread(_swallowed(self._keeper))
        return done

    def end(self) -> None:
        """The conversation is over."""
        if self._keeper is not None:
            self._keeper.close()
        self._store.mark.take_away()

    def _new_keeper(self, config: Config, roots: Sequence[str]) -> Keeper:
        table = config.undo
        folder = self._store.folder
        blobs = Blobs(os.path.join(folder, "blobs"), room=0, largest=table.max_file_bytes)
        self._store.blobs = blobs
        skipped = SKIPPED if table.skip is None else table.skip
        return Keeper(
            roots, blobs, skipped=skipped, is_ignored=Ignored(), closed=(os.path.realpath(config.codex_home),)
        )

    async def _look_first(self, turn_id: str, keeper: Keeper) -> None:
        limit = self._session.config.undo.max_bytes
        try:
            await asyncio.to_thread(self._store.recover)
            self._store.blobs.room = await asyncio.to_thread(room_in, self._store.folder, limit, str(self._session.id))
            await asyncio.to_thread(self._store.mark.put, keeper.roots)
            held = [one for root in keeper.roots if (one := await held_by_git(root)) is not None]
            await asyncio.to_thread(keeper.begin, held)
            await asyncio.to_thread(self._write_first, keeper)
        except TooMany:
            self._gives_up(turn_id, keeper, f"there are too many files below {', '.join(keeper.roots)}")
        except Stopped:
            return
        except OSError as error:
            self._gives_up(turn_id, keeper, f"nothing can be kept ({error.strerror or error})")
        except asyncio.CancelledError:
            keeper.stop()
            raise
        else:
            self._tell_what_is_left_out(turn_id, keeper)
            self._beside(turn_id, keeper)

    def _write_first(self, keeper: Keeper) -> None:
        self._store.journal.keep_state(keeper.state.items())
        self._store.journal.add(Begun(time.time(), keeper.roots, keeper.repositories, keeper.skipped))

    def _gives_up(self, turn_id: str, keeper: Keeper, why: str) -> None:
        keeper.close()
        self._keeper = None
        self._say(turn_id, f"What commands change cannot be undone: {why}.")

    async def _before(self, turn_id: str, call_id: str, keeper: Keeper, paths: Sequence[str]) -> None:
        async with self._lock:
            await self._note_others(turn_id, keeper, paths)
            await self._guarded(turn_id, lambda: self._store.journal.add(self._started(turn_id, call_id)))

    async def _note_others(self, turn_id: str, keeper: Keeper, paths: Sequence[str]) -> None:
        """What is different although no step ran is somebody else's work; beside a running step it is that one's."""
        changes = await self._guarded(turn_id, lambda: _noted(keeper, paths))
        if not changes:
            return
        saved = saved_changes(changes)
        if self._running:
            since = _Since(time.time(), self._beside(turn_id, keeper))
            await self._guarded(turn_id, lambda: self._store.journal.add(self._record(turn_id, "", changes, since)))
        else:
            await self._guarded(turn_id, lambda: self._store.journal.add(Between(saved)))

    async def _after(self, turn_id: str, call_id: str, keeper: Keeper, paths: Sequence[str], since: _Since) -> None:
        async with self._lock:
            changes = await self._guarded(turn_id, lambda: _look(keeper, paths)) or []
            since = since._replace(beside=tuple(sorted({*since.beside, *self._beside(turn_id, keeper)})))
            record = self._record(turn_id, call_id, changes, since)
            await self._guarded(turn_id, lambda: self._store.journal.add(record))
        self._tell_what_is_left_out(turn_id, keeper)

    def _started(self, turn_id: str, call_id: str) -> Started:
        return Started(self._turn(turn_id), call_id, time.time())

    def _record(self, turn_id: str, call_id: str, changes: Sequence[Change], since: _Since) -> Step:
        said = self._said[1] if self._said[0] == turn_id else ""
        saved = saved_changes(changes)
        return Step(self._turn(turn_id), call_id, time.time(), said, saved, since.began, since.beside)

    def _beside(self, turn_id: str, keeper: Keeper) -> tuple[str, ...]:
        """Other sessions that keep files in the same folders now; told once of each."""
        others = live_beside(self._store.folder, str(self._session.id), keeper.roots)
        for other in others:
            self._say(
                turn_id,
                f"Another session works in this folder ({other}): what changes while both run something is taken back "
                "only with a yes.",
            )
        return others

    def _turn(self, turn_id: str) -> int:
        """The number of the turn, counted over those that ran something."""
        if turn_id not in self._numbers:
            self._numbers[turn_id] = next_number(self._store.journal.read())
        return self._numbers[turn_id]

    async def _guarded(self, turn_id: str, work: Callable[[], T]) -> T | None:
        """Work in a thread; that it fails is told once and stops nothing else."""
        try:
            return await asyncio.to_thread(work)
        except Stopped:
            return None
        except (OSError, TooMany) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "there are too many files"
            self._say(turn_id, f"What is changed now cannot be undone: {reason}.")
            return None

    def _tell_what_is_left_out(self, turn_id: str, keeper: Keeper) -> None:
        if keeper.was_skipped:
            self._say(turn_id, f"Undo leaves out the folders named {_named(sorted(keeper.was_skipped))}.")
        if keeper.is_full:
            self._say(
                turn_id, "The store for undo is full ([undo] max_bytes), or its disk: not everything can be taken back."
            )
        elif keeper.unkept:
            self._say(turn_id, f"Undo cannot bring back {_named(sorted(keeper.unkept))}: too large, or not readable.")

    def _say(self, turn_id: str, text: str) -> None:
        if text not in self._told and turn_id:
            self._told.add(text)
            self._session.emit(turn_id, events.BackgroundEvent(text))


def file_undo_of(session: Session) -> FileUndo | None:
    """The conversation's, made with the first question for it; None where the user wants none, or nothing is saved."""
    services = session.services
    if session.undo is None and session.config.undo.enabled and services.saves and services.depth == 0:
        session.undo = FileUndo(session)
    return session.undo


def kept_roots(settings: SessionSettings) -> list[str]:
    """The folders that are kept: where the turn works and the further writable ones, but none for temporary files."""
    policy = settings.sandbox_policy
    more = configured_roots(policy) if isinstance(policy, WorkspaceWrite) else ()
    return sorted({os.path.realpath(path) for path in (settings.cwd, *more) if os.path.isdir(path)})


def outcome_text(undoing: Undoing, outcome: Outcome) -> str:
    """What was done, in a line."""
    counts = {what: sum(one == what for one in outcome.done.values()) for what in ("restore", "recreate", "remove")}
    words = {"restore": "restored", "recreate": "brought back", "remove": "removed"}
    nothing = "nothing was changed" if outcome.left else "nothing had to be changed"
    parts = [f"{count} {words[what]}" for what, count in counts.items() if count] or [nothing]
    numbers = undoing.turns
    turns = f"turn {numbers[0]}" if len(numbers) == 1 else f"turns {numbers[0]} to {numbers[-1]}"
    text = f"Took back {turns}: {', '.join(parts)}."
    if outcome.left:
        named = _named([f"{left.path} ({left.why})" for left in outcome.left])
        text += f" Left as they are: {named}."
    if any(left.can_force for left in outcome.left):
        text += " octavo undo --yes overwrites what somebody else changed."
    return text


def _look(keeper: Keeper, paths: Sequence[str]) -> list[Change]:
    return keeper.look(_with_folders(paths)) if paths else keeper.changes()


def _noted(keeper: Keeper, paths: Sequence[str]) -> list[Change]:
    return keeper.note(_with_folders(paths)) if paths else keeper.changes()


def _with_folders(paths: Sequence[str]) -> set[str]:
    """The paths, and the folders above them: some may be made with them."""
    found = set(paths)
    for path in paths:
        above = os.path.dirname(path)
        while above not in found and above != "/":
            found.add(above)
            above = os.path.dirname(above)
    return found


def _swallowed(keeper: Keeper) -> Callable[[], None]:
    def look() -> None:
        with contextlib.suppress(OSError, TooMany, Stopped):
            keeper.changes()

    return look


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    rest = len(names) - _MOST_NAMED
    return f"{shown} and {rest} more" if rest > 0 else shown
