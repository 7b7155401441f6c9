"""What `/mcp` shows: the servers of the configuration and what they offer (`docs/terminal-cells.md`, "/mcp")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from octavo.config.mcp_servers import HttpTransport, McpServer, StdioTransport
from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import BOLD, COMMAND, DIM, EMPTY, ERROR, ITALIC, Line, Span, line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.protocol.events import McpListToolsResponse

_DOCUMENTATION = "https://developers.openai.com/codex/mcp"
_SECRET = "*****"  # noqa: S105 - stands for one
_AUTH = {
    "unsupported": "Unsupported",
    "not_logged_in": "Not logged in",
    "bearer_token": "Bearer token",
    "o_auth": "OAuth",
}


class ServersCell(msgspec.Struct, frozen=True):
    """All servers by name, and why some of them did not start; without an `answer` only that there are none."""

    servers: Mapping[str, McpServer]
    answer: McpListToolsResponse | None = None
    failures: Mapping[str, str] = {}

    continues = False

    def scrollback(self, columns: int, palette: Palette) -> list[Line]:
        """No value of a variable or header is shown."""
        rows = wrap(line(Span("/mcp", COMMAND)), columns)
        rows += [EMPTY, *wrap(line("🔌  ", Span("MCP servers", BOLD)), columns), EMPTY]
        for text in self._lines():
            indent = len(text.text) - len(text.text.lstrip(" "))
            rows += wrap(text, columns, EMPTY, line(" " * (indent + 2))) if text.spans else [EMPTY]
        return rows

    transcript = scrollback

    def _lines(self) -> Iterator[Line]:
        if not self.servers:
            yield line("  • ", Span("No MCP servers are configured.", ITALIC))
            yield line("    ", Span(f"How to add some: {_DOCUMENTATION}", DIM))
            return
        if self.answer is not None and not self.answer.tools:
            yield line("  • ", Span("The servers offer no tools.", ITALIC))
            yield EMPTY
        for number, name in enumerate(sorted(self.servers)):
            if number:
                yield EMPTY
            yield from self._server(name, self.servers[name])

    def _server(self, name: str, server: McpServer) -> Iterator[Line]:
        if not server.enabled:
            yield line("  • ", one_line(name), " ", Span("(disabled)", ERROR))
            return
        yield line("  • ", one_line(name))
        answer = self.answer
        auth = answer.auth_statuses.get(name, "unsupported") if answer else "unsupported"
        failure = self.failures.get(name)
        yield _fact("Status", "enabled" if failure is None else "enabled, did not start")
        if failure is not None:
            yield line("    • ", Span(one_line(failure), ERROR))
        yield _fact("Auth", _AUTH[auth])
        yield from _transport(server.transport)
        yield _fact("Tools", ", ".join(_tools(name, answer)) or "(none)")
        yield _fact("Resources", _listed(answer.resources.get(name, ()) if answer else (), "uri"))
        templates = answer.resource_templates.get(name, ()) if answer else ()
        yield _fact("Resource templates", _listed(templates, "uriTemplate", "uri_template"))


def _fact(label: str, value: str) -> Line:
    return line("    • ", f"{label}: ", one_line(value))


def _transport(transport: StdioTransport | HttpTransport) -> Iterator[Line]:
    if isinstance(transport, StdioTransport):
        yield _fact("Command", " ".join((transport.command, *transport.args)))
        if transport.cwd:
            yield _fact("Cwd", transport.cwd)
        names = [*(transport.env or ()), *transport.env_vars]
        if names:
            yield _fact("Env", ", ".join(f"{name}={_SECRET}" for name in sorted(set(names))))
        return
    yield _fact("URL", transport.url)
    if transport.http_headers:
        yield _fact("HTTP headers", ", ".join(f"{name}={_SECRET}" for name in sorted(transport.http_headers)))
    if transport.env_http_headers:
        pairs = sorted(transport.env_http_headers.items())
        yield _fact("Env HTTP headers", ", ".join(f"{name}={variable}" for name, variable in pairs))


def _tools(server: str, answer: McpListToolsResponse | None) -> list[str]:
    """The short names of a server's tools."""
    prefix = f"mcp__{server}__"
    return sorted(name.removeprefix(prefix) for name in (answer.tools if answer else ()) if name.startswith(prefix))


def _listed(entries: Sequence[Any], *address_keys: str) -> str:
    shown = []
    for entry in entries:
        fields: Mapping[str, Any] = entry if isinstance(entry, Mapping) else msgspec.to_builtins(entry)
        address = next((str(fields[key]) for key in address_keys if key in fields), "")
        shown.append(f"{fields.get('title') or fields.get('name') or ''} ({address})".strip())
    return ", ".join(shown) or "(none)"
