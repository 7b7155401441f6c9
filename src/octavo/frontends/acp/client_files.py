"""The client's files: what the user has not saved is on the disk before a patch is held against it.

Only the user's own text is ever written through the client, to files that the session
may write. What a model wrote goes through the sandbox (`docs/acp.md`, "Unsaved changes").
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence

import msgspec

from octavo.frontends.acp.client_calls import ClientRefused
from octavo.frontends.acp.server import Server
from octavo.frontends.acp.types.params import FileSystem
from octavo.frontends.acp.types.updates import ReadFileParams, ReadFileResult, WriteFileParams
from octavo.frontends.acp.wishes import Wishes
from octavo.patch.disk import UnreadableFileError, read_text

_SECONDS = 5.0
"""How long an editor may take; a patch goes on without its answer."""
_log = logging.getLogger(__name__)


class ClientFiles:
    """The editor of one session; `folders` are those whose files it is asked about."""

    def __init__(self, server: Server, folders: Sequence[str]) -> None:
        self.session_id = ""
        self._server = server
        self._folders = tuple(os.path.realpath(folder) for folder in folders)

    async def save(self, paths: Sequence[str]) -> None:
        """Let the client save these files where it has other text than the disk."""
        known = [path for path in dict.fromkeys(map(os.path.normpath, paths)) if self._is_below(path)]
        await asyncio.gather(*(self._save(path) for path in known))

    def _is_below(self, path: str) -> bool:
        try:
            real = os.path.realpath(path)
        except ValueError:  # a NUL
            return False
        return any(real.startswith(f"{folder.rstrip('/')}/") for folder in self._folders)

    async def _save(self, path: str) -> None:
        try:
            on_disk = read_text(path)
        except UnreadableFileError:
            return  # what is not there or no text is not compared either
        calls, session_id = self._server.calls, self.session_id
        try:
            question = ReadFileParams(session_id=session_id, path=path)
            text = (await calls.call("fs/read_text_file", question, ReadFileResult, _SECONDS)).content
            # Editors may tell lines without their ends: where that is all the difference, or may be, nothing is saved.
            if "\r" in on_disk or text.rstrip("\n") == on_disk.rstrip("\n"):
                return
            change = WriteFileParams(session_id=session_id, path=path, content=text)
            await calls.call("fs/write_text_file", change, msgspec.Raw, _SECONDS)
        except ClientRefused as error:
            _log.info("the editor has not saved %s: %s", path, error)


def client_files(server: Server, wishes: Wishes) -> ClientFiles | None:
    """The editor of a session, if the client lets its files be read and written."""
    fs = server.capabilities.fs or FileSystem()
    if fs.read_text_file is not True or fs.write_text_file is not True:
        return None
    return ClientFiles(server, (wishes.cwd, *wishes.folders))
