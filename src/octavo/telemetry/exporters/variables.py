"""The variables of OpenTelemetry's SDK, as far as events over HTTP are concerned (`docs/telemetry.md`, "Settings").

One that makes no sense counts as not set.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from octavo.config.schema import OtlpTls

_DELAY_MS, _QUEUE, _BATCH, _TIMEOUT_SECONDS = 1000, 2048, 512, 10.0


class EventVariables(msgspec.Struct, frozen=True):
    """How events are gathered and sent. Times are in seconds; `tls` is what counts where the user's table says nothing.

    `longest_value` is the number of characters of a text, None without a limit.
    """

    is_off: bool
    delay: float
    queue: int
    batch: int
    timeout: float
    longest_value: int | None
    headers: Mapping[str, str]
    is_compressed: bool
    tls: OtlpTls


def event_variables(environ: Mapping[str, str]) -> EventVariables:
    """What the environment says; `OTEL_EXPORTER_OTLP_LOGS_…` comes before `OTEL_EXPORTER_OTLP_…`."""

    def otlp(name: str) -> str | None:
        return environ.get(f"OTEL_EXPORTER_OTLP_LOGS_{name}") or environ.get(f"OTEL_EXPORTER_OTLP_{name}") or None

    queue = int(_number(environ.get("OTEL_BLRP_MAX_QUEUE_SIZE"), _QUEUE, least=1))
    longest = environ.get("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT")
    longest = longest or environ.get("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT")
    return EventVariables(
        is_off=environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true",
        delay=_number(environ.get("OTEL_BLRP_SCHEDULE_DELAY"), _DELAY_MS, least=0) / 1000,
        queue=queue,
        batch=min(int(_number(environ.get("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE"), _BATCH, least=1)), queue),
        timeout=_number(otlp("TIMEOUT"), _TIMEOUT_SECONDS, least=0),
        longest_value=int(longest) if longest and longest.isdecimal() else None,
        headers=dict(_pairs(otlp("HEADERS") or "")),
        is_compressed=(otlp("COMPRESSION") or "").strip().lower() == "gzip",
        tls=OtlpTls(otlp("CERTIFICATE"), otlp("CLIENT_CERTIFICATE"), otlp("CLIENT_KEY")),
    )


def resource_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The attributes of `OTEL_RESOURCE_ATTRIBUTES`."""
    return dict(_pairs(environ.get("OTEL_RESOURCE_ATTRIBUTES", "")))


def _pairs(text: str) -> list[tuple[str, str]]:
    """`a=1,b=two%20words` taken apart; what has no name or no `=` is left out."""
    parts = (part.partition("=") for part in text.split(","))
    return [(_plain(name), _plain(value)) for name, mark, value in parts if mark and name.strip()]


def _plain(text: str) -> str:
    if "%" not in text:
        return text.strip()
    from urllib.parse import unquote  # seldom needed

    return unquote(text.strip())


def _number(text: str | None, default: float, *, least: float) -> float:
    try:
        number = float(text or "")
    except ValueError:
        return default
    return number if least <= number < float("inf") else default
