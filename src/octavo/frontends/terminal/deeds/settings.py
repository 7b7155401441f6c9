"""Settings that the user chooses."""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.frontends.terminal.effects.looks import ChooseTitle, ListTitleItems
from octavo.frontends.terminal.effects.screen import OpenView
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
    try:
        save_model(here.config.codex_home, profile, effect.model, effect.effort)
    except OctavoError as error:
        here.error(f"The choice holds for this session, but could not be saved: {error}")
        return
    reasoning = f" with {effect.effort} reasoning" if effect.effort else ""
    here.info(f"Model changed to {effect.model}{reasoning}{where}")


def choose_approvals(here: Interface, effect: ChooseApprovals) -> None:
    """Use other policies in this session."""
    from octavo.config.edit import hide_full_access_warning
    from octavo.config.schema import Notices
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
    if effect.hide_warning:
        here.set_config(notices=Notices(hide_full_access_warning=True))
        try:
            hide_full_access_warning(here.config.codex_home)
        except OctavoError as error:
            here.error(f"The choice holds for this session, but could not be saved: {error}")


def list_title_items(here: Interface, _: ListTitleItems) -> None:
    """Open the list of what may stand in the title."""
    import time

    from octavo.frontends.terminal.title import ITEMS, Title, known_items
    from octavo.frontends.terminal.views.item_picker import ItemPicker

    if here.config.tui.quiet:
        here.info("There is no title with `quiet = true` in [tui].", "take it out of config.toml first")
        return

    def preview(items: tuple[str, ...]) -> str:
        title = Title(items, lambda: here.config)
        talk = here.app.talk
        if talk is None:
            return ""
        title.look()
        return title.text(talk.chat, is_open=talk.is_open, is_asked=False, now=time.monotonic())

    meanings = {name: item.meaning for name, item in ITEMS.items()}
    chosen = known_items(here.config.tui.terminal_title)
    here.run_effects((OpenView(ItemPicker("Title", meanings, chosen, preview, ChooseTitle)),))


def choose_title(here: Interface, effect: ChooseTitle) -> None:
    """Let the title be so from now on, and save that."""
    from msgspec.structs import replace

    from octavo.config.edit import save_title

    here.set_config(tui=replace(here.config.tui, terminal_title=effect.items))
    here.looks.set_title(effect.items)
    if not effect.items:
        here.screen.leave_title()
    try:
        save_title(here.config.codex_home, effect.items)
    except OctavoError as error:
        here.error(f"The choice holds for this session, but could not be saved: {error}")
        return
    here.info(f"In the title: {', '.join(effect.items)}" if effect.items else "The title is left alone.")
