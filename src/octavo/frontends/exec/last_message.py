"""`--output-last-message`: the last message of the agent in a file (`docs/exec.md`)."""

from __future__ import annotations

from octavo.frontends.exec.output import Output, utf8


def write_last_message(path: str, message: str | None, output: Output) -> None:
    """Replace the file by the message, nothing added; a failure is told and changes nothing else."""
    try:
        with open(path, "wb") as file:
            file.write(utf8(message or ""))
    except OSError as error:
        reason = f"{error.strerror} (os error {error.errno})"
        output.err(f'Failed to write last message file "{path}": {reason}\n')
    if message is None:
        output.err(f"Warning: no last agent message; wrote empty content to {path}\n")
