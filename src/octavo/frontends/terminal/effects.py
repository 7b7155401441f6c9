"""What the interface asks to be done: all that composer and views cannot do themselves, as values.

They change only what is on the screen; whoever runs the loop carries these out and feeds the answer back, if there
is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from octavo.frontends.terminal.keys.key import Key, Paste

if TYPE_CHECKING:
    from octavo.commands.rules import Rule
    from octavo.frontends.terminal.views.saved_session import Order, SavedSession
    from octavo.frontends.terminal.views.view import View
    from octavo.protocol.ops import Op, Remember
    from octavo.protocol.policy import ApprovalPolicy, ReasoningEffort, ReviewDecision, SandboxMode

Classification = Literal["bug", "bad_result", "good_result", "other"]
"""What kind of report it is."""


class Submit(msgspec.Struct, frozen=True):
    """Send a message: text first, then the pictures at these paths; the text goes into the message history."""

    text: str
    images: tuple[str, ...] = ()


class Steer(msgspec.Struct, frozen=True):
    """Tell the turn that runs: the model hears the text, and sees the pictures, with its next step."""

    text: str
    images: tuple[str, ...] = ()


class UserShell(msgspec.Struct, frozen=True):
    """Run the user's own command line (what stood behind `!`); with `beside`, at once beside what runs."""

    command: str
    beside: bool = False


class RunCommand(msgspec.Struct, frozen=True):
    """Run the built-in slash command of this name, without the slash, with what stands behind it."""

    name: str
    argument: str = ""


class Interrupt(msgspec.Struct, frozen=True):
    """Stop what began last: the running turn, or a command of the user beside it."""


class Quit(msgspec.Struct, frozen=True):
    """Shut the session down and leave."""


class Suspend(msgspec.Struct, frozen=True):
    """Stop the process group, as Ctrl+Z does in a shell."""


class Redraw(msgspec.Struct, frozen=True):
    """Draw the live rows anew: something else wrote on the screen."""


class OpenTranscript(msgspec.Struct, frozen=True):
    """Open the transcript; with `backtrack` the newest message of the user is selected."""

    backtrack: bool = False


class FetchHistory(msgspec.Struct, frozen=True):
    """Read an entry of the message history; the answer is `Composer.history_entry`."""

    offset: int
    log_id: int


class FindHistory(msgspec.Struct, frozen=True):
    """Find the newest entry before offset `below` that holds `part`; the answer is `Composer.history_found`."""

    part: str
    below: int
    log_id: int


class SearchFiles(msgspec.Struct, frozen=True):
    """Search files; the answers are `Composer.files_found`. An empty query ends the search that runs."""

    query: str


class PasteImage(msgspec.Struct, frozen=True):
    """Read a picture from the clipboard; the answer is `Composer.clipboard_image`."""


class EditDraft(msgspec.Struct, frozen=True):
    """Open the user's editor with this text; the answer is `Composer.edited`."""

    text: str


class PageText(msgspec.Struct, frozen=True):
    """Show this text with the user's own pager."""

    text: str


class Info(msgspec.Struct, frozen=True):
    """Print a line of information, with a hint in grey behind it."""

    text: str
    hint: str = ""


class Error(msgspec.Struct, frozen=True):
    """Print an error line."""

    text: str


ComposerEffect = (
    Submit
    | Steer
    | UserShell
    | RunCommand
    | Interrupt
    | Quit
    | Suspend
    | Redraw
    | OpenTranscript
    | FetchHistory
    | FindHistory
    | SearchFiles
    | PasteImage
    | EditDraft
    | Info
    | Error
)
"""What the composer asks for."""

# --- from views and commands ------------------------------------------------------------------


class ShowHelp(msgspec.Struct, frozen=True):
    """Show all keys and commands."""


class ShowKeys(msgspec.Struct, frozen=True):
    """Show what keys are bound to."""


class SwitchModes(msgspec.Struct, frozen=True):
    """Let the draft have vi's modes, or none if it has them."""


class HeldEscape(msgspec.Struct, frozen=True):
    """Esc before a question could be read: it does what it did before the question came."""


class ToDraft(msgspec.Struct, frozen=True):
    """An input that a question held back: it was typed before the question could be read, and belongs to the draft."""

    input: Key | Paste


