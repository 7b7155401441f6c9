"""`config/value/write` and `config/batchWrite`: the user's `config.toml` is changed and nothing else in it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from octavo.config.layers import CONFIG_FILE, Layers, merge_layers, read_layers
from octavo.config.overrides import path_parts
from octavo.config.value_edits import ChangedMeanwhile, ValueEdit, file_version, parse_key_path, write_values
from octavo.errors import ConfigError
from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.server import Server
from octavo.frontends.app_server.v2.config_layers import layer_source
from octavo.frontends.app_server.v2.types.configuration import (
    ConfigBatchWriteParams,
    ConfigEdit,
    ConfigValueWriteParams,
    ConfigWriteResponse,
    OverriddenMetadata,
    OverridingLayer,
)
from octavo.frontends.jsonrpc.errors import RequestError, refused
from octavo.frontends.jsonrpc.messages import RequestId

_MISSING = object()


async def write_value(server: Server, _: RequestId, params: ConfigValueWriteParams) -> ConfigWriteResponse:
    """Write one value. Threads that run go on as they are; the next one reads the file anew."""
    edit = ConfigEdit(params.key_path, params.value, params.merge_strategy)
    return _write(server, (edit,), params.file_path, params.expected_version)


async def write_batch(server: Server, _: RequestId, params: ConfigBatchWriteParams) -> ConfigWriteResponse:
    """Write several, in their order, all or none."""
    return _write(server, params.edits, params.file_path, params.expected_version)


def _write(
    server: Server, edits: Sequence[ConfigEdit], file_path: str | None, version: str | None
) -> ConfigWriteResponse:
    home = server.config.codex_home
    path = os.path.join(home, CONFIG_FILE)
    if file_path is not None and os.path.realpath(absolute(server.config.cwd, file_path)) != os.path.realpath(path):
        raise _refused("configLayerReadonly", "Only writes to the user config are allowed")
    try:
        meant = [ValueEdit(parse_key_path(one.key_path), one.value, one.merge_strategy == "upsert") for one in edits]
        write_values(home, meant, version)
        overridden = _overridden(server, meant)
    except ChangedMeanwhile as error:
        raise _refused("configVersionConflict", str(error)) from None
    except ConfigError as error:
        raise _refused("configValidationError", f"Invalid configuration: {error}") from None
    return ConfigWriteResponse("ok" if overridden is None else "okOverridden", file_version(home), path, overridden)


def _overridden(server: Server, edits: Sequence[ValueEdit]) -> OverriddenMetadata | None:
    """The first of the values that another layer replaces."""
    sources = server.runtime.sources
    layers = read_layers(sources.codex_home, sources.cli_overrides, sources.managed_path)
    merged = merge_layers(layers)
    for edit in edits:
        effective = _at(merged, edit.path)
        if effective is not _MISSING and effective != _at(layers.user, edit.path):
            layer = _layer_of(edit.path, layers)
            where = OverridingLayer(layer_source(layer, layers), "")
            return OverriddenMetadata(f"{'.'.join(edit.path)} is decided by {layer}", where, effective)
    return None


def _layer_of(path: tuple[str, ...], layers: Layers) -> str:
    for name, tree in (("managed preferences", layers.preferences), (layers.managed.path, layers.managed.tree)):
        if _at(tree, path) is not _MISSING:
            return name
    return "-c" if any(path_parts(one)[: len(path)] == path for one, _ in layers.overrides) else "another layer"


def _at(tree: object, path: tuple[str, ...]) -> object:
    for key in path:
        if not isinstance(tree, dict) or key not in tree:
            return _MISSING
        tree = tree[key]
    return tree


def _refused(kind: str, message: str) -> RequestError:
    return refused(message.strip(), {"config_write_error_code": kind})
