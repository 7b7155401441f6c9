"""Web addresses: taken apart for a request, and masked for the log.

An address is used as it was written. Only what may not stand in a request line
is percent-encoded, the way browsers do it: a space is, `&` and `=` are not.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection

import msgspec

from octavo.errors import OctavoError

_DEFAULT_PORTS = {"http": 80, "https": 443}  # the others are proxies that speak SOCKS
_SECRET_WORDS = ("key", "token", "secret", "sig", "pass", "auth", "code", "credential", "session")


class InvalidUrl(OctavoError):
    """The text is no http or https address."""


class Url(msgspec.Struct, frozen=True):
    """An address in parts; `target` is path and query, and `credentials` is `user:password`.

    It is one of http or https; that of a proxy may be one of SOCKS.
    """

    scheme: str
    host: str
    port: int
    target: bytes
    credentials: str | None = None

    @property
    def is_secure(self) -> bool:
        """Whether the connection is to be encrypted."""
        return self.scheme == "https"

    @property
    def is_socks(self) -> bool:
        """Whether it is a proxy of that kind."""
        return self.scheme.startswith("socks")

    @property
    def origin(self) -> tuple[str, str, int]:
        """Who answers: requests to one origin may share a connection and credentials."""
        return self.scheme, self.host, self.port

    @property
    def host_header(self) -> bytes:
        """The host as servers expect it, with the port if that is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (host if self.port == _default_port(self.scheme) else f"{host}:{self.port}").encode("ascii")

    @property
    def absolute(self) -> bytes:
        """The whole address, as a proxy wants it."""
        return self.scheme.encode() + b"://" + self.host_header + self.target


def parse_url(text: str, schemes: Collection[str] = ("http", "https")) -> Url:
    """Take an address apart. Raises `InvalidUrl`."""
    scheme, separator, rest = text.strip().partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in schemes:
        raise InvalidUrl(f"{mask_url(text)!r} is no http or https URL")
    end = next((place for place, char in enumerate(rest) if char in "/?#\\"), len(rest))
    authority, tail = rest[:end], rest[end:].split("#", 1)[0]
    credentials, at, place = authority.rpartition("@")
    host, port = _split_host(place, scheme, text)
    return Url(scheme, host, port, _encode_target(tail), credentials if at else None)


def _split_host(place: str, scheme: str, whole: str) -> tuple[str, int]:
    if place.startswith("["):
        host, _, port_text = place[1:].partition("]")
        port_text = port_text.removeprefix(":")
    else:
        host, _, port_text = place.partition(":")
    try:
        # IDNA needs a codec of half a megabyte: only for names that are not plain ASCII.
        host = host.lower() if host.isascii() else host.encode("idna").decode("ascii")
        port = int(port_text) if port_text else _default_port(scheme)
    except (UnicodeError, ValueError):
        host, port = "", 0
    if not host or not 0 < port < 65536 or any(char <= " " or char == "\x7f" for char in host):
        raise InvalidUrl(f"{mask_url(whole)!r} has no usable host and port")
    return host, port


def _default_port(scheme: str) -> int:
    return _DEFAULT_PORTS.get(scheme, 1080)


def _encode_target(tail: str) -> bytes:
    path, question, query = tail.partition("?")
    if not path.startswith("/"):
        path = "/" + path
    if "/." in path:
        path = _without_dot_segments(path)
    return (_encode(path, ' "<>`{}') + question + _encode(query, " \"<>'")).encode("ascii")


def _without_dot_segments(path: str) -> str:
    """`/a/./b/../c` as `/a/c`: the path that such a spelling means."""
    kept: list[str] = []
    *folders, last = path[1:].split("/")
    for segment in folders:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last == "..":
        del kept[-1:]
    return "/" + "/".join([*kept, "" if last in (".", "..") else last])


def _encode(text: str, unsafe: str) -> str:
    if text.isascii() and text.isprintable() and not any(char in unsafe for char in text):
        return text
    raw = text.encode("utf-8", "surrogateescape")
    return "".join(chr(b) if 0x20 < b < 0x7F and chr(b) not in unsafe else f"%{b:02X}" for b in raw)


def join_url(base: str, location: str) -> str:
    """Where a redirect from `base` leads."""
    # Needed by redirects alone, which are rare; the import is not cheap.
    from urllib.parse import urljoin

    return urljoin(base, location)


def mask_url(text: str) -> str:
    """The address for the log: passwords and secrets in the query stand as `***`."""
    if "@" in text:
        text = re.sub(r"(://)[^/?#@]*(?:@[^/?#@]*)*@", r"\1***@", text, count=1)
    if "?" in text:
        text = _secret_parameter().sub(r"\1***", text)
    return text


@functools.cache
def _secret_parameter() -> re.Pattern[str]:
    words = "|".join(_SECRET_WORDS)
    return re.compile(rf"([?&;][^=&#]*(?:{words})[^=&#]*=)[^&#]*", re.IGNORECASE)
