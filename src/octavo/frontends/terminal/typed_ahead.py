"""What was typed before the first question could be seen: no answer (`docs/terminal-views.md`, "Questions")."""

from __future__ import annotations

import time

from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.keys.key import Entered, Key, Paste, VersionReply
from octavo.frontends.terminal.screen.surface import KeyParser, Surface
from octavo.frontends.terminal.views.view import is_ctrl


def draft_typed_ahead(data: bytes, screen: Surface, app: App) -> KeyParser:
    """Let it be part of the draft. The parser has what is not whole yet."""
    parser, now = screen.parser(), time.monotonic()
    for value in parser.feed(data):
        if isinstance(value, VersionReply):
            screen.named(value.name)
        elif isinstance(value, Entered):
            app.draft(Paste(value.text), now)
        elif isinstance(value, Key | Paste) and not is_ctrl(value, "c"):
            app.draft(value, now)
        else:
            app.handle(value, now)
    return parser
