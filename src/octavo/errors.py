"""The errors that Octavo raises on purpose.

Each one's text is a single message for the user: what is wrong and, where it
helps, what to do. Anything that is not an `OctavoError` is a defect of ours.
"""

from __future__ import annotations


class OctavoError(Exception):
    """The root of every error that a user may see."""


class ConfigError(OctavoError):
    """The configuration cannot be used; the text names the file or key."""


class UsageError(OctavoError):
    """The command line makes no sense; ends the program with 2."""


class LimitReached(OctavoError):
    """A limit that the user set ended a turn (`docs/limits.md`)."""
