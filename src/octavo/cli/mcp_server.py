"""`octavo mcp-server`: a configuration for the whole process, then the protocol on stdin and stdout."""

from __future__ import annotations

from octavo.cli import start
from octavo.cli.loading import load_asyncio, load_msgspec
from octavo.cli.words.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Serve until stdin ends; the exit code."""
    load_msgspec()  # before anything else asks for it
    from octavo.config.load import ConfigFlags

    sources, config = start.load_with_sources(start.overrides(invocation, start.SERVER), ConfigFlags(), start.SERVER)
    load_asyncio()
    from octavo.cli import logs

    logs.log_to_stderr(config.environ)
    start.check_telemetry(config, wording="error loading otel config: {}")
    from octavo.frontends.mcp_server.serve import run_mcp_server  # slow: only when all of the above is well
    from octavo.runtime.front_end import FrontEnd
    from octavo.runtime.runtime import Runtime

    return run_mcp_server(Runtime(sources, config, FrontEnd("mcp"), start.warn), start.loaded, start.die_of)
