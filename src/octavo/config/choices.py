"""What flags, the active profile and the merged tree decide together (`docs/config.md`)."""

from __future__ import annotations

import os
from typing import TypeVar, cast

import msgspec

from octavo.config.instructions import read_prompt_file
from octavo.config.permissions import sandbox_mode_of
from octavo.config.schema import ConfigToml, OssProvider, ProfileToml, WorkspaceWriteToml
from octavo.errors import ConfigError
from octavo.protocol.policy import (
    ApprovalPolicy,
    ApprovalsReviewer,
    DangerFullAccess,
    ReadOnly,
    SandboxMode,
    SandboxPolicy,
    WorkspaceWrite,
)

TYPE_CHECKING = False  # as `typing` has it
if TYPE_CHECKING:
    from octavo.config.limits import Limits
    from octavo.protocol.policy import ReasoningEffort

T = TypeVar("T")

DEFAULT_MODEL = "gpt-5-codex"
DEFAULT_OSS_MODELS = {"ollama": "gpt-oss:20b", "lmstudio": "openai/gpt-oss-20b"}
DEFAULT_EMBEDDED_MODEL = "local"


class ConfigFlags(msgspec.Struct, frozen=True):
    """Typed flags of a command line or fields of a request; None says nothing.

    `oss` and `embedded` choose that provider and, without `model`, its default model.
    `cwd` is taken relative to the sources' folder; see `canonical_folder` for `-C`.
    """

    model: str | None = None
    review_model: str | None = None
    model_provider: str | None = None
    profile: str | None = None
    sandbox_mode: SandboxMode | None = None
    approval_policy: ApprovalPolicy | None = None
    approvals_reviewer: ApprovalsReviewer | None = None
    trusts_hooks: bool = False
    cwd: str | None = None
    oss: bool = False
    embedded: bool = False
    show_raw_agent_reasoning: bool | None = None
    base_instructions: str | None = None
    developer_instructions: str | None = None
    compact_prompt: str | None = None
    include_apply_patch: bool | None = None
    web_search: bool | None = None
    command_assessment: bool | None = None
    additional_writable_roots: tuple[str, ...] = ()
    plain: bool = False
    ignore_rules: bool = False
    max_turns: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    time_limit: str | int | None = None
    oss_provider: OssProvider | None = None


def first(default: T, *values: T | None) -> T:
    """The first value that is set, else `default`."""
    for value in values:
        if value is not None:
            return value
    return default


def first_set(*values: T | None) -> T | None:
    """The first value that is set, if any is."""
    for value in values:
        if value is not None:
            return value
    return None


def canonical_folder(base: str, folder: str) -> str:
    """A folder given by the user as an absolute path: links resolved if it exists, else as written."""
    full = os.path.join(base, folder)
    try:
        return os.path.realpath(full, strict=True)
    except (OSError, ValueError):
        return full


def active_profile(
    settings: ConfigToml, flags: ConfigFlags, *, has_file: bool = False
) -> tuple[str | None, ProfileToml]:
    """The chosen profile's name and table; an empty table without one, `ConfigError` for an unknown name.

    A profile that has a file of its own needs no table.
    """
    name = first_set(flags.profile, settings.profile)
    if name is None:
        return None, ProfileToml()
    profile = (settings.profiles or {}).get(name)
    if profile is None and has_file:
        return name, ProfileToml()
    if profile is None:
        raise ConfigError(f"config profile `{name}` not found")
    return name, profile


def choose_provider_id(settings: ConfigToml, profile: ProfileToml, flags: ConfigFlags) -> str:
    """Which provider serves the model; the id may be unknown."""
    if flags.embedded:
        return "embedded"
    if flags.oss:
        return "oss"
    return first("openai", flags.model_provider, profile.model_provider, settings.model_provider)


def choose_model(settings: ConfigToml, profile: ProfileToml, flags: ConfigFlags, provider_id: str) -> str:
    """The model's name. A flag that chooses the provider also chooses the model, before profile and file."""
    if flags.model is not None:
        return flags.model
    if flags.embedded:
        return DEFAULT_EMBEDDED_MODEL
    if flags.oss:
        return DEFAULT_OSS_MODELS[first("ollama", flags.oss_provider, settings.oss_provider)]
    default = DEFAULT_EMBEDDED_MODEL if provider_id == "embedded" else DEFAULT_MODEL
    return first(default, profile.model, settings.model)


