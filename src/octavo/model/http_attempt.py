"""One HTTP request of a model call: what both wires have in common (`docs/models.md`)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping

from octavo.config.providers import ModelProvider
from octavo.http.client import HttpClient, HttpResponse
from octavo.http.head import Header
from octavo.http.proxies import UnusableProxy
from octavo.http.status import status_text
from octavo.http.urls import InvalidUrl
from octavo.http.wire import TransportError
from octavo.model.backend import ModelRequest
from octavo.model.errors import (
    FatalModelError,
    FinalModelError,
    ModelError,
    RetryableHttp,
    RetryableTransport,
)
from octavo.model.event_reader import monotonic_ms
from octavo.model.payload import encode_payload
from octavo.model.server_words import words_of_body

_ERROR_BODY_SECONDS = 10.0
_ERROR_BODY_BYTES = 1024 * 1024

Refusal = Callable[[HttpResponse, bytes], Exception | None]
"""What a status and its body mean on a wire beyond the common rules; None for nothing."""


@contextlib.asynccontextmanager
async def open_answer(
    http: HttpClient, request: ModelRequest, url: str, headers: list[Header], refusal: Refusal | None = None
) -> AsyncIterator[HttpResponse]:
    """Post the payload; inside the block the answer has a status of success and its body is to be read.

    Raises `RetryableHttp`, `RetryableTransport` or `FatalModelError`.
    """
    observer, started, stack = request.observer, time.monotonic(), contextlib.AsyncExitStack()
    async with stack:
        try:
            response = await stack.enter_async_context(
                http.stream("POST", url, headers, encode_payload(request.payload))
            )
        except TransportError as error:
            if observer is not None:
                observer.request_sent(request.attempt, monotonic_ms(started), None, str(error), None)
            if isinstance(error, UnusableProxy):
                raise FatalModelError(FinalModelError(str(error))) from None
            raise RetryableTransport(str(error)) from None
        except InvalidUrl as error:
            raise FatalModelError(ModelError(str(error))) from None
        if observer is not None:
            error_text = None if response.is_success else status_text(response.status)
            ray = response.header("cf-ray")
            observer.request_sent(request.attempt, monotonic_ms(started), response.status, error_text, ray)
        if not response.is_success:
            body = await _error_body(response)
            raise (refusal(response, body) if refusal else None) or _refused(response, body)
        yield response


async def _error_body(response: HttpResponse) -> bytes:
    """What the server says about its refusal; empty where it does not come in time or breaks off."""
    pieces, size = [], 0
    try:
        async with asyncio.timeout(_ERROR_BODY_SECONDS):
            while size < _ERROR_BODY_BYTES and (chunk := await response.next_chunk()):
                pieces.append(chunk)
                size += len(chunk)
    except (TimeoutError, TransportError):
        return b""
    return b"".join(pieces)


def _refused(response: HttpResponse, body: bytes) -> Exception:
    if response.status in (401, 429) or response.status >= 500:
        words = words_of_body(body)
        return RetryableHttp(response.status, retry_after(response), response.header("cf-ray"), words)
    text = body.decode("utf-8", "replace")
    return FatalModelError(ModelError(f"unexpected status {status_text(response.status)}: {text}"))


def retry_after(response: HttpResponse) -> float | None:
    """The wait in seconds that the server asks for; only a plain number counts."""
    text = response.header("retry-after") or ""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def endpoint(provider: ModelProvider, default_base: str, path: str) -> str:
    """The address of a request: base and path joined as they stand, and the provider's parameters."""
    base = provider.base_url if provider.base_url is not None else default_base
    parameters = "&".join(f"{key}={value}" for key, value in (provider.query_params or {}).items())
    return base + path + ("?" + parameters if provider.query_params else "")


def provider_token(provider: ModelProvider, environ: Mapping[str, str]) -> str | None:
    """The token that the provider itself brings: the configured one, else the one in its variable."""
    if provider.experimental_bearer_token is not None:
        return provider.experimental_bearer_token
    value = environ.get(provider.env_key, "") if provider.env_key else ""
    return value if value.strip() else None


def missing_key(provider: ModelProvider) -> FatalModelError:
    """The error for a provider whose variable is not set."""
    hint = f" {provider.env_key_instructions}" if provider.env_key_instructions else ""
    return FatalModelError(FinalModelError(f"Missing environment variable: `{provider.env_key}`.{hint}"))


def provider_headers(provider: ModelProvider, environ: Mapping[str, str]) -> list[Header]:
    """The headers that the provider's entry asks for; one from a variable that is unset or blank is left out.

    Raises `FatalModelError` for one that HTTP cannot carry. The error does not show its value.
    """
    fields = list((provider.http_headers or {}).items())
    for name, variable in (provider.env_http_headers or {}).items():
        value = environ.get(variable, "")
        if value.strip():
            fields.append((name, value))
    for name, value in fields:
        if not _is_legal(name, value):
            text = f"the header {name!r} of the model provider {provider.name!r} cannot be sent"
            raise FatalModelError(FinalModelError(text))
    return [(name.lower().encode(), os.fsencode(value)) for name, value in fields]


def _is_legal(name: str, value: str) -> bool:
    return (
        name.isascii()
        and bool(name)
        and all(char.isalnum() or char in "!#$%&'*+-.^_`|~" for char in name)
        and all(char == "\t" or (char >= " " and char != "\x7f") for char in value)
    )
