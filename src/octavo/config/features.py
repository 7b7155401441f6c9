"""Features that can be switched on and off: names, stages, defaults, and who decides (`docs/config.md`)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from octavo.config.schema import ConfigToml, ProfileToml
    from octavo.config.web_search import WebSearchToml


Stage = Literal["experimental", "beta", "stable", "deprecated", "removed"]


class Features(msgspec.Struct, frozen=True):
    """One switch per feature, in the order in which they are listed."""

    unified_exec: bool = False
    streamable_shell: bool = False
    rmcp_client: bool = False
    apply_patch_freeform: bool = False
    view_image_tool: bool = True
    web_search_request: bool = False
    experimental_sandbox_command_assessment: bool = False
    ghost_commit: bool = False
    enable_experimental_windows_sandbox: bool = False


STAGES: Mapping[str, Stage] = {
    "unified_exec": "experimental",
    "streamable_shell": "experimental",
    "rmcp_client": "experimental",
    "apply_patch_freeform": "beta",
    "view_image_tool": "stable",
    "web_search_request": "stable",
    "experimental_sandbox_command_assessment": "experimental",
    "ghost_commit": "experimental",
    "enable_experimental_windows_sandbox": "experimental",
}
"""How finished each feature is, in the order of `Features`."""

ALIASES: Mapping[str, str] = {
    "experimental_use_unified_exec_tool": "unified_exec",
    "experimental_use_exec_command_tool": "streamable_shell",
    "experimental_use_rmcp_client": "rmcp_client",
    "experimental_use_freeform_apply_patch": "apply_patch_freeform",
    "include_apply_patch_tool": "apply_patch_freeform",
    "web_search": "web_search_request",
}
"""Older names that `[features]`, `--enable` and `--disable` still know, and what they are called today."""

Deprecation = tuple[str, str]
"""An older name that was used, and the name to use instead."""

_Toggle = tuple[str, str, bool | None]
"""The name to report, the feature, and the value if the older key was given."""


def canonical_feature(name: str) -> str | None:
    """Today's name of a feature, or None if there is no such feature."""
    return name if name in STAGES else ALIASES.get(name)


def resolve_features(
    settings: ConfigToml, profile: ProfileToml, flags: Mapping[str, bool | None]
) -> tuple[Features, tuple[Deprecation, ...]]:
    """Which features are on, and which older names were used to say so (each once, sorted).

    Later words win: defaults, older top-level keys, `[features]`, the profile's older
    keys, the profile's `[features]`, `flags` (today's name to value; None says nothing).
    """
    values: dict[str, bool] = {}
    used: set[Deprecation] = set()
    _apply_toggles(values, used, _top_level_toggles(settings))
    _apply_table(values, used, settings.features)
    _apply_toggles(values, used, _profile_toggles(profile))
    _apply_table(values, used, profile.features)
    values.update({name: value for name, value in flags.items() if value is not None})
    return Features(**values), tuple(sorted(used))


def meaningless_switches(table: Mapping[str, Any]) -> str | None:
    """What to tell the user about features that are switched on and mean nothing here; None without any."""
    names = sorted(name for name, value in table.items() if value is not False and canonical_feature(name) is None)
    return f"[features] {', '.join(names)}: switched on, which changes nothing here" if names else None


def older_paths(feature: str) -> tuple[str, ...]:
    """The older paths at the top level that also decide `feature`."""
    from octavo.config.schema import ConfigToml, ToolsToml

    probe = ConfigToml(tools=ToolsToml())
    toggles = {reported for reported, decided, _ in _top_level_toggles(probe) if decided == feature}
    aliases = {f"features.{alias}" for alias, decided in ALIASES.items() if decided == feature}
    if feature == "web_search_request":
        toggles.add("tools.web_search_request")
    return tuple(sorted(toggles | aliases))


def features_of_profile(profile: ProfileToml) -> frozenset[str]:
    """The features that a profile itself decides."""
    values: dict[str, bool] = {}
    _apply_toggles(values, set(), _profile_toggles(profile))
    _apply_table(values, set(), profile.features)
    return frozenset(values)


def _apply_toggles(values: dict[str, bool], used: set[Deprecation], toggles: tuple[_Toggle, ...]) -> None:
    for reported, feature, value in toggles:
        if value is not None:
            values[feature] = value
            used.add((reported, feature))


def _apply_table(values: dict[str, bool], used: set[Deprecation], table: Mapping[str, Any] | None) -> None:
    # Sorted, so that an older and a newer name in one table give the same result in any order.
    for name in sorted(table or ()):
        feature = canonical_feature(name)
        if feature is None:
            # Only where somebody set up a log: without one, Python would print this to stderr.
            if (log := sys.modules.get("logging")) is not None and log.getLogger(__name__).hasHandlers():
                log.getLogger(__name__).warning("unknown feature in the configuration: %s", name)
            continue
        values[feature] = (table or {})[name]
        if feature != name:
            used.add((name, feature))


def _top_level_toggles(settings: ConfigToml) -> tuple[_Toggle, ...]:
    tools = settings.tools
    return (
        *_shared_toggles(settings),
        ("tools.web_search", "web_search_request", _switch(tools.web_search) if tools else None),
        ("tools.web_search", "web_search_request", tools.web_search_request if tools else None),
        ("tools.view_image", "view_image_tool", tools.view_image if tools else None),
    )


def _switch(search: bool | WebSearchToml | None) -> bool | None:
    return search if isinstance(search, bool) else None  # a table is decided with the newer key


def _profile_toggles(profile: ProfileToml) -> tuple[_Toggle, ...]:
    return (
        ("include_apply_patch_tool", "apply_patch_freeform", profile.include_apply_patch_tool),
        *_shared_toggles(profile),
        ("tools.web_search", "web_search_request", profile.tools_web_search),
        ("tools.view_image", "view_image_tool", profile.tools_view_image),
    )


def _shared_toggles(table: ConfigToml | ProfileToml) -> tuple[_Toggle, ...]:
    assessment = "experimental_sandbox_command_assessment"
    freeform, shell = "experimental_use_freeform_apply_patch", "experimental_use_exec_command_tool"
    unified, client = "experimental_use_unified_exec_tool", "experimental_use_rmcp_client"
    return (
        (assessment, assessment, table.experimental_sandbox_command_assessment),
        (freeform, ALIASES[freeform], table.experimental_use_freeform_apply_patch),
        (shell, ALIASES[shell], table.experimental_use_exec_command_tool),
        (unified, ALIASES[unified], table.experimental_use_unified_exec_tool),
        (client, ALIASES[client], table.experimental_use_rmcp_client),
    )
