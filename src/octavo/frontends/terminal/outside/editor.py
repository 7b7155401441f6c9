"""The user's own editor for a draft (`docs/terminal.md`, "Your editor")."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping


class NoEditor(Exception):
    """No editor is set, or it cannot be started; the text says so."""


def edit(text: str, environ: Mapping[str, str]) -> str | None:
    """The text as the editor leaves it, without the line end that editors add; None when it ends with an error.

    Waits for it, so the terminal must be given back before. Raises `NoEditor`.
    """
    command = environ.get("VISUAL") or environ.get("EDITOR") or ""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise NoEditor("Set VISUAL or EDITOR to the editor that you want to use.")
    descriptor, path = tempfile.mkstemp(prefix="octavo-draft-", suffix=".md")
    try:
        with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        try:
            with open("/dev/tty", "r+b", buffering=0) as tty:
                done = subprocess.run([*words, path], env=dict(environ), check=False, stdin=tty, stdout=tty, stderr=tty)
        except OSError as error:
            raise NoEditor(f"The editor {words[0]} cannot be started: {error.strerror}.") from None
        if done.returncode != 0:
            return None
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().removesuffix("\n")
    finally:
        os.unlink(path)
