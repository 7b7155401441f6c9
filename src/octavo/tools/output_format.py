"""What the model sees of a tool's output: the JSON of a command, its text form, and the cut (`docs/tool-output.md`).

All three are exact to the byte, because models are trained on them and saved sessions hold them.
The cut looks at the whole text only to count; it copies no more than it keeps.
"""

from __future__ import annotations

import math
import struct

import msgspec

MAX_BYTES = 10_240
MAX_LINES = 256
HEAD_LINES = 128
TAIL_LINES = 128
HEAD_BYTES = 5_120

_HEADER = "Total output lines: "
_MAX_TOTAL = 2**32 - 1


class _Metadata(msgspec.Struct, frozen=True):
    exit_code: int
    duration_seconds: float


class _ShellOutput(msgspec.Struct, frozen=True):
    output: str
    metadata: _Metadata


# --- the JSON of a command ---------------------------------------------------------------


def shell_output_json(output: str, exit_code: int, duration_seconds: float, most_bytes: int | None = None) -> str:
    """A command's result as compact JSON: `output` cut for the model, exit code, time in tenths of a second."""
    metadata = _Metadata(exit_code, _tenths(duration_seconds))
    return msgspec.json.encode(_ShellOutput(truncate_for_model(output, most_bytes), metadata)).decode()


def _tenths(seconds: float) -> float:
    """Rounded to one decimal, halves upwards, in the 32-bit arithmetic that clients expect."""
    return _shortest(_as_float32(math.floor(_as_float32(_as_float32(seconds) * 10) + 0.5) / 10))


def _as_float32(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def _shortest(value: float) -> float:
    """The number with the fewest digits that is the same 32-bit float as `value`."""
    candidates = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    return next((candidate for candidate in candidates if _as_float32(candidate) == value), value)


# --- the text form -----------------------------------------------------------------------


def to_text_form(output_json: str) -> str | None:
    """The JSON of a command as lines of text; None if it is not such JSON, whole and unharmed.

    How many lines a cut output had moves from the output to a line of its own.
    """
    try:
        result = msgspec.json.decode(output_json, type=_ShellOutput)
        seconds = _shortest(_as_float32(result.metadata.duration_seconds))
    except (msgspec.DecodeError, UnicodeEncodeError, OverflowError, RecursionError):
        return None
    lines = [f"Exit code: {result.metadata.exit_code}", f"Wall time: {_plain(seconds)} seconds"]
    text = result.output
    total = _total_of_cut(text)
    if total is not None:
        lines.append(f"{_HEADER}{total}")
        text = _without_header(text)
    return "\n".join((*lines, "Output:", text))


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() else str(number)


def _without_header(text: str) -> str:
    if not text.startswith(_HEADER):
        return text
    _, newline, rest = text.partition("\n")
    return rest.removeprefix("\n") if newline else text


def _total_of_cut(text: str) -> int | None:
    """The number of lines that the first remark on a cut names; None without one."""
    _, found, remark = text.partition("[... omitted")
    _, found, rest = remark.partition(" of ")
    number, found, _ = rest.partition(" ")
    digits = number.removeprefix("+")
    if not found or not digits.isascii() or not digits.isdigit():
        return None
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= 10 and int(significant) <= _MAX_TOTAL else None


# --- the cut -----------------------------------------------------------------------------


def truncate_for_model(text: str, most_bytes: int | None = None) -> str:
    """`text` itself if it is at most 10,240 bytes and 256 lines; else its head, a remark, and its tail.

    The result holds at most 10,240 bytes after a first line that counts the lines of the whole. Where the user
    set a limit, `most_bytes`, that counts instead.
    """
    if most_bytes is not None:
        from octavo.tools.output_limit import limited  # most users set none

        return limited(text, most_bytes)
    total = _line_count(text)
    is_long = _is_longer(text, MAX_BYTES)
    if total <= MAX_LINES and not is_long:
        return text
    head_end = _after_lines(text, HEAD_LINES)
    omitted = max(0, total - HEAD_LINES - TAIL_LINES)
    tail_start = _before_last_lines(text, TAIL_LINES) if omitted else head_end
    if omitted:
        marker = f"\n[... omitted {omitted} of {total} lines ...]\n\n"
    else:
        marker = f"\n[... output truncated to fit {MAX_BYTES} bytes ...]\n\n"
    head = _first_bytes(text, head_end, min(HEAD_BYTES, MAX_BYTES - len(marker)))
    tail = _last_bytes(text, tail_start, MAX_BYTES - len(head) - len(marker))
    return f"{_HEADER}{total}\n\n{head.decode()}{marker}{tail.decode()}"


def _line_count(text: str) -> int:
    """Lines end at `\\n` alone; a last line without one counts too."""
    return text.count("\n") + (text != "" and text[-1] != "\n")


def _is_longer(text: str, size: int) -> bool:
    """Whether `text` has more than `size` bytes, encoded only if its length does not tell."""
    if len(text) > size:
        return True
    return not text.isascii() and len(_encode(text)) > size


def _after_lines(text: str, count: int) -> int:
    """Where the first `count` lines end."""
    end = 0
    for _ in range(count):
        end = text.find("\n", end) + 1
        if end == 0:
            return len(text)
    return end


def _before_last_lines(text: str, count: int) -> int:
    """Where the last `count` lines begin."""
    start = len(text) - text.endswith("\n")
    for _ in range(count):
        start = text.rfind("\n", 0, start)
        if start < 0:
            return 0
    return start + 1


def _first_bytes(text: str, end: int, size: int) -> bytes:
    """As much of `text` before `end` as fits into `size` bytes, whole characters only."""
    encoded = _encode(text[: min(end, size)])
    return encoded if len(encoded) <= size else encoded[:size].decode(errors="ignore").encode()


def _last_bytes(text: str, start: int, size: int) -> bytes:
    """As much of the end of `text` from `start` on as fits into `size` bytes, whole characters only."""
    encoded = _encode(text[max(start, len(text) - size) :])
    return encoded if len(encoded) <= size else encoded[len(encoded) - size :].decode(errors="ignore").encode()


def _encode(text: str) -> bytes:
    return text.encode(errors="replace")
