"""Text of others on the user's terminal."""

from __future__ import annotations

import os

_SHOWN = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"} | {13: None}


def visible(text: str) -> str:
    """The text without what a terminal would obey: what models and commands wrote must not move the cursor."""
    return text.translate(_SHOWN)


def one_line(text: str) -> str:
    """The text in one line: breaks and runs of white space become one space."""
    return visible(" ".join(text.split()))


def with_tilde(path: str) -> str:
    """A path below the home folder as people write it."""
    home = os.environ.get("HOME", "").rstrip("/")
    if home and (path == home or path.startswith(home + "/")):
        return "~" + path[len(home) :]
    return path
