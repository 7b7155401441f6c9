"""The layers below profiles and flags, merged into one tree (`docs/config.md`).

From the lowest: `$CODEX_HOME/config.toml`, single overrides in their order, the
administrator's file, and on macOS the preferences of a managed device. Tables are
merged key by key; anything else is replaced whole, so arrays are never joined.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import msgspec

from octavo.config.home import os_error_text
from octavo.config.overrides import Override, set_path
from octavo.config.toml import Tree, parse_toml
from octavo.errors import ConfigError

MANAGED_PATH = "/etc/codex/managed_config.toml"
CONFIG_FILE = "config.toml"


class Layers(msgspec.Struct, frozen=True):
    """Each layer by itself; where a file is missing its tree is empty."""

    user_path: str
    user: Tree
    overrides: tuple[Override, ...]
    managed_path: str
    managed: Tree
    preferences: Tree


def read_layers(home: str, overrides: Sequence[Override], managed_path: str = MANAGED_PATH) -> Layers:
    """Reads every layer; `ConfigError` if a file is there and cannot be read or is no TOML."""
    user_path = os.path.join(home, CONFIG_FILE)
    return Layers(
        user_path=user_path,
        user=read_toml(user_path),
        overrides=tuple(overrides),
        managed_path=managed_path,
        managed=read_toml(managed_path),
        preferences=_read_preferences(),
    )


def merge_layers(layers: Layers) -> Tree:
    """The one tree that they yield; the layers stay as they are."""
    try:
        tree = deep_merge({}, layers.user)
        for path, value in layers.overrides:
            set_path(tree, path, value)
        for overlay in (layers.managed, layers.preferences):
            if overlay:
                tree = deep_merge(tree, overlay)
    except RecursionError:
        raise ConfigError("The configuration is nested too deeply") from None
    return tree


def deep_merge(base: Tree, overlay: Tree) -> Tree:
    """A new tree: tables of both sides merged, everything else from `overlay` where it has it."""
    merged = dict(base)
    for key, value in overlay.items():
        below = merged.get(key)
        if isinstance(value, dict):
            merged[key] = deep_merge(below if isinstance(below, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def read_toml(path: str) -> Tree:
    """The content of one file; empty if it does not exist, `ConfigError` if it is of no use."""
    text = read_text(path)
    return parse_toml(text, path) if text and not text.isspace() else {}


def read_text(path: str) -> str:
    """The text of one file, without a byte order mark; empty if it does not exist."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise ConfigError(os_error_text(error)) from error
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise ConfigError("stream did not contain valid UTF-8") from error


def _read_preferences() -> Tree:
    if sys.platform != "darwin":
        return {}
    from octavo.config.preferences import read_managed_preferences

    return read_managed_preferences()
