"""A home to log in to, and a login in a browser that is played step by step."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from fake_issuer import FakeIssuer

from octavo.auth.login_flow import LoginSettings
from octavo.auth.login_server import LoginServer, start_login
from octavo.http.client import HttpClient


class Page(msgspec.Struct, frozen=True):
    """What the login server answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    text: str


class BrowserLogin:
    """A login under way, seen from the browser."""

    def __init__(self, server: LoginServer) -> None:
        self.server = server

    @property
    def query(self) -> dict[str, str]:
        """What the address says that the user opens."""
        return dict(parse_qsl(urlsplit(self.server.auth_url).query))

    async def visit(self, target: str, *, host: str = "localhost", method: str = "GET", accept: str = "*/*") -> Page:
        """Ask for a page, on a connection of its own."""
        return await visit(self.server.port, target, host=host, method=method, accept=accept)

    async def come_back(self, code: str = "code-1") -> Page:
        """Return from the issuer as the browser does."""
        return await self.visit(f"/auth/callback?code={code}&state={self.query['state']}")


async def visit(port: int, target: str, *, host: str = "localhost", method: str = "GET", accept: str = "*/*") -> Page:
    """One request to a login server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: {accept}\r\n\r\n".encode())
    await writer.drain()
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Page(int(first.split()[1]), headers, body)


@contextlib.asynccontextmanager
async def browser_login(
    home: Path, issuer: FakeIssuer, *, workspace: str | None = None, port: int = 0
) -> AsyncIterator[BrowserLogin]:
    """Start a login; at the end it is given up if it is not over."""
    settings = LoginSettings(codex_home=str(home), issuer=issuer.url + "/", workspace=workspace, port=port)
    http = HttpClient(None, {})
    login = BrowserLogin(await start_login(settings, http))
    try:
        yield login
    finally:
        login.server.cancel()
        with contextlib.suppress(Exception):
            await login.server.finished()
        await http.aclose()


def stored(home: Path) -> Any:
    """The login that is stored."""
    return json.loads((home / "auth.json").read_text())
