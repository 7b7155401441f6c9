"""`octavo sessions show`: a session on the terminal (`docs/sessions.md`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from octavo.cli.sessions.choice import chosen_session, is_archived
from octavo.cli.visible import one_line, visible, with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.config.home import find_home
from octavo.frontends.shown_text import local_time
from octavo.frontends.transcripts.entries import Entry, transcript
from octavo.frontends.transcripts.json_form import as_json
from octavo.frontends.transcripts.markdown import as_markdown
from octavo.rollout.lines import SessionMeta
from octavo.rollout.read import load_rollout

TYPE_CHECKING = False  # as `typing` has it; what lays lines out is only needed on a terminal
if TYPE_CHECKING:
    from octavo.frontends.terminal.text.styled import Line

_MOST_OUTPUT_LINES = 12


def show(invocation: Invocation) -> int:
    """Print the session: laid out on a terminal, where long outputs are cut, else as Markdown."""
    home = find_home(os.environ)
    rollout = load_rollout(chosen_session(home, invocation.last.text("SESSION") or "", archived=True))
    if invocation.last.has("compactions"):
        from octavo.cli.sessions.compactions import print_compactions  # rarely asked for

        print_compactions(rollout, as_json=invocation.last.has("json"))
    elif invocation.last.has("json"):
        sys.stdout.write(as_json(rollout, archived=is_archived(home, rollout.path)))
    elif os.isatty(1):
        _print(rollout.meta, transcript(rollout))
    else:
        sys.stdout.write(as_markdown(rollout.meta, transcript(rollout)))
    return 0


def _print(meta: SessionMeta, entries: Sequence[Entry]) -> None:
    from octavo.cli.styled_output import columns_of_terminal, print_lines  # only for a terminal
    from octavo.frontends.terminal.text.styled import DIM, Span, line

    print_lines([line(Span(f"{meta.id}  {local_time(meta.timestamp)}  {one_line(with_tilde(meta.cwd))}", DIM))])
    for entry in entries:
        print_lines(_lines(entry, columns_of_terminal()))


def _lines(entry: Entry, columns: int) -> list[Line]:
    from octavo.frontends.terminal.text.markdown import render
    from octavo.frontends.terminal.text.styled import CYAN, DIM, EMPTY, MAGENTA, YELLOW, Span, Style, line

    def plain(text: str, style: Style) -> list[Line]:
        return [line(Span(part, style)) for part in text.split("\n")]

    text, title = visible(entry.text).strip("\n"), one_line(entry.title)
    match entry.kind:
        case "user":
            asked = [EMPTY, *plain(f"› {text}", Style(fg=CYAN, bold=True))]
            return [*asked, *plain(f"  {title}", DIM)] if title else asked
        case "assistant":
            return [EMPTY, *(row for flow in render(text) for row in flow.rows(columns))]
        case "reasoning":
            return [EMPTY, *plain(text, Style(dim=True, italic=True))]
        case "call":
            first, *others = text.split("\n")
            said = line(Span(f"• {title} ", Style(fg=MAGENTA)), first)
            return [EMPTY, said, *(line(other) for other in others)]
        case "output":
            return plain(_cut(text, entry.title), DIM)
        case "note":
            note = [EMPTY, line(Span(f"— {title}", Style(fg=YELLOW)))]
            return [*note, *plain(text, DIM)] if text else note


def _cut(text: str, title: str) -> str:
    lines = text.split("\n")
    if len(lines) > _MOST_OUTPUT_LINES:
        half = _MOST_OUTPUT_LINES // 2
        lines = [*lines[:half], f"… {len(lines) - 2 * half} more lines …", *lines[-half:]]
    if title:
        lines.append(f"({one_line(title)})")
    return "\n".join(f"  {line}" for line in lines)
