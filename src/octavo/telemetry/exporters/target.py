"""Where one exporter sends to: the user's table with everything in it looked up (`docs/telemetry.md`, "Settings")."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Literal

import msgspec

from octavo.config.config import HEADER_VARIABLE, Otel
from octavo.config.schema import OtlpGrpc, OtlpHttp, OtlpTls
from octavo.errors import OctavoError
from octavo.http.urls import InvalidUrl, parse_url

_VARIABLE = re.compile(HEADER_VARIABLE)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HTTP_PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
_GRPC_PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.grpc")

MISSING = "WARNING: [otel] names an exporter, but the packages for it are missing: pip install 'octavo[otel]'"

_log = logging.getLogger(__name__)


class CannotExport(OctavoError):
    """An exporter cannot be made as the user wants it."""


class Target(msgspec.Struct, frozen=True):
    """An address, the headers to send there, and files for TLS that can be read."""

    endpoint: str
    headers: Mapping[str, str]
    tls: OtlpTls
    wire: Literal["binary", "json", "grpc"]

    def __repr__(self) -> str:
        return f"Target(wire={self.wire!r})"  # headers hold secrets


def packages_are_missing(otel: Otel) -> bool:
    """Whether something that the exporters need is not installed; nothing is imported to find out."""
    needed = {
        package
        for exporter in otel.exporters
        for package in (_HTTP_PACKAGES if isinstance(exporter, OtlpHttp) else _GRPC_PACKAGES)
    }
    return not all(_is_installed(package) for package in needed)


def check(otel: Otel, codex_home: str, environ: Mapping[str, str]) -> None:
    """Pass if every exporter that is set can be made. Raises `CannotExport`."""
    for exporter in otel.exporters:
        target_of(exporter, codex_home, environ, warn=False)


def target_of(
    exporter: OtlpHttp | OtlpGrpc, codex_home: str, environ: Mapping[str, str], *, warn: bool = True
) -> Target:
    """The table with variables put in and files found; relative ones lie in `CODEX_HOME`.

    Headers that cannot be sent are left out for gRPC. A variable that is not set leaves the text
    as it is, which is logged with `warn`. Raises `CannotExport`.
    """
    wire = exporter.protocol if isinstance(exporter, OtlpHttp) else "grpc"
    headers = {name: _expanded(value, environ, warn) for name, value in exporter.headers.items()}
    if wire == "grpc":
        headers = {name.lower(): value for name, value in headers.items() if _can_be_sent(name, value)}
    elif unfit := [name for name, value in headers.items() if not _can_be_sent(name, value)]:
        raise CannotExport(f"the header {unfit[0]!r} cannot be sent")
    return Target(_checked_address(exporter.endpoint, wire), headers, _files(exporter.tls, codex_home), wire)


def _checked_address(endpoint: str, wire: str) -> str:
    if wire == "grpc" and "://" not in endpoint and endpoint.strip():
        return endpoint
    try:
        parse_url(endpoint)
    except InvalidUrl:
        raise CannotExport("the endpoint is no http or https address") from None
    return endpoint


def _expanded(value: str, environ: Mapping[str, str], warn: bool) -> str:
    def variable(match: re.Match[str]) -> str:
        name = match[1]
        if name not in environ and warn:
            _log.warning("the variable %s, which a header of [otel] names, is not set", name)
        return environ.get(name, match[0])

    return _VARIABLE.sub(variable, value)


def _can_be_sent(name: str, value: str) -> bool:
    return _HEADER_NAME.fullmatch(name) is not None and value.isprintable() and value.isascii()


def _files(tls: OtlpTls | None, codex_home: str) -> OtlpTls:
    if tls is None:
        return OtlpTls()
    if (tls.client_certificate is None) != (tls.client_private_key is None):
        raise CannotExport("tls needs client-certificate and client-private-key together")
    files = (tls.ca_certificate, tls.client_certificate, tls.client_private_key)
    return OtlpTls(*(None if file is None else _readable(file, codex_home) for file in files))


def _readable(file: str, codex_home: str) -> str:
    path = os.path.join(codex_home, os.path.expanduser(file))
    try:
        with open(path, "rb"):
            return path
    except OSError as error:
        raise CannotExport(f"cannot read {path}: {error.strerror}") from None


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # not even the package around it
        return False
