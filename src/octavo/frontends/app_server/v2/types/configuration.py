"""The configuration, read and written."""

from __future__ import annotations

from typing import Any, Literal

from octavo.frontends.app_server.shapes import Camel


class ConfigReadParams(Camel, frozen=True):
    """For which folder, and whether the layers are wanted one by one."""

    cwd: str | None = None
    include_layers: bool | None = None


class ConfigReadResponse(Camel, frozen=True):
    """The settings in force, by their names in `config.toml`, and where each comes from."""

    config: dict[str, Any]
    origins: dict[str, Any]
    layers: tuple[Any, ...] | None = None


MergeStrategy = Literal["replace", "upsert"]


class ConfigEdit(Camel, frozen=True):
    """What is to stand at a dotted path of `config.toml`; null removes it."""

    key_path: str
    value: Any
    merge_strategy: MergeStrategy


class ConfigValueWriteParams(Camel, frozen=True):
    """One value, and the version of the file that it is meant for."""

    key_path: str
    value: Any
    merge_strategy: MergeStrategy
    file_path: str | None = None
    expected_version: str | None = None


class ConfigBatchWriteParams(Camel, frozen=True):
    """Several values: all are written or none."""

    edits: tuple[ConfigEdit, ...]
    file_path: str | None = None
    expected_version: str | None = None


class OverridingLayer(Camel, frozen=True):
    """A layer of the configuration; `version` names what it says, where it is a file that may be written."""

    name: dict[str, Any]
    version: str


class OverriddenMetadata(Camel, frozen=True):
    """What was written is not in force, and why."""

    message: str
    overriding_layer: OverridingLayer
    effective_value: Any


class ConfigWriteResponse(Camel, frozen=True):
    """It is written; `version` names what the file says now."""

    status: Literal["ok", "okOverridden"]
    version: str
    file_path: str
    overridden_metadata: OverriddenMetadata | None = None
