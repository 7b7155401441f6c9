"""Which proxy a request goes through, from the usual variables (`docs/models.md`).

`HTTPS_PROXY` and `HTTP_PROXY` by scheme, else `ALL_PROXY`; `NO_PROXY` lists hosts,
domains, addresses and networks that are reached directly. Upper case wins over
lower case. Inside the macOS sandbox no proxy is used. A variable is read when a
request needs it: one that makes no sense stops nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from octavo.http.urls import InvalidUrl, Url, mask_url, parse_url
from octavo.http.wire import TransportError

_SCHEMES = ("http", "https", "socks", "socks4", "socks4a", "socks5", "socks5h")


class UnusableProxy(TransportError):
    """A variable names a proxy of a kind that we do not know; trying again cannot help."""


class Proxies(msgspec.Struct, frozen=True):
    """The proxies of the environment as they are written, one for each scheme, and who is reached without."""

    http: str = ""
    https: str = ""
    direct: tuple[str, ...] = ()

    def proxy_for(self, url: Url) -> Url | None:
        """The proxy for a request to `url`; None for a direct connection. Raises `UnusableProxy`."""
        proxy = self.https if url.is_secure else self.http
        if not proxy or any(_covers(rule, url.host) for rule in self.direct):
            return None
        return _proxy_url(proxy)


def proxies_from(environ: Mapping[str, str]) -> Proxies:
    """Read the variables."""
    if environ.get("CODEX_SANDBOX") == "seatbelt":
        return Proxies()
    # A CGI server puts a request header into HTTP_PROXY; it must not steer our requests.
    http = "" if "REQUEST_METHOD" in environ else _variable(environ, "HTTP_PROXY")
    everything = _variable(environ, "ALL_PROXY")
    return Proxies(
        http or everything,
        _variable(environ, "HTTPS_PROXY") or everything,
        tuple(rule.strip().lower() for rule in _variable(environ, "NO_PROXY").split(",") if rule.strip()),
    )


def _variable(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip() or environ.get(name.lower(), "").strip()


def _proxy_url(text: str) -> Url:
    try:
        return parse_url(text if "://" in text else f"http://{text}", _SCHEMES)
    except InvalidUrl:
        raise UnusableProxy(
            f"proxy {mask_url(text)!r} is not supported: only http, https and socks5 proxies are"
        ) from None


def _covers(rule: str, host: str) -> bool:
    if rule in ("*", host):
        return True
    if host.endswith("." + rule.removeprefix("*").removeprefix(".")) or host == rule.removeprefix("."):
        return True
    return ("/" in rule or ":" in rule or rule[0].isdigit()) and _covers_address(rule, host)


def _covers_address(rule: str, host: str) -> bool:
    # Only where a rule looks like an address or a network: the import is not cheap.
    import ipaddress

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(rule, strict=False)
    except ValueError:
        return False
