"""The user's own editor on a draft: it gets the terminal, and what it leaves behind is the new text.

So it is with a pager. Both run without a sandbox, so neither they nor what they start by name comes from where
commands of the model may write. The caller has given the terminal back before and takes it again after
(`docs/terminal-composer.md`, "Writing").
"""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping

from octavo.errors import OctavoError
from octavo.files.programs import find_program, outside_path


class EditorError(OctavoError):
    """The draft could not be edited; the text says why."""


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """`$VISUAL`, else `$EDITOR`, with its arguments as a shell parts them. Raises `EditorError` where none is set."""
    for name in ("VISUAL", "EDITOR"):
        if value := environ.get(name, "").strip():
            try:
                return shlex.split(value)
            except ValueError as error:
                raise EditorError(f"${name} cannot be read: {str(error).lower()}") from None
    raise EditorError("Set VISUAL or EDITOR to edit the draft in an editor")


def page(text: str, environ: Mapping[str, str], folder: str, terminal: int) -> None:
    """Show the text with `$PAGER` on this terminal. Blocks until it ends; raises `EditorError` when it cannot run."""
    with tempfile.TemporaryFile() as file:
        file.write(text.encode("utf-8", "replace"))
        file.seek(0)
        try:
            command = shlex.split(environ.get("PAGER", ""))
            program, variables = _found(command[0], environ, folder)
            subprocess.run(
                command,
                executable=program,
                env=variables,
                cwd=folder,
                stdin=file,
                stdout=terminal,
                stderr=terminal,
                check=False,
            )
        except (OSError, ValueError, IndexError) as error:
            raise EditorError(f"$PAGER cannot be run: {error}") from None


def edit(text: str, command: list[str], environ: Mapping[str, str], folder: str, terminal: int | None = None) -> str:
    """What the editor makes of the text, on this terminal or on that of stdin and stdout.

    Blocks until it ends; raises `EditorError` when it fails: nothing changes.
    """
    with tempfile.TemporaryDirectory(prefix="octavo-draft-") as private:
        path = os.path.join(private, "draft.md")
        try:
            with open(path, "w", encoding="utf-8", errors="surrogatepass") as file:
                file.write(text + "\n")
            program, variables = _found(command[0], environ, folder)
            code = subprocess.run(
                [*command, path],
                executable=program,
                env=variables,
                cwd=folder,
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
                check=False,
            ).returncode
            with open(path, encoding="utf-8", errors="replace") as file:
                edited = file.read()
        except OSError as error:
            raise EditorError(f"{command[0]}: {error.strerror or error}") from None
    if code:
        raise EditorError(f"{command[0]} ended with {code}: the draft is as it was")
    return edited.removesuffix("\n")


def _found(name: str, environ: Mapping[str, str], folder: str) -> tuple[str, dict[str, str]]:
    """The program of this name, and the variables that it gets. Raises `FileNotFoundError`."""
    path = environ.get("PATH", os.defpath)
    program = name if "/" in name else find_program(name, path, folder)
    if program is None:
        raise FileNotFoundError(errno.ENOENT, "there is no such program but perhaps where commands may write")
    return program, {**environ, "PATH": outside_path(path, folder)}
