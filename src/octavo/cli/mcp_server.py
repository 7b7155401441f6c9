"""`octavo mcp-server`: a configuration for the whole process, then the protocol on stdin and stdout."""

from __future__ import annotations

from octavo.cli import logs, start
from octavo.cli.words.invocation import Invocation


def run(invocation: Invocation) -> int:
    """Serve until stdin ends; the exit code."""
    from octavo.config.load import ConfigFlags, ConfigSources

    overrides = start.overrides(invocation, start.SERVER)
    config = start.load(overrides, ConfigFlags(), start.SERVER)
    logs.log_to_stderr(config.environ)
    config = start.offer_apply_patch(config)
    sources = ConfigSources(config.codex_home, config.cwd, config.environ, overrides)
    from octavo.frontends.mcp_server.serve import run_mcp_server  # slow: only when all of the above is well

    return run_mcp_server(sources, config, start.loaded, start.die_of)
