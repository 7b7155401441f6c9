"""Which deed belongs to which effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from octavo.frontends.terminal import effects as wish
from octavo.frontends.terminal.deeds import (
    beginning,
    exporting,
    hooks,
    looks,
    messages,
    permissions,
    picking,
    program,
    sessions,
    settings,
    shows,
    skills,
    usage,
)
from octavo.frontends.terminal.interface import Interface
from octavo.protocol import ops

Deed = Callable[[Interface, Any], None]


DEEDS: Mapping[type, Deed] = {
    wish.Submit: messages.submit,
    wish.Steer: messages.steer,
    wish.UserShell: lambda here, effect: here.submit(ops.RunUserShellCommand(effect.command, effect.beside)),
    wish.RunCommand: messages.run_command,
    wish.Interrupt: lambda here, _: here.submit(ops.Interrupt()),
    wish.Quit: lambda here, _: here.loop.end(),
    wish.Suspend: program.suspend,
    wish.Redraw: program.redraw,
    wish.FetchHistory: lambda here, effect: here.submit(ops.GetHistoryEntryRequest(effect.offset, effect.log_id)),
    wish.FindHistory: program.find_history,
    wish.SearchFiles: program.search_files,
    wish.PasteImage: program.paste_image,
    wish.EditDraft: program.edit_draft,
    wish.PageText: program.page_text,
    wish.Info: lambda here, effect: here.info(effect.text, effect.hint),
    wish.Error: lambda here, effect: here.error(effect.text),
    wish.Operate: lambda here, effect: here.submit(effect.op),
    wish.Backtrack: sessions.backtrack,
    wish.ChooseModel: settings.choose_model,
    wish.ListStatusItems: looks.list_status_items,
    wish.ChooseStatusLine: looks.choose_status_line,
    wish.ListThemes: looks.list_themes,
    wish.TryTheme: looks.try_theme,
    wish.ChooseTheme: looks.choose_theme,
    wish.ChooseApprovals: settings.choose_approvals,
    wish.ListTitleItems: settings.list_title_items,
    wish.ChooseTitle: settings.choose_title,
    wish.ListBranches: shows.list_branches,
    wish.ListCommits: shows.list_commits,
    wish.NewSession: sessions.new_session,
    wish.ChooseSession: picking.choose_session,
    wish.ForkSession: sessions.fork_session,
    wish.RenameSession: sessions.rename_session,
    wish.ListCopies: shows.list_copies,
    wish.CopyText: shows.copy_text,
    wish.PrintAgain: shows.print_again,
    wish.ExportSession: exporting.export_session,
    wish.CopySession: exporting.copy_session,
    wish.ShowDiff: shows.show_diff,
    wish.ShowStatus: shows.show_status,
    wish.ShowMcp: shows.show_mcp,
    wish.ShowUsage: usage.show_usage,
    wish.ListPermissions: permissions.list_permissions,
    wish.ForgetRule: permissions.forget_rule,
    wish.ListHooks: hooks.list_hooks,
    wish.TrustHook: hooks.trust_hook,
    wish.ListSkills: skills.list_skills,
    wish.SwitchSkill: skills.switch_skill,
    wish.LogOut: beginning.log_out,
    wish.SendFeedback: shows.send_feedback,
    wish.SignIn: beginning.sign_in,
    wish.CancelSignIn: beginning.cancel_sign_in,
    wish.SaveKey: beginning.save_key,
    wish.AnswerTrust: beginning.answer_trust,
    wish.ListSessions: picking.list_sessions,
    wish.SearchSessions: picking.search_sessions,
    wish.PreviewSession: picking.preview_session,
    wish.PickSession: picking.pick_session,
    wish.RunUpdate: beginning.run_update,
    wish.DismissUpdate: beginning.dismiss_update,
}
"""By the type of the effect."""
