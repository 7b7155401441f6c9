"""A transcript as plain text (`docs/sessions.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from octavo.frontends.shown_text import one_line, visible
from octavo.frontends.transcripts.entries import Entry
from octavo.frontends.transcripts.facts import session_facts
from octavo.rollout.lines import SessionMeta


def as_text(meta: SessionMeta, entries: Sequence[Entry]) -> str:
    """The whole session; what others than the user and the agent wrote is indented."""
    head = "\n".join(f"{name}: {value}" for name, value in session_facts(meta))
    return "\n\n".join([head, *(block for entry in entries for block in _blocks(entry))]) + "\n"


def _blocks(entry: Entry) -> Iterator[str]:
    text, title = visible(entry.text).strip("\n"), one_line(entry.title)
    match entry.kind:
        case "user":
            yield f"> {text.replace(chr(10), chr(10) + '> ')}" + (f"\n  ({title})" if title else "")
        case "assistant":
            yield text
        case "reasoning":
            yield _indented(text)
        case "call":
            yield f"[{title}]\n{_indented(text)}".rstrip()
        case "output":
            if whole := "\n".join(part for part in (text, f"({title})" if title else "") if part):
                yield _indented(whole)
        case "note":
            yield f"-- {title}" + (f"\n{_indented(text)}" if text else "")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))
