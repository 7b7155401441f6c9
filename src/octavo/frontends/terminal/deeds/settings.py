"""Settings that the user chooses."""

from __future__ import annotations

from octavo.frontends.terminal.effects.settings import ChooseApprovals, ChooseModel
from octavo.frontends.terminal.interface import Interface
from octavo.protocol import ops


def choose_model(here: Interface, effect: ChooseModel) -> None:
    """Use another model or effort, and save the choice."""
    from octavo.config.edit import save_model

    here.submit(ops.OverrideTurnContext(model=effect.model, effort=effect.effort))
    here.set_config(model=effect.model, model_reasoning_effort=effect.effort)
    profile = here.config.active_profile
    where = f" for {profile} profile" if profile else ""
    if not here.save(lambda: save_model(here.config.codex_home, profile, effect.model, effect.effort)):
        return
    reasoning = f" with {effect.effort} reasoning" if effect.effort else ""
    here.info(f"Model changed to {effect.model}{reasoning}{where}")


def choose_approvals(here: Interface, effect: ChooseApprovals) -> None:
    """Use other policies in this session, and say which, since nothing else on the screen does."""
    from octavo.config.edit import hide_full_access_warning
    from octavo.config.schema import Notices
    from octavo.frontends.approval_presets import PRESETS
    from octavo.protocol.policy import DangerFullAccess, ReadOnly, SandboxPolicy

    policy: SandboxPolicy
    if effect.sandbox_mode == "danger-full-access":
        policy = DangerFullAccess()
    elif effect.sandbox_mode == "read-only":
        policy = ReadOnly()
    else:
        policy = here.workspace_write()
    here.submit(ops.OverrideTurnContext(approval_policy=effect.approval_policy, sandbox_policy=policy))
    here.set_config(approval_policy=effect.approval_policy, sandbox_policy=policy)
    name = next((one.name for one in PRESETS if one.sandbox_mode == effect.sandbox_mode), effect.sandbox_mode)
    tell = here.warn if effect.sandbox_mode == "danger-full-access" else here.info
    tell(f"Approvals changed to {name} for this session")
    if effect.hide_warning:
        here.set_config(notices=Notices(hide_full_access_warning=True))
        here.save(lambda: hide_full_access_warning(here.config.codex_home))
