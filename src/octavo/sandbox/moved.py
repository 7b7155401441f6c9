"""How a user and the model hear of what a command left where nothing may come to be (`docs/sandbox.md`)."""

from __future__ import annotations

import os


def moved_text(path: str, to: str) -> str:
    """One line on what was moved; `to` is empty if it could not be."""
    name = os.path.basename(path)
    reasons = {".codex": "settings of this program", ".git": "a repository inside another one"}
    reason = reasons.get(name, "what a login, a shell or this program takes up by itself")
    if not to:
        return f"{path}, which a command left, could not be moved away; look at it before you go on ({reason})."
    return f"{path}, which a command left, was moved to {to}: {reason} can be made outside the sandbox only."
