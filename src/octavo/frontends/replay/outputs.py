"""What a tool answered, and whether two answers are the same (`docs/replay.md`, "What counts as a difference").

Pure functions. What differs from run to run by its nature (times, process ids, temporary
paths, addresses, ports, random ids) is taken out of both sides before they are held
against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from octavo.protocol.items import InputText, ToolOutput

_EXIT = re.compile(r"\AExit code: (-?\d+)\n")
_HEADER = re.compile(r"\A(?:Exit code: -?\d+\n)?(?:Wall time: [^\n]*\n)?(?:Total output lines: \d+\n)?(?:Output:\n)?")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_NATURAL = (
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<id>"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?", "<time>"),
    (rf"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?{_MONTH} [ \d]\d(?: \d\d:\d\d(?::\d\d)?)?(?: \w{{3,4}})?(?: \d{{4}})?",
     "<time>"),
    (r"\b\d\d?:\d\d:\d\d(?:[.,]\d+)?\b", "<time>"),
    (r"\b\d+m ?\d+(?:\.\d+)?s\b", "<time>"),
    (r"\b\d+(?:\.\d+)? ?(?:ns|us|µs|ms|s|sec|secs|seconds?|minutes?)\b", "<time>"),
    (r"(?i)\b(pid|process id|process)([ =:]+)\d+", r"\1\2<pid>"),
    (r"^\[\d+\] \d+$", "<pid>"),
    (r"0x[0-9a-fA-F]{4,}", "<address>"),
    (r"(?:/private)?/(?:var/folders/[\w/+-]+|var/tmp|tmp)/[\w./+-]*", "<temporary>"),
    (r"\b(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):\d{2,5}\b", r"\1:<port>"),
    (r"[ \t]+$", ""),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern, re.MULTILINE), put) for pattern, put in _NATURAL)


class Result(msgspec.Struct, frozen=True):
    """An answer taken apart; the code is None for what is no command."""

    text: str
    exit_code: int | None = None


class Difference(msgspec.Struct, frozen=True):
    """What is different: `exit_code` or `output`."""

    what: str
    before: Any
    now: Any


def result_of(output: ToolOutput) -> Result:
    """The answer of a tool, in whichever form it was kept."""
    given = output.output
    if not isinstance(given, str):
        return Result("\n".join(part.text if isinstance(part, InputText) else "[picture]" for part in given))
    try:
        packed = msgspec.json.decode(given)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        packed = None
    if isinstance(packed, dict) and isinstance(packed.get("output"), str):
        about = packed.get("metadata")
        code = about.get("exit_code") if isinstance(about, dict) else None
        return Result(packed["output"], code if isinstance(code, int) else None)
    found = _EXIT.match(given)
    if found is None:
        return Result(given)
    return Result(_HEADER.sub("", given, count=1), int(found[1]))


def differences(before: Result, now: Result, places: Sequence[tuple[str, str]], *, exact: bool) -> list[Difference]:
    """What is not the same. `places` are folders and what stands for them; with `exact` nothing else is forgiven."""
    found = []
    if before.exit_code != now.exit_code:
        found.append(Difference("exit_code", before.exit_code, now.exit_code))
    old, new = (comparable(result.text, places, exact=exact) for result in (before, now))
    if old != new:
        found.append(Difference("output", old, new))
    return found


def comparable(text: str, places: Sequence[tuple[str, str]], *, exact: bool) -> str:
    """The text without what differs by its nature."""
    for folder, name in places:
        text = moved(text, folder, name)
    if not exact:
        for pattern, put in _PATTERNS:
            text = pattern.sub(put, text)
    return text.rstrip("\n")


def moved(text: str, folder: str, to: str) -> str:
    """The text with another folder wherever this one is named; longer names that begin like it are others."""
    if not folder or folder == "/":
        return text
    return re.sub(rf"{re.escape(folder)}(?![\w.-])", to.replace("\\", r"\\"), text)


def changed_lines(before: str, now: str) -> Iterator[str]:
    """Lines that went, with `-`, and that came, with `+`."""
    from octavo.patch.diff import unified_hunks

    for line in unified_hunks(f"{before}\n", f"{now}\n", 0).splitlines():
        if line.startswith(("-", "+")):
            yield line
