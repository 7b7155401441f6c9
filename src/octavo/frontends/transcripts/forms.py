"""Which forms a transcript has, and how a file's name tells the one that is meant (`docs/sessions.md`)."""

from __future__ import annotations

import os
from typing import Literal

from octavo.frontends.transcripts.entries import transcript
from octavo.rollout.read import LoadedRollout

Form = Literal["markdown", "text", "html", "json"]
FORMS: tuple[Form, ...] = ("markdown", "text", "html", "json")
_ENDINGS: dict[str, Form] = {
    ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".json": "json",
}  # fmt: skip


def form_of(file_name: str) -> Form:
    """The form that the ending stands for; plain text for any other."""
    return _ENDINGS.get(os.path.splitext(file_name)[1].lower(), "text")


def in_form(form: Form, rollout: LoadedRollout, *, archived: bool = False) -> str:
    """The session in this form. Raises `RolloutReadError`."""
    if form == "json":
        from octavo.frontends.transcripts.json_form import as_json

        return as_json(rollout, archived=archived)
    entries = transcript(rollout)
    if form == "html":
        from octavo.frontends.transcripts.html import as_html

        return as_html(rollout.meta, entries)
    if form == "text":
        from octavo.frontends.transcripts.plain import as_text

        return as_text(rollout.meta, entries)
    from octavo.frontends.transcripts.markdown import as_markdown

    return as_markdown(rollout.meta, entries)