def effort_of(text: str | None) -> ReasoningEffort | None:
    """The effort as the file has it; blank is unset.

    Models learn new words for it faster than we do: whether one knows the word is for its service to say.
    """
    return cast("ReasoningEffort | None", text or None)


def choose_sandbox_policy(
    settings: ConfigToml, profile: ProfileToml, flags: ConfigFlags, cwd: str, trusted: bool
) -> SandboxPolicy:
    """What commands may touch; without any word on it a trusted project may be written, others only read."""
    default: SandboxMode = "workspace-write" if trusted else "read-only"
    permissions = sandbox_mode_of(settings.default_permissions)
    mode = first(default, flags.sandbox_mode, profile.sandbox_mode, permissions, settings.sandbox_mode)
    if mode == "danger-full-access":
        return DangerFullAccess()
    if mode == "read-only":
        return ReadOnly()
    table = settings.sandbox_workspace_write or WorkspaceWriteToml()
    return WorkspaceWrite(
        writable_roots=chosen_roots(settings, flags, cwd) or msgspec.UNSET,
        network_access=table.network_access,
        exclude_tmpdir_env_var=table.exclude_tmpdir_env_var,
        exclude_slash_tmp=table.exclude_slash_tmp,
    )


def chosen_roots(settings: ConfigToml, flags: ConfigFlags, cwd: str) -> tuple[str, ...]:
    """The folders that commands may write besides `cwd` in the mode `workspace-write`."""
    roots = list((settings.sandbox_workspace_write or WorkspaceWriteToml()).writable_roots)
    for folder in flags.additional_writable_roots:
        root = canonical_folder(cwd, folder)
        if root not in roots:
            roots.append(root)
    return tuple(roots)


def choose_limits(settings: ConfigToml, profile: ProfileToml, flags: ConfigFlags) -> Limits | None:
    """What a turn may take; None where nothing is limited. `ConfigError` for a limit that makes no sense."""
    loop_guard = first(False, profile.loop_guard, settings.loop_guard)
    turns = first_set(flags.max_turns, profile.max_turns, settings.max_turns)
    tokens = first_set(flags.max_tokens, profile.max_tokens, settings.max_tokens)
    cost = first_set(flags.max_cost, profile.max_cost, settings.max_cost)
    times: tuple[str | int | None, ...] = (flags.time_limit, profile.time_limit, settings.time_limit)
    time = next((one for one in times if one is not None), None)
    if not loop_guard and turns is None and tokens is None and cost is None and time is None:
        return None
    from octavo.config.limits import checked_limits  # most users set none

    return checked_limits(turns, tokens, cost, time, loop_guard=loop_guard)


def replaced_prompts(
    settings: ConfigToml, profile: ProfileToml, flags: ConfigFlags, cwd: str, codex_home: str
) -> tuple[str | None, str | None]:
    """What stands for the built-in system prompt and for the built-in compaction prompt.

    Configured files are read even where a flag or key makes them moot, so that a
    broken one is noticed; `ConfigError` if one can not be used. They are looked for in `cwd`,
    a `model_instructions_file` first beside the user's `config.toml`.
    """
    base_path = first_set(
        profile.model_instructions_file,
        profile.experimental_instructions_file,
        settings.model_instructions_file,
        settings.experimental_instructions_file,
    )
    is_older = base_path not in (profile.model_instructions_file, settings.model_instructions_file)
    is_in_home = not is_older and base_path and os.path.lexists(os.path.join(codex_home, base_path))
    what = "experimental instructions file" if is_older else "model instructions file"
    base = read_prompt_file(base_path, codex_home if is_in_home else cwd, what)
    compact_path = first_set(profile.experimental_compact_prompt_file, settings.experimental_compact_prompt_file)
    compact_file = read_prompt_file(compact_path, cwd, "experimental compact prompt file")
    compact = (first_set(flags.compact_prompt, settings.compact_prompt) or "").strip() or None
    return first_set(flags.base_instructions, base), first_set(compact, compact_file)
