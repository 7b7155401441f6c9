"""What the conversation's cells need to know of the session beside its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from octavo.config.mcp_servers import McpServer
from octavo.frontends.terminal.text.directory import shown_path, with_tilde


class ChatFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of a session.

    `repository` is the root of the repository around `cwd`; `model` the one that was asked for; `prints_reasoning`
    says whether its reasoning comes in sections with bold headings, which are printed; `clock` tells the time of day,
    nothing where there is none.
    """

    version: str
    cwd: str
    home: str | None = None
    repository: str | None = None
    model: str
    window: int | None = None
    prints_reasoning: bool = False
    hides_reasoning: bool = False
    shows_raw_reasoning: bool = False
    servers: Mapping[str, McpServer] = {}
    clock: Callable[[], str] = str

    @property
    def directory(self) -> str:
        """The working directory with `~` for the home folder."""
        return with_tilde(self.cwd, self.home)

    def shown(self, path: str) -> str:
        """A file's path as cells name it."""
        return shown_path(path, self.cwd, self.repository, self.home)
