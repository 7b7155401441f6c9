"""`config/read`: the settings in force, by their names in `config.toml`; secrets are masked."""

from __future__ import annotations

from typing import Any

import msgspec

from octavo.config.explain import explain_config
from octavo.config.layers import read_layers
from octavo.config.overrides import set_path
from octavo.config.value_edits import file_version
from octavo.errors import ConfigError
from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.config_layers import layer_source
from octavo.frontends.app_server.v2.types.configuration import ConfigReadParams, ConfigReadResponse
from octavo.frontends.jsonrpc.errors import failed
from octavo.frontends.jsonrpc.messages import RequestId


async def read_config(server: Server, _: RequestId, params: ConfigReadParams) -> ConfigReadResponse:
    """What a thread would start with now."""
    sources = server.runtime.sources
    if params.cwd is not None:
        flags = msgspec.structs.replace(sources.flags, cwd=absolute(sources.cwd, params.cwd))
        sources = msgspec.structs.replace(sources, flags=flags)
    try:
        explanation = explain_config(sources)
        layers = read_layers(sources.codex_home, sources.cli_overrides, sources.managed_path)
        version = file_version(sources.codex_home)
    except ConfigError as error:
        raise failed(f"failed to read config: {error}") from None
    config: dict[str, Any] = {}
    origins: dict[str, Any] = {}
    for setting in explanation.settings:
        set_path(config, setting.path, setting.value)
        if setting.layer != "default":
            source = layer_source(setting.layer, layers)
            origins[setting.path] = {"name": source, "version": version if source["type"] == "user" else ""}
    if config.get("approval_policy") == "on-failure":
        config["approval_policy"] = "on-request"
    return ConfigReadResponse(config, origins, () if params.include_layers else None)
