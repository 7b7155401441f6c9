"""All that is read for the picker of saved sessions, beside the loop: nothing of it ever keeps a key waiting."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence

from octavo.frontends.terminal.actions.patient_reader import PatientReader, Step
from octavo.frontends.terminal.actions.session_scan import SessionScan
from octavo.frontends.terminal.views.resume_picker import ResumePicker
from octavo.frontends.terminal.views.saved_session import Order, SavedSession, Searched
from octavo.rollout.errors import os_error_text
from octavo.rollout.excerpt import Excerpt, TextSearch, read_excerpt

_TYPING_S = 0.15
"""Words are looked for when nothing was typed for so long."""
_LARGE = 32 << 20
"""Bytes above which a file is searched behind all others."""
_ANSWER_S = 2.0


class SessionListing:
    """What one picker asks for; `changed` is called when it has an answer."""

    def __init__(self, scan: SessionScan, picker: ResumePicker, changed: Callable[[], None]) -> None:
        self._scan, self._picker, self._changed = scan, picker, changed
        self._reader = PatientReader(scan.next_step, self._listed, scan.left, scan.came_back)
        self._loop = asyncio.get_running_loop()
        self._others: list[PatientReader] = []
        self._search: PatientReader | None = None
        self._searching = _SearchInAll("", ())
        self._typing: asyncio.TimerHandle | None = None
        self._read_names()

    def list(self, by: Order) -> None:
        """Read the sessions, those first that come first."""
        self._scan.prefer(by)
        self._reader.wake()
        self._listed()

    def search(self, words: str, sessions: Sequence[SavedSession]) -> None:
        """Look for words in what was said, once nobody types any more."""
        if self._typing is not None:
            self._typing.cancel()
        if self._search is not None:
            self._search.close()
            self._search = None
        if words:
            search = _SearchInAll(words, sessions)
            self._search = PatientReader(search.next_step, lambda: self._found(search))
            self._searching = search
            self._typing = self._loop.call_later(_TYPING_S, self._begin_search, self._search)

    def preview(self, path: str) -> None:
        """Read how it began and ended."""
        said: list[Excerpt | str] = []

        def read() -> None:
            try:
                said.append(read_excerpt(path))
            except OSError as error:
                said.append(os_error_text(error))

        def told() -> None:
            if said:
                self._picker.previewed(path, said[0])
                self._changed()

        self._do(Step(path, read), told)

    def probe(self, path: str, then: Callable[[int], None]) -> None:
        """Call `then` with its bytes once the file can be read; the picker is told when it cannot."""
        answers: list[int | str] = []

        def read() -> None:
            try:
                with open(path, "rb") as file:
                    file.read(1)
                    answers.append(os.fstat(file.fileno()).st_size)
            except OSError as error:
                answers.append(f"It cannot be read: {os_error_text(error)}")

        def told() -> None:
            late.cancel()
            answer = answers.pop()
            if isinstance(answer, int):
                then(answer)
            else:
                self._picker.refused(answer)
            self._changed()

        def no_answer() -> None:
            self._picker.refused("It does not answer; another one can be chosen.")
            self._changed()

        late = self._loop.call_later(_ANSWER_S, no_answer)
        self._do(Step(path, read), lambda: told() if answers else None)

    def close(self, *, remember: bool) -> None:
        """Read no more; with `remember` what was found is kept for the next list."""
        self.search("", ())
        for reader in (self._reader, *self._others):
            reader.close()
        if remember:
            threading.Thread(target=self._scan.remember, daemon=True).start()

    def _listed(self) -> None:
        found = self._scan.take()
        self._picker.add(found, self._scan.so_far, self._scan.names)
        if self._search is not None and found:
            self._searching.add(found)
            if self._typing is None:
                self._search.wake()
        self._changed()

    def _read_names(self) -> None:
        self._do(self._scan.name_step(), self._listed)

    def _begin_search(self, reader: PatientReader) -> None:
        self._typing = None
        self._found(self._searching)
        reader.wake()

    def _found(self, search: _SearchInAll) -> None:
        self._picker.said(search.words, search.take(), search.searched)
        self._changed()

    def _do(self, step: Step, told: Callable[[], None]) -> None:
        """One step of its own."""
        steps = [step]
        reader = PatientReader(lambda: steps.pop() if steps else None, told)
        self._others.append(reader)
        reader.wake()


class _SearchInAll:
    """Words in what was said, file by file; large files last, and each a piece at a time."""

    def __init__(self, words: str, sessions: Sequence[SavedSession]) -> None:
        self.words = words
        self._left: deque[SavedSession] = deque()
        self._begun: list[TextSearch] = []
        self._found: deque[tuple[str, str]] = deque()
        self._of = self._done = 0
        self.add(sessions)

    def add(self, sessions: Sequence[SavedSession]) -> None:
        """Look in these, too."""
        ordered = sorted(sessions, key=lambda session: session.size > _LARGE)
        self._of += len(ordered)
        self._left += ordered

    @property
    def searched(self) -> Searched | None:
        """How far it is; None at the end."""
        return Searched(self._done, self._of) if self._done < self._of else None

    def take(self) -> dict[str, str]:
        """What was found since the last call."""
        return dict(self._found.popleft() for _ in range(len(self._found)))

    def next_step(self) -> Step | None:
        """The next piece."""
        if self._begun:
            file = self._begun.pop()
        elif self._left:
            session = self._left.popleft()
            file = TextSearch(session.path, session.size, self.words)
        else:
            return None
        return Step(file.path, lambda: self._go_on(file))

    def _go_on(self, file: TextSearch) -> None:
        try:
            found = file.go_on()
        except OSError:  # it is gone, or cannot be read: it has no hit
            self._done += 1
            return
        if found is not None:
            self._found.append((file.path, found))
        if found is not None or file.is_over:
            self._done += 1
        else:
            self._begun.append(file)
