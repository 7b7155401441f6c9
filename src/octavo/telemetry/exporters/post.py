"""Sends messages to a collector over HTTP, by the program's own client."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING

from octavo import __version__
from octavo.errors import OctavoError
from octavo.http.client import HttpClient
from octavo.http.status import status_text
from octavo.http.tls import check_as_usual, client_tls
from octavo.telemetry.exporters.target import Target

if TYPE_CHECKING:
    from octavo.config.schema import OtlpTls
    from octavo.http.head import Header
    from octavo.telemetry.exporters.variables import EventVariables


class NotTaken(OctavoError):
    """A collector did not take a message; the text says why."""


class Post:
    """The way to one collector. Belongs to one event loop."""

    def __init__(self, target: Target, variables: EventVariables, environ: Mapping[str, str]) -> None:
        self._target, self._timeout, self._is_compressed = target, variables.timeout, variables.is_compressed
        self._headers = _headers(target, variables)
        self._client = HttpClient(None, environ, lambda environ: _tls(target.tls, variables.tls, environ))

    async def send(self, message: bytes) -> None:
        """One message, in the form that the user chose, once. Raises `NotTaken`."""
        body = _compressed(message) if self._is_compressed else message
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._client.request("POST", self._target.endpoint, self._headers, body)
        except TimeoutError:
            raise NotTaken("no answer in time") from None
        except OctavoError as error:
            raise NotTaken(str(error)) from None
        if not answer.is_success:
            raise NotTaken(status_text(answer.status))

    async def close(self) -> None:
        """Let go of the connection."""
        await self._client.aclose()


def _compressed(message: bytes) -> bytes:
    import gzip  # only for those who ask for it

    return gzip.compress(message)


def _headers(target: Target, variables: EventVariables) -> list[Header]:
    kind = "application/json" if target.wire == "json" else "application/x-protobuf"
    named = {
        "content-type": kind,
        "user-agent": f"OTel OTLP Exporter Octavo/{__version__}",
        **({"content-encoding": "gzip"} if variables.is_compressed else {}),
        **{name.lower(): value for name, value in variables.headers.items() if value.isascii() and value.isprintable()},
        **{name.lower(): value for name, value in target.headers.items()},
    }
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in named.items() if name.isascii()]


def _tls(given: OtlpTls, standard: OtlpTls, environ: Mapping[str, str]) -> ssl.SSLContext:
    """The collector's authority and our certificate, where they are set; else the system's roots."""
    authority = given.ca_certificate or standard.ca_certificate
    certificate, key = given.client_certificate, given.client_private_key
    if certificate is None:
        certificate, key = standard.client_certificate, standard.client_private_key
    try:
        if authority is None:
            context = client_tls(environ)
        else:
            context = check_as_usual(ssl.create_default_context(cafile=authority))
        if certificate is not None:
            context.load_cert_chain(certificate, key)
    except OSError as error:  # of TLS too
        raise NotTaken(f"cannot use the certificates: {error}") from None
    return context
