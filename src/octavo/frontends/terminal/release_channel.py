"""Where newer versions are announced (`docs/terminal-views.md`, "Updates")."""

from __future__ import annotations

from collections.abc import Mapping

RELEASES_VARIABLE = "OCTAVO_RELEASES_URL"


def has_channel(environ: Mapping[str, str]) -> bool:
    """Whether anybody can be asked for the newest version."""
    return bool(environ.get(RELEASES_VARIABLE))
