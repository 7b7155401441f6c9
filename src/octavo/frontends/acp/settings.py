"""Modes and settings of a session, and changes of them (`docs/acp.md`, "Modes and settings")."""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.frontends.acp.server import Server
from octavo.frontends.acp.session import LiveSession
from octavo.frontends.acp.types.base import Empty
from octavo.frontends.acp.types.params import SetConfigOptionParams, SetModeParams
from octavo.frontends.acp.types.results import (
    ConfigOption,
    ConfigOptions,
    Mode,
    Modes,
    OptionValue,
    SessionState,
)
from octavo.frontends.acp.types.updates import ConfigOptionUpdate, CurrentMode
from octavo.frontends.approval_presets import PRESETS, ApprovalPreset
from octavo.frontends.jsonrpc.errors import bad_params
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.model.presets import ALL_EFFORTS, Effort
from octavo.model.presets import PRESETS as MODELS
from octavo.protocol import ops
from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxPolicy, WorkspaceWrite, sandbox_mode
from octavo.protocol.settings import SessionSettings

_MODE, _MODEL, _EFFORT = "mode", "model", "reasoning_effort"


def session_state(session: LiveSession) -> SessionState:
    """What the session works under now."""
    settings = session.conversation.settings
    return SessionState(modes=_modes(settings), config_options=_options(settings))


async def set_mode(server: Server, request_id: RequestId, params: SetModeParams) -> None:
    """Work in another way from the next turn on."""
    session = server.session(params.session_id)
    await _work_as(server, session, params.mode_id)
    server.peer.reply(request_id, Empty())
    _tell(session, mode_changed=True)


async def set_config_option(server: Server, request_id: RequestId, params: SetConfigOptionParams) -> None:
    """Change one setting from the next turn on."""
    session = server.session(params.session_id)
    value = params.value
    if not isinstance(value, str):
        raise bad_params(f"`{params.config_id}` takes one of its values, no boolean")
    match params.config_id:
        case "mode":
            await _work_as(server, session, value)
        case "model":
            await _change(session, _with_model(session.conversation.settings, value))
        case "reasoning_effort":
            efforts = {effort.effort: effort.effort for effort in _efforts(session.conversation.settings)}
            if value not in efforts:
                raise bad_params(f"unknown value for reasoning_effort: `{value[:80]}`")
            await _change(session, ops.OverrideTurnContext(effort=efforts[value]))
        case other:
            raise bad_params(f"unknown setting: `{other[:80]}`")
    server.peer.reply(request_id, ConfigOptions(config_options=_options(session.conversation.settings)))
    _tell(session, mode_changed=params.config_id == _MODE)


async def _work_as(server: Server, session: LiveSession, mode_id: str) -> None:
    preset = next((preset for preset in PRESETS if preset.id == mode_id), None)
    if preset is None:
        raise bad_params(f"unknown mode: `{mode_id[:80]}`")
    policy = _policy(server, session, preset)
    await _change(session, ops.OverrideTurnContext(approval_policy=preset.approval_policy, sandbox_policy=policy))


def _policy(server: Server, session: LiveSession, preset: ApprovalPreset) -> SandboxPolicy:
    match preset.sandbox_mode:
        case "danger-full-access":
            return DangerFullAccess()
        case "read-only":
            return ReadOnly()
        case mode:
            try:
                return server.config_for(session.wishes, mode).sandbox_policy
            except OctavoError:  # the file was broken meanwhile
                return WorkspaceWrite()


def _with_model(settings: SessionSettings, model: str) -> ops.OverrideTurnContext:
    """Another model; an amount of reasoning that it does not know goes back to its usual one."""
    preset = next((preset for preset in MODELS if preset.model == model), None)
    if preset is None and model != settings.model:
        raise bad_params(f"unknown model: `{model[:80]}`")
    if preset is None or settings.effort in [effort.effort for effort in preset.efforts]:
        return ops.OverrideTurnContext(model=model)
    return ops.OverrideTurnContext(model=model, effort=None)


async def _change(session: LiveSession, change: ops.OverrideTurnContext) -> None:
    await session.conversation.submit(change)
    await session.conversation.taken()


def _tell(session: LiveSession, *, mode_changed: bool) -> None:
    state = session_state(session)
    if mode_changed:
        session.tell(CurrentMode(current_mode_id=state.modes.current_mode_id))
    session.tell(ConfigOptionUpdate(config_options=state.config_options))


def _modes(settings: SessionSettings) -> Modes:
    current = _nearest(settings)
    modes = tuple(
        Mode(id=preset.id, name=preset.name, description=_description(preset, settings, is_current=preset is current))
        for preset in PRESETS
    )
    return Modes(current_mode_id=current.id, available_modes=modes)


def _nearest(settings: SessionSettings) -> ApprovalPreset:
    """The preset with the same rights; nothing else of it need be the same."""
    mode = sandbox_mode(settings.sandbox_policy)
    return next(preset for preset in PRESETS if preset.sandbox_mode == mode)


def _description(preset: ApprovalPreset, settings: SessionSettings, *, is_current: bool) -> str:
    if not is_current or preset.approval_policy == settings.approval_policy:
        return preset.description
    return f"Sandbox {preset.sandbox_mode}, with the approval policy {settings.approval_policy}"


def _options(settings: SessionSettings) -> tuple[ConfigOption, ...]:
    modes = _modes(settings)
    models = {preset.model: preset.description for preset in MODELS}
    models.setdefault(settings.model, "The configured model")
    efforts = _efforts(settings)
    return (
        ConfigOption(
            id=_MODE,
            name="Mode",
            description="What may be done without asking",
            category="mode",
            current_value=modes.current_mode_id,
            options=tuple(
                OptionValue(value=mode.id, name=mode.name, description=mode.description)
                for mode in modes.available_modes
            ),
            type="select",
        ),
        ConfigOption(
            id=_MODEL,
            name="Model",
            description="The model to ask",
            category="model",
            current_value=settings.model,
            options=tuple(OptionValue(value=name, name=name, description=about) for name, about in models.items()),
            type="select",
        ),
        ConfigOption(
            id=_EFFORT,
            name="Reasoning",
            description="How much the model thinks before it answers",
            category="thought_level",
            current_value=settings.effort or _usual_effort(settings),
            options=tuple(
                OptionValue(value=effort.effort, name=effort.effort.capitalize(), description=effort.description)
                for effort in efforts
            ),
            type="select",
        ),
    )


def _efforts(settings: SessionSettings) -> tuple[Effort, ...]:
    """Those that the model knows, and the one of now."""
    preset = next((preset for preset in MODELS if preset.model == settings.model), None)
    efforts = ALL_EFFORTS if preset is None else preset.efforts
    current = settings.effort
    if current is None or current in [effort.effort for effort in efforts]:
        return efforts
    return (*efforts, Effort(current, "As configured"))


def _usual_effort(settings: SessionSettings) -> str:
    preset = next((preset for preset in MODELS if preset.model == settings.model), None)
    return "medium" if preset is None else preset.default_effort
