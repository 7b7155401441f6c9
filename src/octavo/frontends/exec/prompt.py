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


class NoPrompt(OctavoError):
    """There is no prompt; the text is the whole line for stderr."""


class BadSchema(OctavoError):
    """The schema file is of no use; the text is the whole line for stderr."""


def read_prompt(argument: str | None) -> str:
    """The prompt: `argument`, or stdin as UTF-8 text if that is `-` or absent. Raises `NoPrompt`.

    Text from stdin is used as it is, trailing newline included. Says on stderr that it
    reads, unless stdin was asked for by `-`.
    """
    if argument is not None and argument != "-":
        return argument
    if argument is None:
        if os.isatty(0):
            raise NoPrompt("No prompt provided. Either specify one as an argument or pipe the prompt into stdin.")
        os.write(2, b"Reading prompt from stdin...\n")
    try:
        text = _read_all(0).decode("utf-8")
    except UnicodeDecodeError:
        raise NoPrompt("Failed to read prompt from stdin: stream did not contain valid UTF-8") from None
    except OSError as error:
        raise NoPrompt(f"Failed to read prompt from stdin: {error.strerror} (os error {error.errno})") from None
    if not text.strip():
        raise NoPrompt("No prompt provided via stdin.")
    return text


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
