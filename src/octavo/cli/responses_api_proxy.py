"""`octavo responses-api-proxy` (`docs/responses-proxy.md`)."""

from __future__ import annotations

import asyncio
import os
import sys

from octavo.cli import start
from octavo.cli.words.invocation import Invocation
from octavo.errors import UsageError
from octavo.frontends.responses_proxy.key import read_key
from octavo.frontends.responses_proxy.serve import ProxySettings, serve


def run(invocation: Invocation) -> int:
    """Read the key, then serve until `/shutdown` or a signal."""
    given = invocation.last
    port = given.text("port") or "0"
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise UsageError(f"invalid value '{port}' for '--port <PORT>': a number from 0 to 65535 is needed")
    settings = ProxySettings(int(port), given.text("server-info"), given.has("http-shutdown"))
    start.loaded()
    asyncio.run(serve(read_key(), settings, dict(os.environ), _tell))
    return 0


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
