"""What `exec` is asked to do: the prompt from the command line or stdin, and the schema of the answer.

Both are read before anything else, and the prompt before anything slow is imported: a
client that pipes a prompt into a process that died without reading it gets EPIPE, and
some do not survive that (`docs/exec.md`, "The prompt").
"""

from __future__ import annotations

import os

from octavo.errors import OctavoError

TYPE_CHECKING = False  # as `typing` has it, which is not loaded yet
if TYPE_CHECKING:
    from typing import Any


_PATIENCE_S = 1.0


class NoPrompt(OctavoError):
    """There is no prompt; the text is the whole line for stderr."""


class BadSchema(OctavoError):
    """The schema file is of no use; the text is the whole line for stderr."""


def read_prompt(argument: str | None) -> str:
    """The prompt: `argument`, or stdin as UTF-8 text if that is `-` or absent. Raises `NoPrompt`.

    Text from stdin is used as it is, trailing newline included. What is piped in beside a
    prompt follows it in a block of its own. Says on stderr that it reads, unless stdin
    was asked for by `-` or all came at once.
    """
    if argument is not None and argument != "-":
        return _with_piped(argument) if _is_piped() else argument
    if argument is None:
        if os.isatty(0):
            raise NoPrompt("No prompt provided. Either specify one as an argument or pipe the prompt into stdin.")
        os.write(2, b"Reading prompt from stdin...\n")
    text = read_stdin()
    if not text.strip():
        raise NoPrompt("No prompt provided via stdin.")
    return text


def read_stdin() -> str:
    """All of stdin, as text. Raises `NoPrompt`."""
    try:
        return _read_all(0).decode("utf-8")
    except UnicodeDecodeError:
        raise NoPrompt("Failed to read prompt from stdin: stream did not contain valid UTF-8") from None
    except OSError as error:
        raise NoPrompt(f"Failed to read prompt from stdin: {error.strerror} (os error {error.errno})") from None


def _is_piped() -> bool:
    """Whether stdin is a pipe or a file. Sockets do not count: programs that start others leave theirs open."""
    import stat

    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def _with_piped(prompt: str) -> str:
    import select

    if not select.select([0], [], [], _PATIENCE_S)[0]:  # whoever waits for us wants to know what for
        os.write(2, b"Reading additional input from stdin...\n")
    text = read_stdin()
    if not text.strip():
        return prompt
    return f"{prompt}\n\n<stdin>\n{text}" + ("" if text.endswith("\n") else "\n") + "</stdin>"


def read_output_schema(path: str) -> Any:
    """The JSON value in the file, whatever it is. Raises `BadSchema`."""
    import msgspec

    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError as error:
        reason = f"{error.strerror} (os error {error.errno})"
        raise BadSchema(f"Failed to read output schema file {path}: {reason}") from None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadSchema(f"Output schema file {path} is not valid JSON: {error}") from None


def _read_all(fd: int) -> bytes:
    chunks = []
    while chunk := os.read(fd, 1 << 16):
        chunks.append(chunk)
    return b"".join(chunks)
