"""What can go wrong with a saved session (`docs/rollouts.md`)."""

from __future__ import annotations

from octavo.errors import OctavoError


class RolloutError(OctavoError):
    """A saved session cannot be used; the text is one line."""


class RolloutCreateError(RolloutError):
    """The file of a session cannot be made or opened, so the session cannot start."""


class RolloutWriteError(RolloutError):
    """Something could not be written."""


class RolloutReadError(RolloutError):
    """The file cannot be read, is empty, or names no conversation."""


def os_error_text(error: OSError) -> str:
    """The system's own words, such as `No such file or directory (os error 2)`."""
    return f"{error.strerror} (os error {error.errno})" if error.errno else str(error)
