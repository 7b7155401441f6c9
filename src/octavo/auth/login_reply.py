"""One request to the login server and one answer: all of HTTP that a browser coming back needs.

Every connection carries one request and is closed then, so that nothing keeps the port busy.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import msgspec

from octavo.auth.login_exchange import LoginFailed
from octavo.auth.login_pages import refusal_page
from octavo.http.status import status_text

MOST_HEAD_BYTES = 64 * 1024
"""What a connection may hold of a request that has not ended."""
_READ_SECONDS = 30.0
_OUR_NAMES = ("localhost", "127.0.0.1", "[::1]")
_SAFE = (
    "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\nConnection: close\r\n"
)


class PageRequest(msgspec.Struct, frozen=True):
    """What a browser asks for; `path` is None where the address makes no sense."""

    path: str | None
    query: str
    host: str
    wants_html: bool

    @property
    def is_for_this_machine(self) -> bool:
        """Whether it was addressed to this machine: a page elsewhere may have its own name point here."""
        name = self.host.rpartition(":")[0] if self.host[-1:].isdigit() and ":" in self.host else self.host
        return not self.host or name.lower() in _OUR_NAMES

    def __repr__(self) -> str:
        return f"PageRequest(path={self.path!r})"  # the query holds the code


class Reply(msgspec.Struct, frozen=True):
    """An answer. `ends`: the login is over once it is sent, as a failure if `failure` is set."""

    status: int
    text: str
    is_html: bool = False
    location: str | None = None
    ends: bool = False
    failure: LoginFailed | None = None


async def read_request(reader: asyncio.StreamReader) -> PageRequest | None:
    """The head of a request; None if none comes. Raises `TimeoutError` for a visitor who says nothing for long."""
    try:
        async with asyncio.timeout(_READ_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return PageRequest(None, "", "", wants_html=False)
    except asyncio.IncompleteReadError as error:
        if not error.partial.strip():
            return None
        head = error.partial
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    path, query = _address(first)
    return PageRequest(path, query, headers.get("host", ""), wants_html="text/html" in headers.get("accept", ""))


async def write_reply(writer: asyncio.StreamWriter, reply: Reply, request: PageRequest) -> None:
    """Send it, as a page to a browser and as plain text to a program."""
    is_html = reply.is_html or (request.wants_html and reply.location is None)
    text = refusal_page(reply.text) if is_html and not reply.is_html else reply.text
    body = text.encode()
    kind = "text/html" if is_html else "text/plain"
    location = f"Location: {reply.location}\r\n" if reply.location is not None else ""
    head = (
        f"HTTP/1.1 {status_text(reply.status)}\r\nContent-Type: {kind}; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n{location}{_SAFE}\r\n"
    )
    writer.write(head.encode("latin-1") + body)
    writer.close()
    await writer.wait_closed()


def _address(request_line: str) -> tuple[str | None, str]:
    """Path and query of a request line such as `GET /success?a=b HTTP/1.1`."""
    parts = request_line.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/"):
        return None, ""
    target = parts[1]
    try:
        url = urlsplit(target if "://" in target.partition("?")[0] else f"http://localhost{target}")
        _ = url.port
    except ValueError:
        return None, ""
    return (url.path, url.query) if url.path.startswith("/") else (None, "")
