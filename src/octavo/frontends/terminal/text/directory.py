"""How folders and files are named before the user (`docs/terminal-cells.md`, "Paths")."""

from __future__ import annotations

import os

from octavo.frontends.terminal.text.widths import cut, width


def with_tilde(path: str, home: str | None) -> str:
    """The path with `~` for the home folder."""
    if home and (path == home or path.startswith(home.rstrip("/") + "/")):
        return "~" + path[len(home.rstrip("/")) :]
    return path


def without_tilde(path: str, home: str | None) -> str:
    """The path that the user wrote, with the home folder for a `~` at its start."""
    return home + path[1:] if home and (path == "~" or path.startswith("~/")) else path


def shown_path(path: str, cwd: str, repository: str | None, home: str | None) -> str:
    """A file's path: relative below `cwd` and in its repository, with `~` below the home folder, else absolute."""
    if path.startswith(cwd.rstrip("/") + "/"):
        return path[len(cwd.rstrip("/")) + 1 :]
    if repository and path.startswith(repository.rstrip("/") + "/"):
        return os.path.relpath(path, cwd)
    return with_tilde(path, home)


def shortened(path: str, columns: int) -> str:
    """The path in this many columns: segments in its middle give way to one `…`, then it is cut at its start.

    The first segment and the last two are kept as long as they fit.
    """
    if width(path) <= columns:
        return path
    root = "/" if path.startswith("/") else ""
    segments = path.strip("/").split("/")
    for behind in range(len(segments) - 2, 0, -1):
        for before in (1, 0) if behind == 1 else (1,):
            kept = "/".join([*segments[:before], "…", *segments[-behind:]])
            if before and behind and width(root + kept) <= columns:
                return root + kept
    last = f"…/{segments[-1]}"
    if len(segments) > 1 and width(last) <= columns:
        return last
    return cut(segments[-1], columns - 1) + "…" if columns > 0 else ""
