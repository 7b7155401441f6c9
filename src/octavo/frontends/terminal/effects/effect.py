"""The type of everything that can be asked for. It names every effect, so only those who check types load it."""

from __future__ import annotations

from octavo.frontends.terminal.effects.beginning import (
    AnswerTrust,
    CancelSignIn,
    DismissUpdate,
    LogOut,
    RunUpdate,
    SaveKey,
    SignIn,
)
from octavo.frontends.terminal.effects.composer import ComposerEffect
from octavo.frontends.terminal.effects.conversation import Answer, Operate
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
from octavo.frontends.terminal.effects.screen import (
    HeldEscape,
    InsertText,
    OpenPager,
    OpenView,
    PageText,
    PrintAgain,
    QuitHint,
    ShowHelp,
    ShowKeys,
    SwitchModes,
    ToDraft,
)
from octavo.frontends.terminal.effects.sessions import (
    Backtrack,
    CompactSession,
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

Effect = (
    ComposerEffect
    | OpenView
    | OpenPager
    | PageText
    | ToDraft
    | InsertText
    | HeldEscape
    | SwitchModes
    | ShowHelp
    | ShowKeys
    | QuitHint
    | PrintAgain
    | Operate
    | Answer
    | NewSession
    | ForkSession
    | Backtrack
    | RenameSession
    | CompactSession
    | ExportSession
    | CopySession
    | ChooseSession
    | ListSessions
    | SearchSessions
    | PreviewSession
    | PickSession
    | ChooseModel
    | ChooseApprovals
    | ListPermissions
    | ForgetRule
    | ListHooks
    | TrustHook
    | ListSkills
    | SwitchSkill
    | ListThemes
    | TryTheme
    | ChooseTheme
    | ListStatusItems
    | ChooseStatusLine
    | ListTitleItems
    | ChooseTitle
    | ShowDiff
    | ShowStatus
    | ShowMcp
    | ShowUsage
    | ListBranches
    | ListCommits
    | ListCopies
    | CopyText
    | SendFeedback
    | SignIn
    | CancelSignIn
    | SaveKey
    | LogOut
    | AnswerTrust
    | RunUpdate
    | DismissUpdate
)
