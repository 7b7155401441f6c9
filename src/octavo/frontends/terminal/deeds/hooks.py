"""The hooks that there are, and trust in those of a project."""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.frontends.terminal.effects.screen import OpenView
from octavo.frontends.terminal.effects.settings import ListHooks, TrustHook
from octavo.frontends.terminal.interface import Interface

_SECONDS = 5.0


def list_hooks(here: Interface, _: ListHooks) -> None:
    """Read them, then open the list."""

    async def look() -> None:
        from octavo.engine.in_thread import in_thread
        from octavo.engine.project_docs import project_folders
        from octavo.frontends.terminal.views.hooks_list import hooks_list
        from octavo.tools.user_hooks.definitions import read_hooks

        config = here.config
        folders = project_folders(config) if config.project_is_trusted else []
        try:
            found = await in_thread(lambda: read_hooks(config.codex_home, config.hooks, folders), _SECONDS)
        except TimeoutError:
            here.error("The files of hooks do not answer.")
            return
        if not found.active and not found.untrusted and not found.problems:
            here.info("There are no hooks.", "docs/hooks.md tells how to make one")
            return
        view = hooks_list(found, config.environ.get("HOME"), project_is_trusted=config.project_is_trusted)
        here.run_effects((OpenView(view),))

    here.start(look())


def trust_hook(here: Interface, effect: TrustHook) -> None:
    """Record it."""
    from octavo.tools.user_hooks.definitions import set_trust

    try:
        set_trust(here.config.codex_home, effect.id, trusted=effect.trusted)
    except OctavoError as error:
        here.error(f"That could not be saved: {error}")
        return
    if effect.trusted:
        here.info(f"Trusted: `{effect.command}`.", "It runs from the next session on: /new or /clear")
    else:
        still = "In this session it still runs; /new or /clear begins another"
        here.info(f"Trusted no more: `{effect.command}`.", still)
