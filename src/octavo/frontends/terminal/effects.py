"""What the interface asks to be done: all that composer and views cannot do themselves, as values.

They change only what is on the screen; whoever runs the loop carries these out and feeds the answer back, if there
is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from octavo.frontends.terminal.keys.key import Key, Paste

if TYPE_CHECKING:
    from octavo.frontends.terminal.views.view import View
    from octavo.protocol.ops import Op
    from octavo.protocol.policy import ApprovalPolicy, ReasoningEffort, ReviewDecision, SandboxMode

Classification = Literal["bug", "bad_result", "good_result", "other"]
"""What kind of report it is."""


class Submit(NamedTuple):
    """Send a message: text first, then the pictures at these paths; the text goes into the message history."""

    text: str
    images: tuple[str, ...] = ()


class UserShell(NamedTuple):
    """Run the user's own command line (what stood behind `!`)."""

    command: str


class RunCommand(NamedTuple):
    """Run the built-in slash command of this name, without the slash."""

    name: str


class Interrupt(NamedTuple):
    """Stop the running turn."""


class Quit(NamedTuple):
    """Shut the session down and leave."""


class Suspend(NamedTuple):
    """Stop the process group, as Ctrl+Z does in a shell."""


class Redraw(NamedTuple):
    """Draw the live rows anew: something else wrote on the screen."""


class OpenTranscript(NamedTuple):
    """Open the transcript; with `backtrack` the newest message of the user is selected."""

    backtrack: bool = False


class FetchHistory(NamedTuple):
    """Read an entry of the message history; the answer is `Composer.history_entry`."""

    offset: int
    log_id: int


class FindHistory(NamedTuple):
    """Find the newest entry before offset `below` that holds `part`; the answer is `Composer.history_found`."""

    part: str
    below: int
    log_id: int


class SearchFiles(NamedTuple):
    """Search files; the answer is `Composer.files_found`. An empty query ends the search that runs."""

    query: str


class PasteImage(NamedTuple):
    """Read a picture from the clipboard; the answer is `Composer.clipboard_image`."""


class EditDraft(NamedTuple):
    """Open the user's editor with this text; the answer is `Composer.edited`."""

    text: str


class Info(NamedTuple):
    """Print a line of information, with a hint in grey behind it."""

    text: str
    hint: str = ""


class Error(NamedTuple):
    """Print an error line."""

    text: str


ComposerEffect = (
    Submit
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


class ToDraft(NamedTuple):
    """An input that a question held back: it was typed before the question could be read, and belongs to the draft."""

    input: Key | Paste


class Operate(NamedTuple):
    """Hand an operation to the conversation."""

    op: Op


class Answer(NamedTuple):
    """The answer to a question of the agent; `id` is that of the event that asked.

    `command` is what was asked for, None for a patch; the history tells of decisions about commands only.
    """

    id: str
    decision: ReviewDecision
    command: tuple[str, ...] | None


class QuitHint(NamedTuple):
    """Say in the footer that Ctrl+C once more leaves the program."""


class OpenView(NamedTuple):
    """Put a view over what is there."""

    view: View


class OpenPager(NamedTuple):
    """Show a pager on the whole screen."""

    pager: View


class Backtrack(NamedTuple):
    """Go on in a new conversation with what stood before one of the user's messages, and put that one into the draft.

    `messages` are the texts of this session in their order, as shown; `selected` is the place of the one to edit.
    """

    messages: tuple[str, ...]
    selected: int


class ChooseModel(NamedTuple):
    """Use this model and effort from the next turn on, and save the choice."""

    model: str
    effort: ReasoningEffort | None


class ChooseApprovals(NamedTuple):
    """Use these policies from the next turn on; with `hide_warning`, do not ask about full access again."""

    approval_policy: ApprovalPolicy
    sandbox_mode: SandboxMode
    hide_warning: bool = False


class ListBranches(NamedTuple):
    """Find the local branches, then open the list of them (`review_picker.branch_list`)."""


class ListCommits(NamedTuple):
    """Find the last commits, then open the list of them (`review_picker.commit_list`)."""


class NewSession(NamedTuple):
    """Begin a fresh conversation with the settings of now."""


class CompactSession(NamedTuple):
    """Forget the shown token usage and ask for a summary."""


class ShowDiff(NamedTuple):
    """Ask git what changed, then open the pager."""


class ShowStatus(NamedTuple):
    """Print the status card."""


class ShowMcp(NamedTuple):
    """Print what the MCP servers offer."""


class InsertText(NamedTuple):
    """Type this into the draft."""

    text: str


class LogOut(NamedTuple):
    """Remove the stored login and leave."""


class SendFeedback(NamedTuple):
    """Send a report with the log and the session, to which the user has agreed; an empty note is none."""

    classification: Classification
    note: str


# --- from the screens before a session ------------------------------------------------------------


class SignIn(NamedTuple):
    """Start the login in the browser; the answers are `SignInStep.waits_at`, `signed_in` and `failed`."""


class CancelSignIn(NamedTuple):
    """Give the login in the browser up."""


class SaveKey(NamedTuple):
    """Store this API key; the answer is `SignInStep.signed_in` or `failed`."""

    key: str

    def __repr__(self) -> str:
        return "SaveKey()"


class AnswerTrust(NamedTuple):
    """Whether the user trusts the folder; yes is recorded, no is not."""

    trusted: bool


class MoreSessions(NamedTuple):
    """Read more saved sessions; the answer is `ResumePicker.add`."""


class PickSession(NamedTuple):
    """Go on with the session in this file; None for a new one."""

    path: str | None


class RunUpdate(NamedTuple):
    """Leave, then run the update command."""


class DismissUpdate(NamedTuple):
    """Do not ask about this version again."""

    version: str


ViewEffect = (
    ToDraft
    | Operate
    | Answer
    | QuitHint
    | OpenView
    | OpenPager
    | Backtrack
    | ChooseModel
    | ChooseApprovals
    | ListBranches
    | ListCommits
    | NewSession
    | CompactSession
    | ShowDiff
    | ShowStatus
    | ShowMcp
    | InsertText
    | LogOut
    | SendFeedback
    | SignIn
    | CancelSignIn
    | SaveKey
    | AnswerTrust
    | MoreSessions
    | PickSession
    | RunUpdate
    | DismissUpdate
)
"""What views and commands ask for besides."""

Effect = ComposerEffect | ViewEffect
"""All of them."""
