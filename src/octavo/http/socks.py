"""The way through a proxy that speaks SOCKS (`docs/models.md`).

`socks5h` and `socks4a` let the proxy look up names; `socks5` and `socks4` look them up
here. `socks`, as desktops write it, is `socks5h`.
"""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import unquote

from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyType
from python_socks.async_.asyncio import Proxy

from octavo.http.urls import Url
from octavo.http.wire import TransportError, Wire


async def open_through(proxy: Url, url: Url) -> Wire:
    """Connect to the host of `url`, not yet encrypted.

    Raises `TransportError`, or `OSError` if the proxy is not there.
    """
    user, _, password = (proxy.credentials or "").partition(":")
    way = Proxy(
        ProxyType.SOCKS4 if proxy.scheme.startswith("socks4") else ProxyType.SOCKS5,
        proxy.host,
        proxy.port,
        unquote(user) or None,
        unquote(password) or None,
        rdns=proxy.scheme not in ("socks4", "socks5"),
    )
    try:
        opened = await way.connect(url.host, url.port)
    except (ProxyConnectionError, ProxyTimeoutError):
        raise
    except socket.gaierror as error:
        hint = "a proxy at socks5h:// looks names up by itself"
        raise TransportError(f"cannot find {url.host}: {error.strerror}; {hint}") from None
    except ProxyError as error:
        raise TransportError(f"the proxy {proxy.host}:{proxy.port} refused: {error}") from None
    try:
        _, wire = await asyncio.get_running_loop().create_connection(Wire, sock=opened)
    except BaseException:  # also when cancelled
        opened.close()
        raise
    return wire
