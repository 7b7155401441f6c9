"""Whom we trust: the system's roots, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name (`docs/models.md`)."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Mapping

from octavo.errors import ConfigError

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def client_tls(environ: Mapping[str, str]) -> ssl.SSLContext:
    """A context that checks certificates and names, and accepts what other programs do (`check_as_usual`).

    Loading the roots takes tens of milliseconds: call it once, and only before the
    first encrypted connection. Raises `ConfigError` if the named roots cannot be read.
    """
    file, folder = environ.get("SSL_CERT_FILE") or None, environ.get("SSL_CERT_DIR") or None
    try:
        context = _named_tls(file, folder) if file or folder else _system_tls()
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"cannot load certificates from {file or folder}: {error}") from None
    context.set_alpn_protocols(["http/1.1"])
    return context


def check_as_usual(context: ssl.SSLContext) -> ssl.SSLContext:
    """The context, as strict as most programs are, whatever this Python finds right.

    A root of a company's own may lack what newer standards ask of roots, and a certificate that is named as trusted
    need not lead to a root.
    """
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _named_tls(file: str | None, folder: str | None) -> ssl.SSLContext:
    return check_as_usual(ssl.create_default_context(cafile=file, capath=folder))


def _system_tls() -> ssl.SSLContext:
    if sys.platform == "darwin" and (keychain := _keychain_tls()):
        return keychain
    context = check_as_usual(ssl.create_default_context())
    known = ssl.get_default_verify_paths()
    if not context.cert_store_stats()["x509_ca"] and not (known.capath and os.path.isdir(known.capath)):
        # A Python that was built elsewhere looks for the roots in folders of its builder.
        bundle = next(filter(os.path.isfile, _BUNDLES), None)
        if bundle:
            context.load_verify_locations(bundle)
    return context


def _keychain_tls() -> ssl.SSLContext | None:
    """The keychain's roots, where the package that reads them is installed."""
    try:
        import truststore
    except ImportError:
        return None
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
