"""The layers below profiles and flags, merged into one tree (`docs/config.md`).

From the lowest: the machine's file, `$CODEX_HOME/config.toml`, files of a trusted project, the
file of the chosen profile, single overrides in their order, the administrator's file, and on
macOS the preferences of a managed device. Tables are merged key by key; anything else is
replaced whole, so arrays are never joined.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

import msgspec

from octavo.config.home import os_error_text
from octavo.config.overrides import Override, set_path
from octavo.config.toml import Tree, parse_toml
from octavo.errors import ConfigError

MACHINE_PATH = "/etc/codex/config.toml"
MANAGED_PATH = "/etc/codex/managed_config.toml"
CONFIG_FILE = "config.toml"


class FileLayer(msgspec.Struct, frozen=True):
    """One file; where it is missing its tree is empty."""

    path: str
    tree: Tree


class Layers(msgspec.Struct, frozen=True):
    """Each layer by itself: files from the lowest up, then what stands above all of them."""

    user_path: str
    files: tuple[FileLayer, ...]
    overrides: tuple[Override, ...]
    managed: FileLayer
    preferences: Tree

    @property
    def user(self) -> Tree:
        """The user's own file."""
        return next((layer.tree for layer in self.files if layer.path == self.user_path), {})


def read_layers(
    home: str,
    overrides: Sequence[Override],
    managed_path: str = MANAGED_PATH,
    machine_path: str | None = None,
    *,
    reads_user_file: bool = True,
) -> Layers:
    """Reads every layer but a project's and a profile's; `ConfigError` if a file is there and is of no use."""
    user_path = os.path.join(home, CONFIG_FILE)
    paths = [path for path in (machine_path, user_path if reads_user_file else None) if path is not None]
    return Layers(
        user_path=user_path,
        files=tuple(FileLayer(path, read_toml(path)) for path in paths),
        overrides=tuple(overrides),
        managed=FileLayer(managed_path, read_toml(managed_path)),
        preferences=_read_preferences(),
    )


def merge_layers(layers: Layers) -> Tree:
    """The one tree that they yield; the layers stay as they are."""
    try:
        tree: Tree = {}
        for layer in layers.files:
            tree = deep_merge(tree, layer.tree)
        for path, value in layers.overrides:
            set_path(tree, path, value)
        for overlay in (layers.managed.tree, layers.preferences):
            if overlay:
                tree = deep_merge(tree, overlay)
    except RecursionError:
        raise ConfigError("The configuration is nested too deeply") from None
    return tree


def every_layer(layers: Layers) -> Iterator[tuple[str, Tree]]:
    """Each layer's name, as users know it, and its tree, from the lowest up."""
    overrides: Tree = {}
    for path, value in layers.overrides:
        set_path(overrides, path, value)
    yield from ((layer.path, layer.tree) for layer in layers.files)
    yield "-c", overrides
    yield layers.managed.path, layers.managed.tree
    yield "managed preferences", layers.preferences


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
