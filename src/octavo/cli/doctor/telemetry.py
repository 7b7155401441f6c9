"""Checks of telemetry: what is set, what it needs, and whether the collectors take anything (`docs/telemetry.md`)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from octavo.cli.doctor.finding import Finding, broken, ok, warning
from octavo.cli.visible import one_line
from octavo.config.config import Config
from octavo.config.schema import OtlpGrpc, OtlpHttp
from octavo.errors import OctavoError
from octavo.http.urls import mask_url

_CHECK = "telemetry"
_ANSWER_SECONDS = 10.0
_SERVICES = {"events": "logs", "traces": "trace", "metrics": "metrics"}


def check_telemetry(config: Config) -> Iterator[Finding]:
    """What is sent where, and whether it can be sent."""
    if not config.otel.exporters:
        yield ok(_CHECK, "no exporter is set, nothing is sent")
        return
    from octavo.telemetry.exporters.target import CannotExport, check, packages_are_missing

    if packages_are_missing(config.otel):
        text = f"{_signals(config)} cannot be sent: the packages for it are missing"
        yield warning(_CHECK, text, "pip install 'octavo[otel]'")
        return
    try:
        check(config.otel, config.codex_home, config.environ)
    except CannotExport as error:
        yield broken(_CHECK, f"the exporter cannot be made: {one_line(str(error))}", "correct [otel] in config.toml")
        return
    if _is_off(config):
        yield ok(_CHECK, "OTEL_SDK_DISABLED turns it off")
        return
    places = (f"{signal} to {_shown(exporter)}" for signal, exporter in config.otel.by_signal.items())
    yield ok(_CHECK, "; ".join(places))


async def check_collectors(config: Config) -> list[Finding]:
    """Send each collector a message with nothing in it, with the headers that are set for it."""
    if not config.otel.exporters:
        return []
    from octavo.telemetry.exporters.target import CannotExport, check, packages_are_missing

    try:
        check(config.otel, config.codex_home, config.environ)
    except CannotExport:
        return []  # told above
    if packages_are_missing(config.otel) or _is_off(config):
        return []
    asked = (_ask(config, signal, exporter) for signal, exporter in config.otel.by_signal.items())
    return list(await asyncio.gather(*asked))


async def _ask(config: Config, signal: str, exporter: OtlpHttp | OtlpGrpc) -> Finding:
    from octavo.telemetry.exporters.post import Post
    from octavo.telemetry.exporters.target import target_of
    from octavo.telemetry.exporters.variables import event_variables

    target, shown = target_of(exporter, config.codex_home, config.environ, warn=False), _shown(exporter)
    try:
        if target.wire == "grpc":
            from octavo.telemetry.exporters import grpc  # slow, and only for those who have set it

            await asyncio.to_thread(grpc.ask, target, _SERVICES[signal], _ANSWER_SECONDS)
        else:
            post = Post(target, event_variables(config.environ), config.environ)
            try:
                await post.send(b"{}" if target.wire == "json" else b"")
            finally:
                await post.close()
    except OctavoError as error:
        text = f"{shown} does not take {signal}: {one_line(str(error))}"
        return warning(_CHECK, text, "start the collector, or correct [otel] in config.toml")
    return ok(_CHECK, f"{shown} takes {signal}")


def _is_off(config: Config) -> bool:
    from octavo.telemetry.exporters.variables import event_variables

    return event_variables(config.environ).is_off


def _signals(config: Config) -> str:
    return " and ".join(config.otel.by_signal)


def _shown(exporter: OtlpHttp | OtlpGrpc) -> str:
    return one_line(mask_url(exporter.endpoint))
