"""How a tool call fails (`docs/tools.md`)."""

from __future__ import annotations

from octavo.errors import OctavoError


class RespondToModel(OctavoError):
    """The call failed; the text becomes the tool's output and the turn goes on."""


class FatalToolError(OctavoError):
    """Something is broken that the model cannot mend; the turn fails."""
