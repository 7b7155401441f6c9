"""Keys that later releases know and that mean nothing here (`docs/config.md`, "Keys of later releases")."""

from __future__ import annotations

import fnmatch

from octavo.config.known_keys import unknown_keys
from octavo.config.later_features import LATER_FEATURES
from octavo.config.layers import Layers, every_layer
from octavo.errors import ConfigError

LATER_KEYS = (
    "analytics",
    "apps",
    "audio",
    "auto_review",
    "browser_use",
    "commit_attribution",
    "desktop",
    "feedback",
    "js_repl_*",
    "log_dir",
    "marketplaces",
    "mcp_oauth_callback_*",
    "mcp_servers.*.oauth*",
    "mcp_servers.*.scopes",
    "mcp_servers.*.supports_parallel_tool_calls",
    "mcp_servers.*.tools",
    "memories",
    "model_catalog_json",
    "model_providers.*.supports_websockets",
    "model_providers.*.websocket_connect_timeout_ms",
    "otel.*",
    "personality",
    "plan_mode_reasoning_effort",
    "plugins",
    "realtime",
    "sqlite_home",
    "suppress_unstable_features_warning",
    "tui.*",
    "windows",
    "zsh_path",
)
"""Dotted paths as patterns; a table stands for all below it."""


def is_later_key(path: str) -> bool:
    """Whether the key, which means nothing here, is one that later releases know."""
    table, _, name = path.rpartition(".")
    if table == "features" or table.endswith(".features"):
        return name in LATER_FEATURES
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in LATER_KEYS)


def refuse_unknown_keys(layers: Layers) -> None:
    """Raise `ConfigError` for the first key that neither this version nor a later release knows."""
    for name, tree in every_layer(layers):
        for path, _ in unknown_keys(tree):
            if not is_later_key(path):
                where = " in -c/--config override" if name == "-c" else f" ({name})"
                raise ConfigError(f"unknown configuration field `{path}`{where}")
