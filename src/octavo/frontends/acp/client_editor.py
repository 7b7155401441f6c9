"""The client as the editor of a session: its files and its terminals, as far as it has them and the user wants that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from octavo.config.config import Config
from octavo.frontends.acp.client_files import ClientFiles, client_files
from octavo.frontends.acp.server import Server
from octavo.frontends.acp.wishes import Wishes

if TYPE_CHECKING:
    from octavo.frontends.acp.client_terminals import ClientTerminals
    from octavo.process.run import CommandOutput


class ClientEditor:
    """What the agent asks of the user's editor."""

    def __init__(self, files: ClientFiles | None, terminals: ClientTerminals | None) -> None:
        self._files, self._terminals = files, terminals

    def begin(self, session_id: str) -> None:
        """The session has this id, by which the client knows it."""
        for part in (self._files, self._terminals):
            if part is not None:
                part.session_id = session_id

    async def save(self, paths: Sequence[str]) -> None:
        """See to it that the disk has what the user changed in these files."""
        if self._files is not None:
            await self._files.save(paths)

    @property
    def runs_commands(self) -> bool:
        """Whether commands without a sandbox are to run in its terminals."""
        return self._terminals is not None

    async def run(
        self,
        argv: Sequence[str],
        cwd: str,
        environ: Mapping[str, str],
        timeout_ms: int | None,
        shown: Callable[[str], None],
    ) -> CommandOutput | None:
        """Run a command there; see `ClientTerminals.run`."""
        if self._terminals is None:
            return None
        return await self._terminals.run(argv, cwd, environ, timeout_ms, shown)


def client_editor(server: Server, wishes: Wishes, config: Config) -> ClientEditor | None:
    """The editor of a session; None for a client that has nothing of one."""
    terminals = None
    if config.client_terminals and server.capabilities.terminal is True:
        from octavo.frontends.acp.client_terminals import ClientTerminals  # only where the user wants them

        terminals = ClientTerminals(server)
    files = client_files(server, wishes)
    return None if files is None and terminals is None else ClientEditor(files, terminals)