class Operate(msgspec.Struct, frozen=True):
    """Hand an operation to the conversation."""

    op: Op


class Answer(msgspec.Struct, frozen=True):
    """The answer to a question of the agent; `id` is that of the event that asked, `call_id` what it asked about.

    `command` is what was asked for, None for a patch; the history tells of decisions about commands only.
    `remember` makes a rule of it.
    """

    id: str
    call_id: str
    decision: ReviewDecision
    command: tuple[str, ...] | None
    remember: Remember | None = None


class QuitHint(msgspec.Struct, frozen=True):
    """Say in the footer that Ctrl+C once more leaves the program."""


class OpenView(msgspec.Struct, frozen=True):
    """Put a view over what is there."""

    view: View


class OpenPager(msgspec.Struct, frozen=True):
    """Show a pager on the whole screen."""

    pager: View


class Backtrack(msgspec.Struct, frozen=True):
    """Go on in a new conversation with what stood before one of the user's messages, and put that one into the draft.

    `messages` are the texts of this session in their order, as shown; `selected` is the place of the one to edit.
    """

    messages: tuple[str, ...]
    selected: int


class ChooseModel(msgspec.Struct, frozen=True):
    """Use this model and effort from the next turn on, and save the choice."""

    model: str
    effort: ReasoningEffort | None


class ChooseApprovals(msgspec.Struct, frozen=True):
    """Use these policies from the next turn on; with `hide_warning`, do not ask about full access again."""

    approval_policy: ApprovalPolicy
    sandbox_mode: SandboxMode
    hide_warning: bool = False


class ListTitleItems(msgspec.Struct, frozen=True):
    """Open the list of what may stand in the window's title."""


class ChooseTitle(msgspec.Struct, frozen=True):
    """Let these items stand in the window's title, and save the choice."""

    items: tuple[str, ...]


class ListBranches(msgspec.Struct, frozen=True):
    """Find the local branches, then open the list of them (`review_picker.branch_list`)."""


class ListCommits(msgspec.Struct, frozen=True):
    """Find the last commits, then open the list of them (`review_picker.commit_list`)."""


class NewSession(msgspec.Struct, frozen=True):
    """Begin a fresh conversation with the settings of now; with `clears` on a clean screen, what was there above it."""

    clears: bool = False


class ChooseSession(msgspec.Struct, frozen=True):
    """Open the list of saved sessions."""


class ForkSession(msgspec.Struct, frozen=True):
    """Go on in a copy of all of this session."""


class RenameSession(msgspec.Struct, frozen=True):
    """Call this session so from now on."""

    name: str


class CompactSession(msgspec.Struct, frozen=True):
    """Forget the shown token usage and ask for a summary."""


class ShowDiff(msgspec.Struct, frozen=True):
    """Ask git what changed, then open the pager."""


class ShowStatus(msgspec.Struct, frozen=True):
    """Print the status card."""


class ShowMcp(msgspec.Struct, frozen=True):
    """Print what the MCP servers offer."""


class ShowUsage(msgspec.Struct, frozen=True):
    """Print what this session and the last days took, and the limits."""


class ListPermissions(msgspec.Struct, frozen=True):
    """Open the list of ways to work, with the rules that are remembered."""


class ForgetRule(msgspec.Struct, frozen=True):
    """Take a rule on commands out of its file."""

    path: str
    rule: Rule


class ListHooks(msgspec.Struct, frozen=True):
    """Open the list of hooks."""


class TrustHook(msgspec.Struct, frozen=True):
    """Trust this very hook of the project from now on, or trust it no more."""

    id: str
    command: str
    trusted: bool


class ListSkills(msgspec.Struct, frozen=True):
    """Open the list of skills."""


class SwitchSkill(msgspec.Struct, frozen=True):
    """Let the model be told of the skill in this file, or not."""

    name: str
    path: str
    enabled: bool


class InsertText(msgspec.Struct, frozen=True):
    """Type this into the draft."""

    text: str


class ListStatusItems(msgspec.Struct, frozen=True):
    """Open the list of what may stand in the status line."""


class ChooseStatusLine(msgspec.Struct, frozen=True):
    """Let these items stand in the status line, and save the choice."""

    items: tuple[str, ...]


