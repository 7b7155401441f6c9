"""What is done outside of the screen for each effect that the state cannot take care of itself."""

from __future__ import annotations

import asyncio
import datetime
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from octavo.errors import OctavoError
from octavo.frontends.terminal import effects as wish
from octavo.frontends.terminal.interface import Interface
from octavo.frontends.terminal.loop import can_suspend
from octavo.protocol import ops
from octavo.protocol.turn_items import LocalImageInput, TextInput, UserInput

Deed = Callable[[Interface, Any], None]

# --- messages and operations --------------------------------------------------------------------


def _submit(here: Interface, effect: wish.Submit) -> None:
    items: list[UserInput] = [TextInput(effect.text)] if effect.text else []
    items += [LocalImageInput(os.path.join(here.config.cwd, path)) for path in effect.images]
    here.submit(ops.UserInputOp(tuple(items)))
    if effect.text:
        here.submit(ops.AddToHistory(effect.text))


def _run_command(here: Interface, effect: wish.RunCommand) -> None:
    from octavo.frontends.terminal.commands import run_command

    here.run_effects(run_command(effect.name, _situation(here)))


def _situation(here: Interface) -> Any:
    from octavo.frontends.terminal.actions.feedback import feedback_files
    from octavo.frontends.terminal.commands import Situation
    from octavo.frontends.terminal.facts import sandbox_mode

    config = here.config
    return Situation(
        busy=here.app.composer.busy,
        cwd=config.cwd,
        model=config.model,
        effort=config.model_reasoning_effort,
        approval_policy=config.approval_policy,
        sandbox_mode=sandbox_mode(config.sandbox_policy),
        full_access_known=bool(config.notices.hide_full_access_warning),
        feedback_files=feedback_files(config.environ, here.rollout_path),
        log_file=log_file(config.codex_home),
    )


def log_file(codex_home: str) -> str:
    """Where log lines go while the interface runs."""
    return os.path.join(codex_home, "log", "codex-tui.log")


# --- the program and its terminal ------------------------------------------------------------------


def _suspend(here: Interface, _: wish.Suspend) -> None:
    if can_suspend():
        here.loop.suspend()
        here.app.views.appear(time.monotonic())
    else:
        here.info("There is no shell to go back to.", "ctrl + c leaves")


def _redraw(here: Interface, _: wish.Redraw) -> None:
    here.screen.spoil()


def _edit_draft(here: Interface, effect: wish.EditDraft) -> None:
    from octavo.frontends.terminal.text_editor import edit, editor_command

    config, text = here.config, None
    try:
        command = editor_command(config.environ)
        with here.loop.lent() as terminal:
            text = edit(effect.text, command, config.environ, config.cwd, terminal)
    except OctavoError as error:
        here.error(str(error))
    here.run_effects(here.app.composer.edited(text))


def _paste_image(here: Interface, _: wish.PasteImage) -> None:
    async def look() -> None:
        from octavo.frontends.terminal.clipboard import clipboard_image

        path = await clipboard_image(here.config.environ, here.config.cwd)
        here.run_effects(here.app.composer.clipboard_image(path))

    here.start(look())


def _find_history(here: Interface, effect: wish.FindHistory) -> None:
    async def look() -> None:
        from octavo.rollout.message_history import find_message

        home = here.config.codex_home
        found = await asyncio.to_thread(find_message, home, effect.part, effect.below, effect.log_id)
        offset, text = (found[0], found[1].text) if found else (0, None)
        here.app.composer.history_found(effect.part, offset, text)
        here.loop.changed()

    here.start(look())


def _search_files(here: Interface, effect: wish.SearchFiles) -> None:
    if here.finder is None:
        from octavo.frontends.terminal.file_search import FileSearches

        def found(query: str, files: Any) -> None:
            here.record("file_search_result", query=query, matches=len(files))
            here.app.composer.files_found(query, files)
            here.loop.changed()

        here.finder = FileSearches(here.config.cwd, here.config.environ, found)
    here.record("file_search_start", query=effect.query)
    here.finder.search(effect.query)


# --- settings ----------------------------------------------------------------------------------------


