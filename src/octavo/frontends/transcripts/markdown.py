"""A transcript as Markdown (`docs/sessions.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from octavo.frontends.shown_text import one_line, visible
from octavo.frontends.transcripts.entries import Entry
from octavo.frontends.transcripts.facts import session_facts
from octavo.rollout.lines import SessionMeta

_CODE = ("Id", "Folder", "Branch", "Commit")
_HEADINGS = {"user": "You", "assistant": "Octavo"}


def as_markdown(meta: SessionMeta, entries: Sequence[Entry]) -> str:
    """The whole session. Commands and outputs stand in fences that their content cannot close."""
    return "\n\n".join([_head(meta), *(block for entry in entries for block in _blocks(entry))]) + "\n"


def _head(meta: SessionMeta) -> str:
    rows = [f"- {name}: {_code(value) if name in _CODE else value}" for name, value in session_facts(meta)]
    return "# Session\n\n" + "\n".join(rows)


def _blocks(entry: Entry) -> Iterator[str]:
    text = visible(entry.text).strip("\n")
    match entry.kind:
        case "user" | "assistant":
            title = f" ({one_line(entry.title)})" if entry.title else ""
            yield f"## {_HEADINGS[entry.kind]}{title}"
            yield text
        case "reasoning":
            yield "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
        case "call":
            yield f"**{one_line(entry.title)}**"
            yield _fenced(text)
        case "output":
            if entry.title:
                yield f"*{one_line(entry.title)}*"
            if text:
                yield _fenced(text)
        case "note":
            yield f"*{one_line(entry.title)}*"
            if text:
                yield "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _fenced(text: str) -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}\n{text}\n{fence}"


def _code(text: str) -> str:
    """A code span, whatever back-ticks the text holds."""
    shown = one_line(text)
    ticks = "`" * (_longest_run(shown) + 1)
    return f"{ticks} {shown} {ticks}" if "`" in shown else f"`{shown}`"


def _longest_run(text: str) -> int:
    import re

    return max((len(run) for run in re.findall("`+", text)), default=0)
