"""What is left on the terminal when the interface is gone (`docs/terminal.md`, "The end")."""

from __future__ import annotations

from typing import NamedTuple

from octavo.protocol.usage import TokenUsage


class Ending(NamedTuple):
    """How it was over: the tokens of the last session and its id, why some of it is not saved, a signal,
    a command to run afterwards, and what else is worth a line.
    """

    usage: TokenUsage | None = None
    session_id: str = ""
    unsaved: str = ""
    signum: int | None = None
    update: tuple[str, ...] | None = None
    farewell: str = ""


def last_lines(ending: Ending, *, color: bool) -> str:
    """The token usage and how to go on; nothing of that where no token was used."""
    first = f"{ending.farewell}\n" if ending.farewell else ""
    first += f"The last of this session could not be saved: {ending.unsaved}\n" if ending.unsaved else ""
    usage = ending.usage
    if usage is None or usage.total_tokens == 0:
        return first
    fresh = max(usage.input_tokens - usage.cached_input_tokens, 0)
    cached = f" (+ {usage.cached_input_tokens:,} cached)" if usage.cached_input_tokens > 0 else ""
    reasoning = f" (reasoning {usage.reasoning_output_tokens:,})" if usage.reasoning_output_tokens > 0 else ""
    total = fresh + usage.output_tokens
    lines = f"{first}Token usage: total={total:,} input={fresh:,}{cached} output={usage.output_tokens:,}{reasoning}\n"
    if not ending.session_id:
        return lines
    command = f"octavo resume {ending.session_id}"
    shown = f"\x1b[36m{command}\x1b[39m" if color else command
    return lines + f"To continue this session, run {shown}\n"
