"""`octavo app-server`: a configuration for the whole process, then the protocol on stdin and stdout."""

from __future__ import annotations

from octavo.cli import start
from octavo.cli.loading import load_asyncio, load_msgspec
from octavo.cli.words.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Serve until stdin ends; the exit code."""
    load_msgspec()  # before anything else asks for it
    from octavo.config.load import ConfigFlags

    chosen, is_strict = start.overrides(invocation, start.SERVER), invocation.last.has("strict-config")
    sources, config = start.load_with_sources(chosen, ConfigFlags(), start.SERVER, is_strict=is_strict)
    load_asyncio()
    from octavo.cli import logs

    logs.log_to_stderr(config.environ)
    start.check_telemetry(config, wording="error loading otel config: {}")
    from octavo.frontends.app_server.serve import run_app_server  # slow: only when all of the above is well
    from octavo.runtime.front_end import FrontEnd
    from octavo.runtime.runtime import Runtime

    return run_app_server(Runtime(sources, config, FrontEnd("vscode"), start.warn), start.loaded, start.die_of)
