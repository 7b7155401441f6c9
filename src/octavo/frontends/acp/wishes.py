"""What a client wants of a session: its folder, more folders, servers of tools (`docs/acp.md`, "Sessions")."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

import msgspec

from octavo.config.choices import ConfigFlags
from octavo.config.overrides import Override, json_overrides
from octavo.frontends.acp.types.params import McpServer
from octavo.frontends.jsonrpc.errors import bad_params
from octavo.protocol.policy import SandboxMode


class Wishes(msgspec.Struct, frozen=True):
    """What stands over the configuration files for one session."""

    cwd: str
    folders: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()

    def flags(self, mode: SandboxMode | None = None) -> ConfigFlags:
        """The same as flags, perhaps with a sandbox mode."""
        return ConfigFlags(cwd=self.cwd, additional_writable_roots=self.folders, sandbox_mode=mode)


def wishes_of(cwd: str, servers: Iterable[McpServer], folders: Iterable[str]) -> Wishes:
    """What the request says, checked. Raises `RequestError`."""
    more = tuple(_folder("additionalDirectories", folder) for folder in folders)
    here = _folder("cwd", cwd)
    if not os.path.isdir(here):
        raise bad_params(f"cwd is no folder: {cwd[:200]}")
    tables = {_key(server): _table(server) for server in servers}
    return Wishes(here, more, json_overrides(tables))


def _folder(member: str, given: str) -> str:
    if "\0" in given or not os.path.isabs(given):
        raise bad_params(f"{member} is not an absolute path: {given[:200]}")
    return os.path.normpath(given)


def _key(server: McpServer) -> str:
    """The server's place in the configuration; signs that a name cannot have there become `_`."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", server.name)
    if not name:
        raise bad_params("a server of mcpServers has no name")
    return f"mcp_servers.{name}"


def _table(server: McpServer) -> dict[str, object]:
    match server.type:
        case None | "stdio" if server.command:
            variables = {variable.name: variable.value for variable in server.env}
            return {"command": server.command, "args": list(server.args), "env": variables}
        case "http" if server.url:
            return {"url": server.url, "http_headers": {header.name: header.value for header in server.headers}}
        case kind:
            raise bad_params(f"the server `{server.name[:80]}` of mcpServers cannot be used (type {kind or 'stdio'})")