def _choose_model(here: Interface, effect: wish.ChooseModel) -> None:
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


def _choose_approvals(here: Interface, effect: wish.ChooseApprovals) -> None:
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


# --- sessions ----------------------------------------------------------------------------------------------


def _new_session(here: Interface, _: wish.NewSession) -> None:
    here.record("new_session")
    here.open_session(here.runtime.open(here.config))


def _backtrack(here: Interface, effect: wish.Backtrack) -> None:
    from octavo.frontends.terminal.actions.backtrack import fork_position

    if here.app.composer.busy:
        here.error("A session cannot be taken back while a turn runs.")
        return
    try:
        place = fork_position(here.rollout_path, effect.messages, effect.selected)
    except OctavoError as error:
        here.error(f"The saved session cannot be read: {error}")
        return
    if place is None:
        here.error("This message is not in the saved session any more.")
        return
    here.open_session(here.runtime.fork(here.rollout_path, place, here.config))
    here.edit_when_open(effect.messages[effect.selected])


def _pick_session(here: Interface, effect: wish.PickSession) -> None:
    here.picked(effect.path)


def _more_sessions(here: Interface, _: wish.MoreSessions) -> None:
    from octavo.frontends.terminal.actions.session_scan import SessionScan, batch_beside
    from octavo.frontends.terminal.views.resume_picker import ResumePicker

    if here.scan is None:
        here.scan = SessionScan(here.config.codex_home, here.config.model_provider_id)
    scan = here.scan

    async def read() -> None:
        batch = await batch_beside(scan)
        if isinstance(here.app.pager, ResumePicker):
            here.app.pager.add(batch.sessions, ended=batch.ended, reached_limit=batch.reached_limit)
            here.run_effects(here.app.pager.wanted())

    here.start(read())


# --- what commands show ----------------------------------------------------------------------------------------


def _show_status(here: Interface, _: wish.ShowStatus) -> None:
    from octavo.frontends.terminal.cells.status import StatusCell
    from octavo.frontends.terminal.facts import status_facts

    talk = here.app.talk
    if talk is not None:
        now = datetime.datetime.now().astimezone()
        facts = status_facts(here.config, talk.chat.session_id)
        talk.show(StatusCell(facts, talk.chat.usage.shown(time.monotonic(), now), now))


def _show_mcp(here: Interface, _: wish.ShowMcp) -> None:
    from octavo.frontends.terminal.cells.servers import ServersCell

    if here.config.mcp_servers:
        here.submit(ops.ListMcpTools())
    elif here.app.talk is not None:
        here.app.talk.show(ServersCell({}))


def _show_diff(here: Interface, _: wish.ShowDiff) -> None:
    async def look() -> None:
        from octavo.frontends.terminal.actions.diff import changes
        from octavo.frontends.terminal.views.diff_pager import diff_pager

        try:
            text = await changes(here.config.cwd)
        except OctavoError as error:
            here.error(f"The changes cannot be shown: {error}")
            return
        here.run_effects((wish.OpenPager(diff_pager(text)),))

    here.start(look())


def _list_branches(here: Interface, _: wish.ListBranches) -> None:
    async def look() -> None:
        from octavo.frontends.terminal.actions.review_targets import local_branches
        from octavo.frontends.terminal.views.review_picker import branch_list

        try:
            current, branches = await local_branches(here.config.cwd)
        except OctavoError as error:
            here.error(f"The branches cannot be listed: {error}")
            return
        here.run_effects((wish.OpenView(branch_list(current, branches)),))

    here.start(look())


def _list_commits(here: Interface, _: wish.ListCommits) -> None:
    async def look() -> None:
        from octavo.frontends.terminal.actions.review_targets import last_commits
        from octavo.frontends.terminal.views.review_picker import commit_list

        try:
            commits = await last_commits(here.config.cwd)
        except OctavoError as error:
            here.error(f"The commits cannot be listed: {error}")
            return
        here.run_effects((wish.OpenView(commit_list(commits)),))

    here.start(look())


def _send_feedback(here: Interface, effect: wish.SendFeedback) -> None:
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


# --- signing in, trust, updates ------------------------------------------------------------------------------------


