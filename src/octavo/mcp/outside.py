"""What a server gets of our environment, and which headers go to it (`docs/mcp.md`)."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from octavo.config.mcp_servers import HttpTransport, StdioTransport

log = logging.getLogger(__name__)

INHERITED = (
    "HOME",
    "LOGNAME",
    "PATH",
    "SHELL",
    "USER",
    "__CF_USER_TEXT_ENCODING",
    "LANG",
    "LC_ALL",
    "TERM",
    "TMPDIR",
    "TZ",
)


def server_environment(transport: StdioTransport, environ: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a server process: a few names of ours, those it was promised, and its own."""
    names = (*INHERITED, *transport.env_vars)
    return {name: environ[name] for name in names if name in environ} | dict(transport.env or {})


def bearer_token(transport: HttpTransport, environ: Mapping[str, str]) -> str | None:
    """The token of the configured variable; None when there is none, or it is empty."""
    name = transport.bearer_token_env_var
    return (environ.get(name) or None) if name is not None else None


def configured_headers(transport: HttpTransport, environ: Mapping[str, str]) -> dict[str, str]:
    """The headers of every request to a server, without its authorization. Unusable ones are left out."""
    headers = dict(transport.http_headers or {})
    for name, variable in (transport.env_http_headers or {}).items():
        value = environ.get(variable, "")
        if value.strip():
            headers[name] = value
    return {name: value for name, value in headers.items() if _is_header(name, value)}


def _is_header(name: str, value: str) -> bool:
    if re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) and re.fullmatch(r"[\t\x20-\x7e\x80-\uffff]*", value):
        return True
    log.warning("the header %r of an MCP server cannot be sent", name)
    return False
