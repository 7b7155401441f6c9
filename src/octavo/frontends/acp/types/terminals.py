"""What clients are asked about their terminals, and what they answer."""

from __future__ import annotations

from octavo.frontends.acp.types.base import Wire
from octavo.frontends.acp.types.params import NameAndValue


class CreateTerminal(Wire, frozen=True, kw_only=True):
    """Run this in a new terminal."""

    session_id: str
    command: str
    args: tuple[str, ...]
    env: tuple[NameAndValue, ...]
    cwd: str
    output_byte_limit: int


class CreatedTerminal(Wire, frozen=True, kw_only=True):
    """The terminal's id."""

    terminal_id: str


class TerminalParams(Wire, frozen=True, kw_only=True):
    """A terminal of the client."""

    session_id: str
    terminal_id: str


class ExitStatus(Wire, frozen=True, kw_only=True):
    """How a command ended: by itself, or by a signal (its name)."""

    exit_code: int | None = None
    signal: str | None = None


class TerminalOutput(Wire, frozen=True, kw_only=True):
    """What it printed so far."""

    output: str
