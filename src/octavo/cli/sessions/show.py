"""`octavo sessions show`: a session on the terminal (`docs/sessions.md`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from octavo.cli.sessions.choice import chosen_session
from octavo.cli.sessions.export import session_json
from octavo.cli.sessions.listing import local_time
from octavo.cli.sessions.markdown import as_markdown
from octavo.cli.sessions.transcript import Entry, transcript
from octavo.cli.visible import one_line, visible, with_tilde
from octavo.cli.words.invocation import Invocation
from octavo.config.home import find_home
from octavo.rollout.lines import SessionMeta
from octavo.rollout.read import load_rollout

_MOST_OUTPUT_LINES = 12


def show(invocation: Invocation) -> int:
    """Print the session: laid out on a terminal, where long outputs are cut, else as Markdown."""
    home = find_home(os.environ)
    rollout = load_rollout(chosen_session(home, invocation.last.text("SESSION") or "", archived=True))
    if invocation.last.has("json"):
        sys.stdout.write(session_json(home, rollout))
    elif os.isatty(1):
        _print(rollout.meta, transcript(rollout))
    else:
        sys.stdout.write(as_markdown(rollout.meta, transcript(rollout)))
    return 0


def _print(meta: SessionMeta, entries: Sequence[Entry]) -> None:
    from rich.console import Console  # slow, and only for a terminal
    from rich.markdown import Markdown
    from rich.text import Text

    console = Console()
    console.print(Text(f"{meta.id}  {local_time(meta.timestamp)}  {one_line(with_tilde(meta.cwd))}", style="dim"))
    for entry in entries:
        text = visible(entry.text).strip("\n")
        match entry.kind:
            case "user":
                console.print(Text(f"\n› {text}", style="bold cyan"))
                if entry.title:
                    console.print(Text(f"  {one_line(entry.title)}", style="dim"))
            case "assistant":
                console.print()
                console.print(Markdown(text, hyperlinks=False))
            case "reasoning":
                console.print(Text(f"\n{text}", style="dim italic"))
            case "call":
                console.print(Text(f"\n• {one_line(entry.title)} ", style="magenta").append(text, style="default"))
            case "output":
                console.print(Text(_cut(text, entry.title), style="dim"))
            case "note":
                console.print(Text(f"\n— {one_line(entry.title)}", style="yellow"))
                if text:
                    console.print(Text(text, style="dim"))


def _cut(text: str, title: str) -> str:
    lines = text.split("\n")
    if len(lines) > _MOST_OUTPUT_LINES:
        half = _MOST_OUTPUT_LINES // 2
        lines = [*lines[:half], f"… {len(lines) - 2 * half} more lines …", *lines[-half:]]
    if title:
        lines.append(f"({one_line(title)})")
    return "\n".join(f"  {line}" for line in lines)
