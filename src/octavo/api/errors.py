"""What a program that embeds the agent has to expect. Each text is one clear line (`docs/library.md`, "Errors")."""

from __future__ import annotations

from octavo.errors import OctavoError


class TurnFailed(OctavoError):
    """The model could not be asked, or refused; the text says why. The thread can go on."""


class LimitReached(TurnFailed):
    """A limit of the user's ended the turn (`docs/limits.md`). The thread can go on."""


class OutputInvalid(OctavoError):
    """The last words are not what `output` asks for; `text` has them."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(reason)
        self.text = text


class BadTool(OctavoError):
    """A function cannot be a tool, or an agent's tools have one name twice."""


class BadOutputType(OctavoError):
    """No answer of a model can be asked to have this type."""


class NoSuchThread(OctavoError):
    """No saved session has this id."""


class ThreadBusy(OctavoError):
    """A turn of the thread is running, and only one can."""


class NotRunning(OctavoError):
    """The turn is over, or has not begun."""


class ToolError(Exception):
    """Raised by a tool to tell the model, in these words, that the call failed."""
