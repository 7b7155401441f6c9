"""What slash commands show."""

from __future__ import annotations

import asyncio
import datetime
import time

from octavo.errors import OctavoError
from octavo.frontends.terminal.deeds.log_file import log_file
from octavo.frontends.terminal.effects.screen import OpenPager, OpenView, PrintAgain
from octavo.frontends.terminal.effects.shows import (
    CopyText,
    ListBranches,
    ListCommits,
    ListCopies,
    SendFeedback,
    ShowDiff,
    ShowMcp,
    ShowStatus,
)
from octavo.frontends.terminal.interface import Interface
from octavo.protocol import ops


def show_status(here: Interface, _: ShowStatus) -> None:
    """Print the card of `/status`."""
    from octavo.frontends.terminal.cells.status import StatusCell
    from octavo.frontends.terminal.facts import status_facts

    talk = here.app.talk
    if talk is not None:
        now = datetime.datetime.now().astimezone()
        facts = status_facts(here.config, talk.chat.session_id, talk.chat.name)
        talk.show(StatusCell(facts, talk.chat.usage.shown(time.monotonic(), now), now))


def show_mcp(here: Interface, _: ShowMcp) -> None:
    """Print what the MCP servers offer."""
    from octavo.frontends.terminal.cells.servers import ServersCell

    talk = here.app.talk
    if here.config.mcp_servers:
        if talk is not None and talk.chat.starting_servers:
            here.info("The list comes when the servers have started.", f"Left: {', '.join(talk.chat.starting_servers)}")
        here.submit(ops.ListMcpTools())
    elif talk is not None:
        talk.show(ServersCell({}))


def show_diff(here: Interface, _: ShowDiff) -> None:
    """Open the pager with what git says has changed."""

    async def look() -> None:
        from octavo.frontends.terminal.actions.diff import changes
        from octavo.frontends.terminal.views.diff_pager import diff_pager

        try:
            text = await changes(here.config.cwd)
        except OctavoError as error:
            here.error(f"The changes cannot be shown: {error}")
            return
        here.run_effects((OpenPager(diff_pager(text)),))

    here.start(look())


def list_copies(here: Interface, _: ListCopies) -> None:
    """Open the list of what can be copied."""
    from octavo.frontends.terminal.views.copy_picker import copy_picker

    units = here.app.talk.chat.copies.units() if here.app.talk is not None else []
    if units:
        here.run_effects((OpenView(copy_picker(units)),))
    else:
        here.info("There is nothing to copy yet.")


def copy_text(here: Interface, effect: CopyText) -> None:
    """Put it on the clipboard, and say how."""
    from octavo.frontends.terminal.actions.copying import CannotCopy, copied_by_tool, osc_52

    async def copy() -> None:
        environ, folder = here.config.environ, here.config.cwd
        tool = await asyncio.to_thread(copied_by_tool, effect.text, environ, folder)
        if tool is None:
            if not here.screen.obeys:
                here.error("There is no clipboard here: no tool was found, and the terminal takes no sequences.")
                return
            try:
                here.screen.send(osc_52(effect.text, tmux=bool(environ.get("TMUX"))))
            except CannotCopy as error:
                here.error(str(error))
                return
        here.info(f"Copied {effect.what}", f"by {tool}" if tool else "by the terminal (OSC 52), if it allows that")

    here.start(copy())


def print_again(here: Interface, _: PrintAgain) -> None:
    """Print the conversation once more, below a rule."""
    if here.app.talk is not None:
        here.app.talk.print_again()


def list_branches(here: Interface, _: ListBranches) -> None:
    """Open the list of branches to compare with."""

    async def look() -> None:
        from octavo.frontends.terminal.actions.review_targets import local_branches
        from octavo.frontends.terminal.views.review_picker import branch_list

        try:
            current, branches = await local_branches(here.config.cwd)
        except OctavoError as error:
            here.error(f"The branches cannot be listed: {error}")
            return
        here.run_effects((OpenView(branch_list(current, branches)),))

    here.start(look())


def list_commits(here: Interface, _: ListCommits) -> None:
    """Open the list of commits to review."""

    async def look() -> None:
        from octavo.frontends.terminal.actions.review_targets import last_commits
        from octavo.frontends.terminal.views.review_picker import commit_list

        try:
            commits = await last_commits(here.config.cwd)
        except OctavoError as error:
            here.error(f"The commits cannot be listed: {error}")
            return
        here.run_effects((OpenView(commit_list(commits)),))

    here.start(look())


def send_feedback(here: Interface, effect: SendFeedback) -> None:
    """Send the report."""

    async def send() -> None:
        from octavo.frontends.terminal.actions.feedback import send_feedback

        config, talk = here.config, here.app.talk
        thread = talk.chat.session_id if talk is not None else ""
        log, http = log_file(config.codex_home), here.runtime.remote.nameless_http
        try:
            said = await send_feedback(http, config.environ, effect, thread, log, here.rollout_path)
        except OctavoError as error:
            here.error(f"The report could not be sent: {error}")
            return
        here.info(said)

    here.start(send())
