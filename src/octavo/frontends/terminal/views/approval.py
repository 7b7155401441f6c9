"""The questions before a command and before a patch, as views (`docs/terminal-views.md`, "Questions")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from msgspec import UNSET

from octavo.frontends.terminal.effects.conversation import Answer
from octavo.frontends.terminal.text.clean import TAB, visible, visible_in_a_row
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, ERROR, ITALIC, SUCCESS, Span, line
from octavo.frontends.terminal.views.blocks import Block, blank, paragraph
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.pager import text_pager
from octavo.frontends.terminal.views.question import Question, Reply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.cells.patch import FileDiff
    from octavo.protocol.changes import FileChange, FileChanges
    from octavo.protocol.events import ApplyPatchApprovalRequest, CommandRisk, ExecApprovalRequest
    from octavo.protocol.policy import ReviewDecision

EXEC_TITLE, PATCH_TITLE = "EXEC", "PATCH"

_INDENT = line("  ")
_LINES_A_PIECE = 200
_LEVELS = {"low": SUCCESS, "medium": ACCENT, "high": ERROR}
_REFUSE = Option("No, let me say what to do instead")


def command_question(event_id: str, request: ExecApprovalRequest) -> Question:
    """May this command run? The answer carries the id of the event that asked."""
    about, command = _about(request.reason, request.risk), command_blocks(request.command)

    def reply(option: Option, action: str, decision: ReviewDecision) -> Reply:
        return Reply(option, action, Answer(event_id, request.call_id, decision, request.command))

    replies = (
        reply(Option("Yes, run it"), "approve", "approved"),
        reply(
            Option("Yes, and stop asking for this command in this session"),
            "approve_for_session",
            "approved_for_session",
        ),
        reply(_REFUSE, "decline", "abort"),
    )
    count = len(about) + len(command)
    pager = partial(text_pager, EXEC_TITLE, about + command)
    more = _remembering(event_id, request)
    return Question("May this command run?", about, command, count, replies, pager, more, "The model asks to run:")


def _remembering(event_id: str, request: ExecApprovalRequest) -> tuple[Reply, ...]:
    """The answers that make a rule: for each beginning of the command in this project and everywhere."""
    from octavo.commands.powerful import needs_every_word
    from octavo.commands.quoting import quote_command
    from octavo.commands.rules import prefixes_to_remember
    from octavo.protocol.ops import Remember

    replies = []
    for prefix in prefixes_to_remember(request.command):
        words = visible_in_a_row(quote_command(prefix))
        words += "" if needs_every_word(prefix) else " …"
        for everywhere, where in ((False, "in this project"), (True, "everywhere")):
            option = Option(f"Yes, and always allow `{words}` {where}")
            answer = Answer(event_id, request.call_id, "approved", request.command, Remember(prefix, everywhere))
            replies.append(Reply(option, "", answer))
    return tuple(replies)


def patch_question(event_id: str, request: ApplyPatchApprovalRequest, name: Callable[[str], str]) -> Question:
    """May this patch be applied? `name` tells how a path is shown."""
    from octavo.frontends.terminal.cells.patch import file_diffs

    files = file_diffs(_readable_changes(request.changes), name)
    about, changes = _about(request.reason, UNSET), patch_blocks(files)
    count = len(about) + len(changes) + sum(len(file.lines) for file in files)

    def reply(option: Option, action: str, decision: ReviewDecision) -> Reply:
        return Reply(option, action, Answer(event_id, request.call_id, decision, None))

    replies = (reply(Option("Yes, apply it"), "approve", "approved"), reply(_REFUSE, "decline", "abort"))
    pager = partial(text_pager, PATCH_TITLE, about + changes)
    words = "The model asks to change files:"
    return Question("May these changes be made?", about, changes, count, replies, pager, words=words)


def patch_blocks(files: Sequence[FileDiff]) -> list[Block]:
    """For each file its name and counts, an empty row and the diff, in pieces: a file may be very long."""
    blocks: list[Block] = []
    for file in files:
        blocks += [blank] if blocks else []
        blocks += [paragraph(line(*file.title()), _INDENT, _INDENT), blank]
        for start in range(0, len(file.lines), _LINES_A_PIECE):
            blocks.append(partial(file.rows, start=start, count=_LINES_A_PIECE))
    return blocks


def command_blocks(command: Sequence[str]) -> list[Block]:
    """The whole command behind `$ `: a script of the shell by itself, other words quoted as a shell would read them."""
    from octavo.frontends.terminal.text.highlight import shell_lines

    first, rest = line("  $ "), line("    ")
    lines = shell_lines(visible(shown_command(command)))
    return [paragraph(text, rest if number else first, rest, words=False) for number, text in enumerate(lines)]


def shown_command(command: Sequence[str]) -> str:
    """What a command is called before the user."""
    from octavo.commands.quoting import quote_command
    from octavo.commands.shell_grammar import login_script

    script = login_script(command)
    return quote_command(command) if script is None else script


def _readable_changes(changes: FileChanges) -> FileChanges:
    """The changes with every character visible that hides or reorders what is read; tabs and CR LF are as ever."""
    return {path: _readable_change(change) for path, change in changes.items()}


def _readable_change(change: FileChange) -> FileChange:
    from msgspec.structs import replace

    if change.add is not None:
        return replace(change, add=replace(change.add, content=_readable(change.add.content)))
    if change.delete is not None:
        return replace(change, delete=replace(change.delete, content=_readable(change.delete.content)))
    if change.update is not None:
        diff = _readable(change.update.unified_diff)
        return replace(change, update=replace(change.update, unified_diff=diff))
    return change


def _readable(text: str) -> str:
    return "\n".join(visible(row.removesuffix("\r").expandtabs(TAB)) for row in text.split("\n"))


def _about(reason: object, risk: object) -> list[Block]:
    """The rows above what is asked for, with an empty one at the end: the reason, and what a model thinks of it."""
    rows = [*_reason(reason), *_risk(risk)]
    return [*rows, blank] if rows else rows


def _reason(reason: object) -> Iterable[Block]:
    if isinstance(reason, str) and reason.strip():
        for number, text in enumerate(visible(reason.strip()).split("\n")):
            label = line("  Reason: ") if number == 0 else _INDENT
            yield paragraph(line(Span(text, ITALIC)), label, _INDENT)


def _risk(risk: CommandRisk | object) -> Iterable[Block]:
    from octavo.protocol.events import CommandRisk

    if not isinstance(risk, CommandRisk):
        return
    if summary := " ".join(visible(risk.description).split()):
        yield paragraph(line(summary), line("  Summary: "), _INDENT)
    level = Span(risk.risk_level.upper(), BOLD.over(_LEVELS[risk.risk_level]))
    categories = risk.risk_categories if risk.risk_categories is not UNSET else ()
    names = ", ".join(category.replace("_", " ") for category in categories)
    yield paragraph(line("Risk: ", level, f" ({names})" if names else ""), _INDENT, _INDENT)
