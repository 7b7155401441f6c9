"""What can go wrong with an MCP server, in the words that clients and models know (`docs/mcp.md`)."""

from __future__ import annotations

from octavo.errors import OctavoError

_SHOWN_BYTES = 80


class McpError(OctavoError):
    """The root of what MCP servers do to us."""


class StartFailed(McpError):
    """A server is not there; the text is for the user."""


class RequestFailed(McpError):
    """A server did not answer a request, or answered with an error.

    `causes` lead from what failed to why; the text is all of them in one line.
    """

    def __init__(self, *causes: str) -> None:
        self.causes = causes
        super().__init__(": ".join(causes))


class OAuthFailed(McpError):
    """A login, a logout or the stored tokens of a server failed."""


def caused(summary: str, causes: tuple[str, ...]) -> str:
    """A summary and what led to it, one line each, numbered when there are several."""
    if not causes:
        return summary
    numbered = len(causes) > 1
    lines = [f"{index}: {cause}" if numbered else cause for index, cause in enumerate(causes)]
    return "\n    ".join([f"{summary}\n\nCaused by:", *lines])


def seconds_text(seconds: float) -> str:
    """A span as clients know it: `60s`, `1.5s`, `250ms`."""
    return f"{seconds:.9g}s" if seconds >= 1 else f"{seconds * 1000:.6g}ms"


class BrokenOutput(Exception):
    """The server wrote something after which nothing can be trusted."""


class Noise(BrokenOutput):
    """The server wrote a line that is no message: a greeting, a log, the last words of something else."""

    def __init__(self, line: bytes) -> None:
        text = line[:_SHOWN_BYTES].decode("utf-8", "replace")
        self.shown = " ".join("".join(char if char.isprintable() else " " for char in text).split())
        super().__init__(f"the server wrote something that is not JSON: {self.shown}")
