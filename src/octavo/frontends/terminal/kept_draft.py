"""A draft that survives: what is being written is kept below `CODEX_HOME`, one file for each terminal in a folder.

It is written a second after a change at the latest, and at the end, so that a crash, a closed window or a lost
connection costs no more than that; once nothing is unsent the file goes. Where messages are not to be remembered
(`history.persistence = "none"`) nothing is kept (`docs/terminal-composer.md`, "Writing").
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import logging
import os
from collections.abc import Callable
from functools import cached_property

import msgspec

from octavo.files.plain_file import open_plain
from octavo.files.private_file import replace_private_file
from octavo.frontends.terminal.composer.draft import Draft

PAUSE_S = 1.0
_MOST_BYTES = 64 << 20
_MOST_AT_ONCE = 16
_CLAIMS = "in-use"

log = logging.getLogger(__name__)


class DraftFile:
    """A kept draft of one folder: one that no running terminal calls its own, if there is any.

    It is this terminal's own from the first use on until its process ends, however that is.
    """

    def __init__(self, codex_home: str, folder: str) -> None:
        self._name = hashlib.sha256(os.path.realpath(folder).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self._drafts = os.path.join(codex_home, "drafts")
        self._claims = -1

    @cached_property
    def path(self) -> str:
        """Where the draft is."""
        names = [self._name, *(f"{self._name}-{number}" for number in range(1, _MOST_AT_ONCE))]
        paths = [os.path.join(self._drafts, f"{name}.json") for name in names]
        try:
            claims = os.path.join(self._drafts, _CLAIMS)
            self._claims = os.open(claims, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:
            return paths[0]
        places = sorted(range(_MOST_AT_ONCE), key=lambda number: not os.path.exists(paths[number]))
        return next((paths[number] for number in places if self._claimed(number)), paths[0])

    def _claimed(self, number: int) -> bool:
        # The locks of a process end with it. Each stands for one byte of a file that stays empty.
        place = int(self._name[:12], 16) * _MOST_AT_ONCE + number
        try:
            fcntl.lockf(self._claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except OSError:
            return False
        return True

    def load(self) -> Draft | None:
        """What was kept; None where nothing was, or nothing that can be read."""
        if not os.path.isdir(self._drafts):
            return None
        try:
            with open_plain(self.path) as file:
                draft = msgspec.json.decode(file.read(_MOST_BYTES), type=Draft)
        except (OSError, ValueError):
            return None
        return draft if draft.text and _is_sound(draft) else None

    def save(self, draft: Draft) -> None:
        """Keep this one; an empty one removes the file. What cannot be written is logged."""
        try:
            if not draft.text:
                if not os.path.isdir(self._drafts):
                    return
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.path)
                return
            os.makedirs(self._drafts, mode=0o700, exist_ok=True)
            replace_private_file(self.path, msgspec.json.encode(draft))
        except (OSError, ValueError) as error:
            log.warning("the draft could not be kept: %s", error)


class DraftKeeper:
    """Follows a draft: `unsent` says what there is to keep.

    What was kept `before` stays in the file until it is brought back, or something else is written.
    """

    def __init__(self, file: DraftFile, unsent: Callable[[], Draft], before: Draft | None = None) -> None:
        self._file, self._unsent, self._before = file, unsent, before
        self._kept = Draft()
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """Something was typed, or sent: it is looked at within a second."""
        if self._before is not None and self._unsent().text == self._before.text:
            self._kept, self._before = self._before, None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE_S, self._look)

    def _look(self) -> None:
        self._timer = None
        draft = self._unsent()
        if self._is_kept(draft):
            return
        self._kept = draft
        self._writing = asyncio.get_running_loop().create_task(self._write(draft, self._writing))

    async def _write(self, draft: Draft, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await before
        await asyncio.to_thread(self._file.save, draft)

    async def close(self) -> None:
        """The end: what is unsent now is kept."""
        if self._timer is not None:
            self._timer.cancel()
        if self._writing is not None:
            await self._writing
        if not self._is_kept(draft := self._unsent()):
            self._file.save(draft)

    def _is_kept(self, draft: Draft) -> bool:
        return (draft.text, draft.labels) == (self._kept.text, self._kept.labels)


def _is_sound(draft: Draft) -> bool:
    """Whether labels stand where they say."""
    place = 0
    for label in draft.labels:
        if label.start < place or draft.text[label.start : label.end] != label.text:
            return False
        place = label.end
    return 0 <= draft.cursor <= len(draft.text)
