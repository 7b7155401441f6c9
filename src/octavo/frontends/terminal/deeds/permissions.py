"""Ways to work, and the rules on commands that are remembered."""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.frontends.terminal.effects.screen import OpenView
from octavo.frontends.terminal.effects.settings import ForgetRule, ListPermissions
from octavo.frontends.terminal.interface import Interface

_SECONDS = 5.0


def list_permissions(here: Interface, _: ListPermissions) -> None:
    """Read the rules, then open the list."""

    async def look() -> None:
        from octavo.engine.in_thread import in_thread
        from octavo.frontends.terminal.actions.remembered_rules import remembered_rules
        from octavo.frontends.terminal.facts import sandbox_mode
        from octavo.frontends.terminal.views.permissions_picker import permissions_picker

        config = here.config
        try:
            rules, problems = await in_thread(lambda: remembered_rules(config), _SECONDS)
        except TimeoutError:
            rules, problems = [], ["The files of rules do not answer."]
        for problem in problems:
            here.error(problem)
        picker = permissions_picker(
            config.approval_policy,
            sandbox_mode(config.sandbox_policy),
            rules,
            full_access_known=bool(config.notices.hide_full_access_warning),
        )
        here.run_effects((OpenView(picker),))

    here.start(look())


def forget_rule(here: Interface, effect: ForgetRule) -> None:
    """Take it out of its file."""
    from octavo.commands.rules import rule_words
    from octavo.tools.permissions import forget

    try:
        forget(effect.path, effect.rule)
    except OctavoError as error:
        here.error(f"The rule stays: {error}")
        return
    here.info(f"Removed: {effect.rule.decision}: {rule_words(effect.rule)}")
