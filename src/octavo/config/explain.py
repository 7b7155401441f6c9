"""Who decided each setting, and which keys mean nothing: the facts behind `octavo config show` (`docs/config.md`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from octavo.config.choices import ConfigFlags, active_profile
from octavo.config.config import Config
from octavo.config.features import features_of_profile, older_paths
from octavo.config.known_keys import known_paths, unknown_keys
from octavo.config.layers import Layers, every_layer, merge_layers
from octavo.config.load import ConfigSources, read_settings, resolve_config
from octavo.config.overrides import path_parts
from octavo.config.schema import ConfigToml, ProfileToml, WorkspaceWriteToml
from octavo.config.sources import read_sources
from octavo.config.type_errors import toml_date_text
from octavo.protocol.policy import sandbox_mode

MASK = "*****"
"""What is shown in place of a secret."""
_SECRET_KEYS = frozenset({"experimental_bearer_token", "bearer_token"})
_SECRET_TABLES = frozenset({"http_headers", "headers", "env", "set", "query_params"})

# What a setting is called in `Config` where the file calls it differently.
_CONFIG_NAMES = {"model_provider": "model_provider_id", "profile": "active_profile", "notice": "notices"}
_CONFIG_NAMES["local"] = "local_model"

# A flag that says something about a setting of another name.
_FLAG_NAMES = {
    "features.apply_patch_freeform": "include_apply_patch",
    "features.web_search_request": "web_search",
    "features.experimental_sandbox_command_assessment": "command_assessment",
}


class ExplainedSetting(msgspec.Struct, frozen=True):
    """One setting in force. `layer` names who decided it: `default`, a file's path, `-c`, `flag`, `profile NAME`…

    Secrets are masked; values are plain JSON.
    """

    path: str
    value: object
    layer: str


class UnknownKey(msgspec.Struct, frozen=True):
    """A key that means nothing, the layer it stands in, and the known key it may have been meant as."""

    path: str
    layer: str
    nearest: str | None


class Explanation(msgspec.Struct, frozen=True):
    """Every setting in the order of the documentation, then the user's own tables; and what means nothing."""

    settings: tuple[ExplainedSetting, ...]
    unknown: tuple[UnknownKey, ...]


def explain_config(sources: ConfigSources) -> Explanation:
    """Explains the configuration that `load_config` would yield; `ConfigError` where that fails."""
    read = read_sources(sources)
    layers = read.layers
    tree = merge_layers(layers)
    settings = read_settings(tree)
    config = resolve_config(sources, settings, read)
    leaves = dict(_leaves(tree, ()))
    explained = [*_known_settings(sources.flags, settings, config, leaves, layers), *_own_tables(leaves, layers)]
    return Explanation(tuple(explained), tuple(_unknown(layers)))


def _known_settings(
    flags: ConfigFlags, settings: ConfigToml, config: Config, leaves: Mapping[tuple[str, ...], object], layers: Layers
) -> Iterator[ExplainedSetting]:
    _, profile = active_profile(settings, flags)
    for path in known_paths():
        parts = tuple(path.split("."))
        layer = _deciding_layer(path, flags, profile, config, _layer_below(parts, leaves, layers))
        known, value = _value_in_force(parts, config, settings)
        if not known:
            # A file to read or an older switch: there is something to show only where it is used.
            value = getattr(profile, path, None)
            value = value if value is not None else leaves.get(parts)
            if value is None:
                continue
        yield ExplainedSetting(path, _shown(parts, value), layer)


def _deciding_layer(path: str, flags: ConfigFlags, profile: ProfileToml, config: Config, below: str | None) -> str:
    chosen_by_provider_flag = path in {"model", "model_provider"} and (flags.oss or flags.embedded)
    if path == "show_raw_agent_reasoning":
        if below is None and (flags.oss or flags.show_raw_agent_reasoning is not None):
            return "flag"
    elif chosen_by_provider_flag or getattr(flags, _FLAG_NAMES.get(path, path), None) is not None:
        return "flag"
    if getattr(profile, path, None) is not None or _profile_feature(path, profile):
        return f"profile {config.active_profile}"
    if below is None and path == "sandbox_mode" and config.project_is_trusted:
        return "trusted project"
    return below or "default"


def _profile_feature(path: str, profile: ProfileToml) -> bool:
    """Whether the profile's own switches decide this feature."""
    table, _, feature = path.partition(".")
    return table == "features" and feature in features_of_profile(profile)


def _layer_below(parts: tuple[str, ...], leaves: Mapping[tuple[str, ...], object], layers: Layers) -> str | None:
    """The file or override that decides a setting in the merged tree, None if nothing does."""
    names = {parts}
    if parts[0] == "features":
        names |= {tuple(path.split(".")) for path in older_paths(parts[1])}
    given = [leaf for leaf in leaves if any(leaf[: len(name)] == name for name in names)]
    # `[features]` is decided after the older keys, and sorts as it is decided.
    given.sort(key=lambda leaf: (leaf[0] == "features", leaf))
    return _tree_layer(given[-1], layers) if given else None


def _tree_layer(leaf: tuple[str, ...], layers: Layers) -> str:
    for name, tree in (("managed preferences", layers.preferences), (layers.managed.path, layers.managed.tree)):
        if leaf in dict(_leaves(tree, ())):
            return name
    overrides = (path_parts(path) for path, _ in layers.overrides)
    if any(leaf[: len(path)] == path for path in overrides):
        return "-c"
    return next(layer.path for layer in reversed(layers.files) if leaf in dict(_leaves(layer.tree, ())))


def _value_in_force(parts: tuple[str, ...], config: Config, settings: ConfigToml) -> tuple[bool, object]:
    """Whether the resolved configuration holds this setting, and its value there."""
    if parts == ("sandbox_mode",):
        return True, sandbox_mode(config.sandbox_policy)
    if parts == ("agents",):
        return False, None  # the user's own table: shown as it is written
    if parts == ("web_search",):
        return True, config.web_search.mode
    holder: Any = config
    if parts[0] == "sandbox_workspace_write":
        holder = settings
        if settings.sandbox_workspace_write is None:
            return True, getattr(WorkspaceWriteToml(), parts[1])
    for name in (_CONFIG_NAMES.get(parts[0], parts[0]), *parts[1:]):
        if not hasattr(holder, name):
            return False, None
        holder = getattr(holder, name)
    return True, holder


def _own_tables(leaves: Mapping[tuple[str, ...], object], layers: Layers) -> Iterator[ExplainedSetting]:
    """What stands in the tables whose keys the user names."""
    for leaf in sorted(leaves):
        if leaf[0] in {"model_providers", "mcp_servers", "agents", "profiles", "projects"}:
            yield ExplainedSetting(".".join(leaf), _shown(leaf, leaves[leaf]), _tree_layer(leaf, layers))


def _unknown(layers: Layers) -> Iterator[UnknownKey]:
    for name, tree in every_layer(layers):
        yield from (UnknownKey(path, name, nearest) for path, nearest in unknown_keys(tree))


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _leaves(below, (*path, key))
    elif path:
        yield path, value


def _shown(parts: tuple[str, ...], value: object) -> object:
    """The value as plain JSON, masked if it may be a secret."""
    if parts[-1] in _SECRET_KEYS or _SECRET_TABLES.intersection(parts[:-1]):
        return MASK
    if isinstance(value, Mapping):
        return {key: _shown((*parts, str(key)), below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(parts, item) for item in value]
    return toml_date_text(value) or msgspec.to_builtins(value)
