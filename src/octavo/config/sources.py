"""Where a configuration comes from, and all of its layers, read (`docs/config.md`, "Layers")."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import cast

import msgspec

from octavo.config.choices import ConfigFlags
from octavo.config.home import os_error_text
from octavo.config.layers import (
    CONFIG_FILE,
    MACHINE_PATH,
    MANAGED_PATH,
    FileLayer,
    Layers,
    merge_layers,
    read_layers,
    read_toml,
)
from octavo.config.overrides import Override
from octavo.config.toml import Tree
from octavo.errors import ConfigError


class ConfigSources(msgspec.Struct, frozen=True):
    """Where a configuration comes from. `cwd` is absolute; `environ` is the environment after `.env`."""

    codex_home: str
    cwd: str
    environ: Mapping[str, str]
    cli_overrides: tuple[Override, ...] = ()
    flags: ConfigFlags = ConfigFlags()
    managed_path: str = MANAGED_PATH
    machine_path: str = MACHINE_PATH
    reads_user_file: bool = True
    is_strict: bool = False
    """Whether a key that means nothing is an error."""

    @property
    def folder(self) -> str:
        """The folder that the conversation works in."""
        return os.path.join(self.cwd, self.flags.cwd) if self.flags.cwd is not None else self.cwd


class ReadSources(msgspec.Struct, frozen=True):
    """All layers. `has_profile_file`: the chosen profile has a file of its own. `warnings` are for users."""

    layers: Layers
    has_profile_file: bool = False
    warnings: tuple[str, ...] = ()


def read_sources(sources: ConfigSources) -> ReadSources:
    """Read everything that a configuration is made of. Raises `ConfigError`."""
    layers = read_layers(
        sources.codex_home,
        sources.cli_overrides,
        sources.managed_path,
        sources.machine_path,
        reads_user_file=sources.reads_user_file,
    )
    warnings: tuple[str, ...] = ()
    if any("projects" in layer.tree for layer in (*layers.files, layers.managed)) or layers.overrides:
        own, warnings = _of_the_project(sources, layers)
        if own:
            layers = msgspec.structs.replace(layers, files=(*layers.files, *own))
    chosen = _profile_file(sources)
    if chosen is not None:
        layers = msgspec.structs.replace(layers, files=(*layers.files, chosen))
    read = ReadSources(layers, chosen is not None, warnings)
    if sources.is_strict:
        from octavo.config.later_keys import refuse_unknown_keys  # who wants it so pays for it

        refuse_unknown_keys(layers)
    return read


def _of_the_project(sources: ConfigSources, layers: Layers) -> tuple[tuple[FileLayer, ...], tuple[str, ...]]:
    """The files of the project, where the user trusts it."""
    projects = merge_layers(layers).get("projects")
    if not isinstance(projects, dict) or not any(_is_trusted(entry) for entry in projects.values()):
        return (), ()
    from octavo.config.project_files import project_files, read_project_files  # few projects have any

    paths = project_files(sources.folder, sources.codex_home)
    if not paths:
        return (), ()
    from octavo.config.schema import ProjectToml
    from octavo.config.trust import is_trusted

    trusted = {str(folder): ProjectToml("trusted") for folder, entry in projects.items() if _is_trusted(entry)}
    if not is_trusted(trusted, sources.folder, sources.environ):
        return (), ()
    found = read_project_files(paths)
    return found.files, found.warnings


def _is_trusted(entry: object) -> bool:
    return isinstance(entry, dict) and cast("Tree", entry).get("trust_level") == "trusted"


def _profile_file(sources: ConfigSources) -> FileLayer | None:
    """The file of the profile that a flag names, as later releases have it."""
    name = sources.flags.profile
    if not name or os.sep in name or name.startswith("."):
        return None
    path = os.path.join(sources.codex_home, f"{name}.{CONFIG_FILE}")
    try:
        os.stat(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: {os_error_text(error)}") from error
    return FileLayer(path, read_toml(path))
