"""Which deed belongs to which effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

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
from octavo.frontends.terminal.effects.beginning import (
    AnswerTrust,
    CancelSignIn,
    DismissUpdate,
    LogOut,
    RunUpdate,
    SaveKey,
    SignIn,
)
from octavo.frontends.terminal.effects.composer import (
    EditDraft,
    FetchHistory,
    FindHistory,
    Interrupt,
    PasteImage,
    RunCommand,
    SearchFiles,
    Steer,
    Submit,
    UserShell,
)
from octavo.frontends.terminal.effects.conversation import Operate
from octavo.frontends.terminal.effects.looks import (
    ChooseStatusLine,
    ChooseTheme,
    ChooseTitle,
    ListStatusItems,
    ListThemes,
    ListTitleItems,
    TryTheme,
)
from octavo.frontends.terminal.effects.saved_sessions import (
    ChooseSession,
    ListSessions,
    PickSession,
    PreviewSession,
    SearchSessions,
)
from octavo.frontends.terminal.effects.screen import Error, Info, PageText, PrintAgain, Quit, Redraw, Suspend
from octavo.frontends.terminal.effects.sessions import (
    Backtrack,
    CopySession,
    ExportSession,
    ForkSession,
    NewSession,
    RenameSession,
)
from octavo.frontends.terminal.effects.settings import (
    ChooseApprovals,
    ChooseModel,
    ForgetRule,
    ListHooks,
    ListPermissions,
    ListSkills,
    SwitchSkill,
    TrustHook,
)
from octavo.frontends.terminal.effects.shows import (
    CopyText,
    ListBranches,
    ListCommits,
    ListCopies,
    SendFeedback,
    ShowDiff,
    ShowMcp,
    ShowStatus,
    ShowUsage,
)
from octavo.frontends.terminal.interface import Interface
from octavo.protocol import ops

Deed = Callable[[Interface, Any], None]


DEEDS: Mapping[type, Deed] = {
    Submit: messages.submit,
    Steer: messages.steer,
    UserShell: lambda here, effect: here.submit(ops.RunUserShellCommand(effect.command, effect.beside)),
    RunCommand: messages.run_command,
    Interrupt: lambda here, _: here.submit(ops.Interrupt()),
    Quit: lambda here, _: here.loop.end(),
    Suspend: program.suspend,
    Redraw: program.redraw,
    FetchHistory: lambda here, effect: here.submit(ops.GetHistoryEntryRequest(effect.offset, effect.log_id)),
    FindHistory: program.find_history,
    SearchFiles: program.search_files,
    PasteImage: program.paste_image,
    EditDraft: program.edit_draft,
    PageText: program.page_text,
    Info: lambda here, effect: here.info(effect.text, effect.hint),
    Error: lambda here, effect: here.error(effect.text),
    Operate: lambda here, effect: here.submit(effect.op),
    Backtrack: sessions.backtrack,
    ChooseModel: settings.choose_model,
    ListStatusItems: looks.list_status_items,
    ChooseStatusLine: looks.choose_status_line,
    ListThemes: looks.list_themes,
    TryTheme: looks.try_theme,
    ChooseTheme: looks.choose_theme,
    ChooseApprovals: settings.choose_approvals,
    ListTitleItems: looks.list_title_items,
    ChooseTitle: looks.choose_title,
    ListBranches: shows.list_branches,
    ListCommits: shows.list_commits,
    NewSession: sessions.new_session,
    ChooseSession: picking.choose_session,
    ForkSession: sessions.fork_session,
    RenameSession: sessions.rename_session,
    ListCopies: shows.list_copies,
    CopyText: shows.copy_text,
    PrintAgain: shows.print_again,
    ExportSession: exporting.export_session,
    CopySession: exporting.copy_session,
    ShowDiff: shows.show_diff,
    ShowStatus: shows.show_status,
    ShowMcp: shows.show_mcp,
    ShowUsage: usage.show_usage,
    ListPermissions: permissions.list_permissions,
    ForgetRule: permissions.forget_rule,
    ListHooks: hooks.list_hooks,
    TrustHook: hooks.trust_hook,
    ListSkills: skills.list_skills,
    SwitchSkill: skills.switch_skill,
    LogOut: beginning.log_out,
    SendFeedback: shows.send_feedback,
    SignIn: beginning.sign_in,
    CancelSignIn: beginning.cancel_sign_in,
    SaveKey: beginning.save_key,
    AnswerTrust: beginning.answer_trust,
    ListSessions: picking.list_sessions,
    SearchSessions: picking.search_sessions,
    PreviewSession: picking.preview_session,
    PickSession: picking.pick_session,
    RunUpdate: beginning.run_update,
    DismissUpdate: beginning.dismiss_update,
}
"""By the type of the effect."""
