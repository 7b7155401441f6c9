"""The skills that there are."""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.frontends.terminal.effects.screen import OpenView
from octavo.frontends.terminal.effects.settings import ListSkills, SwitchSkill
from octavo.frontends.terminal.interface import Interface

_SECONDS = 5.0


def list_skills(here: Interface, _: ListSkills) -> None:
    """Find them, then open the list."""

    async def look() -> None:
        from octavo.engine.in_thread import in_thread
        from octavo.frontends.terminal.actions.skills import known_skills
        from octavo.frontends.terminal.views.skills_list import skills_list

        config = here.config
        try:
            skills, problems = await in_thread(lambda: known_skills(config), _SECONDS)
        except TimeoutError:
            here.error("The folders of skills do not answer.")
            return
        if not skills and not problems:
            here.info("There are no skills.", "A folder with SKILL.md in .agents/skills is one")
            return
        here.run_effects((OpenView(skills_list(skills, problems, config.environ.get("HOME"))),))

    here.start(look())


def switch_skill(here: Interface, effect: SwitchSkill) -> None:
    """Let the model be told of it, or not, from the next session on."""
    from octavo.frontends.terminal.actions.skills import switch_skill

    try:
        switch_skill(here.config.codex_home, effect.path, enabled=effect.enabled)
        here.set_config(skills=here.runtime.derive(here.runtime.sources.flags).skills)
    except OctavoError as error:
        here.error(f"That could not be saved: {error}")
        return
    state = "on" if effect.enabled else "off"
    here.info(f"The skill {effect.name} is {state}.", "The model hears of it in the next session: /new or /clear")
