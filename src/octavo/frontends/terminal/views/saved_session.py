"""A saved session as a list shows it, and how far the list is."""

from __future__ import annotations

from typing import Literal, NamedTuple

Order = Literal["created", "updated"]
"""Which come first: those that began last, or those that were last gone on with."""


class SavedSession(NamedTuple):
    """A session: its file, when it began and last changed in Unix seconds, the first words of the user, folder, id.

    `branch` is empty where none is known; `size` is that of the file in bytes.
    """

    path: str
    created: float | None
    updated: float | None
    text: str
    cwd: str = ""
    id: str = ""
    branch: str = ""
    size: int = 0


class ReadSoFar(NamedTuple):
    """What is still to be read, and what could not be.

    `left` files are not read yet; `ended` when no others come; `reached_limit` when the rest is not looked at.
    `waiting` are names of files and folders that do not answer; `failed` names with the reason.
    """

    left: int = 0
    ended: bool = False
    reached_limit: bool = False
    waiting: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


class Searched(NamedTuple):
    """How far the words are looked for in what was said: so many sessions of so many."""

    done: int
    of: int