class ListThemes(msgspec.Struct, frozen=True):
    """Open the list of themes."""


class TryTheme(msgspec.Struct, frozen=True):
    """Let the screen look like the theme of this name, for now."""

    name: str


class ChooseTheme(msgspec.Struct, frozen=True):
    """Use this theme from now on, and save the choice."""

    name: str


class ListCopies(msgspec.Struct, frozen=True):
    """Open the list of what can be copied."""


class CopyText(msgspec.Struct, frozen=True):
    """Put this text on the clipboard; `what` names it in the line that tells of it."""

    text: str
    what: str


class PrintAgain(msgspec.Struct, frozen=True):
    """Print the whole conversation once more, laid out for the width of now."""


class ExportSession(msgspec.Struct, frozen=True):
    """Write the conversation into this file, whose ending tells the form; without `overwrites` only where none is."""

    file: str
    overwrites: bool = False


class CopySession(msgspec.Struct, frozen=True):
    """Put the whole conversation on the clipboard, as Markdown."""


class LogOut(msgspec.Struct, frozen=True):
    """Remove the stored login and leave."""


class SendFeedback(msgspec.Struct, frozen=True):
    """Send a report with the log and the session, to which the user has agreed; an empty note is none."""

    classification: Classification
    note: str


# --- from the screens before a session ------------------------------------------------------------


class SignIn(msgspec.Struct, frozen=True):
    """Start the login in the browser; the answers are `SignInStep.waits_at`, `signed_in` and `failed`."""


class CancelSignIn(msgspec.Struct, frozen=True):
    """Give the login in the browser up."""


class SaveKey(msgspec.Struct, frozen=True):
    """Store this API key; the answer is `SignInStep.signed_in` or `failed`."""

    key: str

    def __repr__(self) -> str:
        return "SaveKey()"


class AnswerTrust(msgspec.Struct, frozen=True):
    """Whether the user trusts the folder; yes is recorded, no is not."""

    trusted: bool


class ListSessions(msgspec.Struct, frozen=True):
    """Read the saved sessions, those first that come first in this order; the answers are `ResumePicker.add`."""

    by: Order


class SearchSessions(msgspec.Struct, frozen=True):
    """Look for words in what was said in these sessions; the answers are `ResumePicker.said`. Empty ends the search."""

    words: str
    sessions: tuple[SavedSession, ...] = ()


class PreviewSession(msgspec.Struct, frozen=True):
    """Read how a session began and ended; the answer is `ResumePicker.previewed`."""

    path: str


class PickSession(msgspec.Struct, frozen=True):
    """Go on with the session in this file; None for a new one, or for the one that is on the screen.

    Where that cannot be done the answer is `ResumePicker.refused`.
    """

    path: str | None


class RunUpdate(msgspec.Struct, frozen=True):
    """Leave, then run the update command."""


class DismissUpdate(msgspec.Struct, frozen=True):
    """Do not ask about this version again."""

    version: str


ViewEffect = (
    ToDraft
    | HeldEscape
    | SwitchModes
    | ShowHelp
    | ShowKeys
    | Operate
    | Answer
    | QuitHint
    | OpenView
    | OpenPager
    | PageText
    | Backtrack
    | ChooseModel
    | ChooseApprovals
    | ListTitleItems
    | ChooseTitle
    | ListBranches
    | ListCommits
    | NewSession
    | ChooseSession
    | ForkSession
    | RenameSession
    | CompactSession
    | ShowDiff
    | ShowStatus
    | ShowMcp
    | ShowUsage
    | ListPermissions
    | ForgetRule
    | ListHooks
    | TrustHook
    | ListSkills
    | SwitchSkill
    | InsertText
    | ListStatusItems
    | ChooseStatusLine
    | ListThemes
    | TryTheme
    | ChooseTheme
    | ListCopies
    | CopyText
    | PrintAgain
    | ExportSession
    | CopySession
    | LogOut
    | SendFeedback
    | SignIn
    | CancelSignIn
    | SaveKey
    | AnswerTrust
    | ListSessions
    | SearchSessions
    | PreviewSession
    | PickSession
    | RunUpdate
    | DismissUpdate
)
"""What views and commands ask for besides."""

Effect = ComposerEffect | ViewEffect
"""All of them."""
