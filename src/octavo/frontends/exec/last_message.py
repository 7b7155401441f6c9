"""`--output-last-message`: the last message of the agent in a file (`docs/exec.md`).

The file may lie where commands can write. So it is settled before the first of
them where it really is, and later no link leads anywhere else: what the model
says must not end up in a startup file of the user's shell.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec

from octavo.errors import OctavoError
from octavo.files.links import followed, is_within
from octavo.files.real_folder import open_folder
from octavo.frontends.exec.output import Output, utf8

_REPLACE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class NoPlace(OctavoError):
    """The file has no folder to lie in, or is one itself."""


class LastMessageFile(msgspec.Struct, frozen=True):
    """`path` as the user wrote it, `place` where it was when the user wrote it."""

    path: str
    place: str


def last_message_file(path: str, roots: Iterable[str]) -> LastMessageFile:
    """Settle now where the file is; no link that lies in `roots`, where commands may have put it, is followed.

    Raises `NoPlace` if no file can be there: the model is not asked for what cannot be written.
    """
    named = os.path.abspath(path)
    folder = os.path.dirname(named)
    if not os.path.isdir(folder):
        raise NoPlace(f"--output-last-message: there is no folder {folder}")
    if os.path.isdir(named):
        raise NoPlace(f"--output-last-message: {named} is a folder")
    real = os.path.realpath(path)
    # What `/dev/stdout` stands for has no path, and no command can change what it leads to.
    if real.startswith(("/dev/", "/proc/")):
        return LastMessageFile(path, named)
    try:
        _, links = followed(os.fsencode(named))
    except PermissionError:
        return LastMessageFile(path, named)
    open_to_commands = [os.fsencode(os.path.realpath(root)) for root in roots]
    is_planted = any(is_within(link, root) for link in links for root in open_to_commands)
    return LastMessageFile(path, named if is_planted else real)


def write_last_message(file: LastMessageFile, message: str | None, output: Output) -> None:
    """Replace the file by the message, nothing added; a failure is told and changes nothing else."""
    try:
        with open(_open(file.place), "wb") as stream:
            stream.write(utf8(message or ""))
    except OSError as error:
        reason = f"{error.strerror} (os error {error.errno})"
        output.err(f'Failed to write last message file "{file.path}": {reason}\n')
    if message is None:
        output.err(f"Warning: no last agent message; wrote empty content to {file.path}\n")


def _open(place: str) -> int:
    if place.startswith(("/dev/", "/proc/")):
        return os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    above, name = os.path.split(place)
    folder = open_folder(above)
    try:
        return os.open(name, _REPLACE, 0o666, dir_fd=folder)
    finally:
        os.close(folder)
