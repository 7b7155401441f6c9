"""A transcript as one page of HTML, without scripts and without anything from elsewhere (`docs/sessions.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from octavo.frontends.shown_text import one_line, visible
from octavo.frontends.transcripts.entries import Entry
from octavo.frontends.transcripts.facts import session_facts
from octavo.rollout.lines import SessionMeta

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; opacity: .75; }
dd { margin: 0; }
article { margin: 1.5rem 0; }
.user { border-left: 4px solid #2a9; padding-left: 1rem; font-weight: 600; }
.reasoning, .note { opacity: .7; font-style: italic; }
pre { overflow-x: auto; padding: .75rem; border-radius: 6px; background: rgba(127, 127, 127, .15); }
div.words { white-space: pre-wrap; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 0 0 .25rem; }
"""
_TITLES = {"user": "You", "assistant": "Octavo", "reasoning": "Thoughts"}


def as_html(meta: SessionMeta, entries: Sequence[Entry]) -> str:
    """The whole session. All text is text: nothing that was said becomes markup."""
    facts = "".join(f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in session_facts(meta))
    body = "\n".join(part for entry in entries for part in _article(entry))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>Session {_text(meta.id)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Session</h1>\n<dl>{facts}</dl>\n{body}\n</body>\n</html>\n"
    )


def _article(entry: Entry) -> Iterator[str]:
    text, title = visible(entry.text).strip("\n"), one_line(entry.title)
    is_said = entry.kind in _TITLES
    if entry.kind == "output" and not text and not title:
        return
    heading = _TITLES.get(entry.kind, title)
    aside = f" ({title})" if is_said and title else ""
    yield f'<article class="{entry.kind}">'
    if heading:
        yield f"<h2>{_text(heading + aside)}</h2>"
    if text:
        is_words = is_said or entry.kind == "note"
        yield f'<div class="words">{_text(text)}</div>' if is_words else f"<pre>{_text(text)}</pre>"
    yield "</article>"


def _text(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode())