def _sign_in(here: Interface, _: wish.SignIn) -> None:
    from octavo.frontends.terminal.actions.sign_in import browser_login

    def shown(url: str) -> None:
        here.browser(url)
        here.on_sign_in(lambda step: step.waits_at(url))

    async def log_in() -> None:
        try:
            await browser_login(here.config, here.runtime.remote.nameless_http, shown)
        except OctavoError as error:
            reason = str(error)
            here.on_sign_in(lambda step: step.failed(reason))
            return
        here.signed_in()

    here.sign_in = here.start(log_in())


def _cancel_sign_in(here: Interface, _: wish.CancelSignIn) -> None:
    if here.sign_in is not None:
        here.sign_in.cancel()


def _save_key(here: Interface, effect: wish.SaveKey) -> None:
    from octavo.frontends.terminal.actions.sign_in import save_key

    try:
        save_key(here.config, effect.key)
    except OctavoError as error:
        reason = f"The key could not be saved: {error}"
        here.on_sign_in(lambda step: step.failed(reason))
        return
    here.signed_in()


def _answer_trust(here: Interface, effect: wish.AnswerTrust) -> None:
    if not effect.trusted:
        return
    from octavo.config.edit import trust_project
    from octavo.config.trust import trust_target

    try:
        trust_project(here.config.codex_home, trust_target(here.config.cwd, here.config.environ))
        here.reload()
    except OctavoError as error:
        here.error(f"Your answer could not be saved: {error}")


def _log_out(here: Interface, _: wish.LogOut) -> None:
    from octavo.frontends.terminal.actions.sign_in import sign_out

    try:
        sign_out(here.config)
    except OctavoError as error:
        here.error(f"The login could not be removed: {error}")
        return
    here.loop.end()


def _run_update(here: Interface, _: wish.RunUpdate) -> None:
    from octavo.frontends.terminal.updates import update_command

    here.update = update_command(here.config.environ)
    here.loop.end()


def _dismiss_update(here: Interface, effect: wish.DismissUpdate) -> None:
    from octavo.frontends.terminal.updates import dismiss

    try:
        dismiss(here.config.codex_home, effect.version)
    except OSError as error:
        here.error(f"That could not be saved: {error.strerror}")


DEEDS: Mapping[type, Deed] = {
    wish.Submit: _submit,
    wish.UserShell: lambda here, effect: here.submit(ops.RunUserShellCommand(effect.command)),
    wish.RunCommand: _run_command,
    wish.Interrupt: lambda here, _: here.submit(ops.Interrupt()),
    wish.Quit: lambda here, _: here.loop.end(),
    wish.Suspend: _suspend,
    wish.Redraw: _redraw,
    wish.FetchHistory: lambda here, effect: here.submit(ops.GetHistoryEntryRequest(effect.offset, effect.log_id)),
    wish.FindHistory: _find_history,
    wish.SearchFiles: _search_files,
    wish.PasteImage: _paste_image,
    wish.EditDraft: _edit_draft,
    wish.Info: lambda here, effect: here.info(effect.text, effect.hint),
    wish.Error: lambda here, effect: here.error(effect.text),
    wish.Operate: lambda here, effect: here.submit(effect.op),
    wish.Backtrack: _backtrack,
    wish.ChooseModel: _choose_model,
    wish.ChooseApprovals: _choose_approvals,
    wish.ListBranches: _list_branches,
    wish.ListCommits: _list_commits,
    wish.NewSession: _new_session,
    wish.ShowDiff: _show_diff,
    wish.ShowStatus: _show_status,
    wish.ShowMcp: _show_mcp,
    wish.LogOut: _log_out,
    wish.SendFeedback: _send_feedback,
    wish.SignIn: _sign_in,
    wish.CancelSignIn: _cancel_sign_in,
    wish.SaveKey: _save_key,
    wish.AnswerTrust: _answer_trust,
    wish.MoreSessions: _more_sessions,
    wish.PickSession: _pick_session,
    wish.RunUpdate: _run_update,
    wish.DismissUpdate: _dismiss_update,
}
"""By the type of the effect."""
