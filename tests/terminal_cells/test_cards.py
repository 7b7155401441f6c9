"""Cards and lists of settings at any width: nothing too wide, no control of others, no secret."""

from __future__ import annotations

import datetime

import pytest

from octavo.config.mcp_servers import HttpTransport, McpServer, StdioTransport
from octavo.frontends.terminal.cells.cell import Cell, Palette
from octavo.frontends.terminal.cells.header import HeaderCell, ModelChanged
from octavo.frontends.terminal.cells.servers import ServersCell
from octavo.frontends.terminal.cells.status import StatusCell, StatusFacts, Usage
from octavo.frontends.terminal.cells.update import UpdateCell
from octavo.frontends.terminal.text.widths import width
from octavo.protocol.events import McpListToolsResponse
from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow, TokenUsage, TokenUsageInfo

NOW = datetime.datetime(2026, 11, 29, 12, 0, tzinfo=datetime.UTC)
FACTS = StatusFacts(
    version="1", model="漢字", reasoning=("reasoning low",), directory="~/漢字/a/b/c/d" * 5, approval="on-request",
    sandbox="read-only", agents=("AGENTS.md", "漢/\x1b[31m"), account="me@x\x07", session_id="0" * 36, window=272_000,
)  # fmt: skip
TOKENS = TokenUsage(1, 2, 3, 4, 5)
LIMITS = RateLimitSnapshot(RateLimitWindow(150.0, 300, 10**12), RateLimitWindow(-5.0, None, 1))
USAGE = Usage(TokenUsageInfo(TOKENS, TOKENS), LIMITS, NOW - datetime.timedelta(hours=2), True)
SERVERS = {
    "own": McpServer(StdioTransport("run\x1b[2J", ("it",), {"A_SECRET": "hush"}, ("FROM_US",), "/ws")),
    "off": McpServer(StdioTransport("never", (), None, (), None), enabled=False),
    "far": McpServer(HttpTransport("http://x/mcp", None, {"X-Key": "sesame"}, {"X-Env": "MY_VARIABLE"})),
}
ANSWER = McpListToolsResponse(
    {"mcp__own__second": {}, "mcp__own__first": {}}, {"own": ({"name": "notes", "uri": "a:b"},)},
    {"own": ({"uriTemplate": "a:{b}", "title": "All"},)}, {"own": "o_auth"},
)  # fmt: skip

CELLS: list[Cell] = [
    StatusCell(FACTS, USAGE, NOW), StatusCell(FACTS, Usage(), NOW), ServersCell(SERVERS, ANSWER), ServersCell(SERVERS),
    ServersCell({}), HeaderCell("1", "漢字 " * 9, "high", "~/x/漢字" * 9), ModelChanged("a", "漢" * 40),
    UpdateCell("1", "2", "漢字 run " * 9, notes="http://x/notes"),
]  # fmt: skip


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
def test_cards_fit_any_width(cell: Cell) -> None:
    for columns in range(121):
        for row in cell.scrollback(columns, Palette()):
            assert width(row.text) <= max(columns, 2)
            assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in row.text)


def test_servers_are_listed_by_name_without_their_secrets() -> None:
    rows = [row.text.strip("• ") for row in ServersCell(SERVERS, ANSWER).scrollback(80, Palette())]
    assert rows == [
        "/mcp", "", "🔌  MCP servers", "",
        "far", "Status: enabled", "Auth: Unsupported", "URL: http://x/mcp", "HTTP headers: X-Key=*****",
        "Env HTTP headers: X-Env=MY_VARIABLE", "Tools: (none)", "Resources: (none)", "Resource templates: (none)", "",
        "off (disabled)", "",
        "own", "Status: enabled", "Auth: OAuth", "Command: run it", "Cwd: /ws", "Env: A_SECRET=*****, FROM_US=*****",
        "Tools: first, second", "Resources: notes (a:b)", "Resource templates: All (a:{b})",
    ]  # fmt: skip


def test_a_server_that_did_not_start_is_listed_with_the_reason() -> None:
    cell = ServersCell(SERVERS, ANSWER, {"far": "All connection\nattempts failed"})
    rows = [row.text.strip("• ") for row in cell.scrollback(80, Palette())]
    assert rows[4:7] == ["far", "Status: enabled, did not start", "All connection attempts failed"]
    assert rows.count("Status: enabled") == 1


def test_without_servers_or_tools_a_remark_says_so() -> None:
    assert any("No MCP servers" in row.text for row in ServersCell({}).scrollback(80, Palette()))
    none = McpListToolsResponse({}, {}, {}, {})
    assert any("no tools" in row.text for row in ServersCell(SERVERS, none).scrollback(80, Palette()))
