"""The conversation on the screen: events and messages in; cells, questions, status and commands out.

It ties what the events say of a turn to the composer, which sends, queues and gives back by it.
"""

from __future__ import annotations

from octavo.frontends.custom_prompts import Prompt
from octavo.frontends.terminal.cells import notices
from octavo.frontends.terminal.cells.cell import Cell, Palette, printed
from octavo.frontends.terminal.cells.user import UserCell
from octavo.frontends.terminal.chat.chat import Chat, TurnEnded
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.submission import Message as Waiting
from octavo.frontends.terminal.effects.composer import Interrupt, Submit
from octavo.frontends.terminal.effects.conversation import Answer, Operate
from octavo.frontends.terminal.effects.screen import Error, Info, OpenView
from octavo.frontends.terminal.effects.sessions import CompactSession
from octavo.frontends.terminal.notifications import Notifier
from octavo.frontends.terminal.screen.clearing import CLEAR
from octavo.frontends.terminal.text.styled import DIM, EMPTY, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.views.pager_document import Document
from octavo.frontends.terminal.views.transcript_pager import Said, TranscriptPager
from octavo.frontends.terminal.views.view import View
from octavo.protocol import events, ops
from octavo.protocol.items import InputText, Message, ResponseItem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect

_AGAIN = line(Span("─ once more " + "─" * 2000, DIM))
_MOST_ROWS = 1000
"""Finished rows after which a frame is drawn, so that keys are heard while a long session is printed."""


class Talk:
    """One conversation after another in one transcript."""

    def __init__(self, composer: Composer, facts: ChatFacts, notifier: Notifier) -> None:
        self.composer, self.notifier = composer, notifier
        self.chat = Chat(facts)
        self.cells: list[Cell] = []
        self.palette = Palette()
        self.is_open = False
        """Whether the session has begun."""
        self.has_failed = False
        """Whether it could not begin, so that nobody takes a message."""
        self._printed = self._ever_printed = 0
        self._began_at = 0
        self._something_printed = False
        self._is_again = False

    # --- what comes in ---

    def event(self, event: events.Event, now: float) -> list[Effect]:
        """An event of the conversation; what is to be done because of it."""
        self.chat.feed(event, now)
        return self._of_event(event.msg) + self.settle()

    def settle(self) -> list[Effect]:
        """Take out of the conversation what it has for the composer and the views."""
        effects: list[Effect] = []
        for event in self.chat.take_questions():
            if (question := self._question(event)) is not None:
                effects.append(OpenView(question))
        if (ended := self.chat.take_ended()) is not None:
            effects += self._turn_ended(ended)
        elif self.chat.is_running:
            self.composer.busy = True
        self.composer.beside = bool(self.chat.beside)
        self.cells += self.chat.take_cells()
        return effects

    def new_chat(self, facts: ChatFacts) -> None:
        """Another conversation takes over; what was said before stays in the transcript."""
        self.chat.leave()
        self.cells += self.chat.take_cells()
        self.chat = Chat(facts)
        self.is_open = self.has_failed = False
        self.composer.busy = self.composer.steerable = self.composer.beside = False

    def tick(self, now: float) -> list[Effect]:
        """Lines of a stream may be due, and what waited for them."""
        self.chat.tick(now)
        return self.settle()

    def show(self, cell: Cell) -> None:
        """Print something of the interface's own."""
        self.chat.show(cell)
        self.cells += self.chat.take_cells()

    # --- what is done here ---

    def run(self, effect: Effect, now: float) -> list[Effect] | None:
        """Do what concerns the conversation, and say what is left to be done outside; None: the effect is not ours."""
        match effect:
            case Submit():
                return self._submit(effect, now)
            case Info(text, hint):
                self.show(notices.info(text, hint))
            case Error(text):
                self.show(notices.error(text))
            case Answer():
                return self._answer(effect)
            case Interrupt() if (command := self.chat.stops) is not None:
                return [Operate(ops.StopUserShellCommand(command))]
            case CompactSession():
                self.chat.usage.forget_tokens()
                return [Operate(ops.Compact())]
            case _:
                return None
        return []

    def _submit(self, message: Submit, now: float) -> list[Effect]:
        self.composer.steerable = True
        self.chat.user_said(message.text, len(message.images))
        self.chat.waits_for_turn(now)
        self.cells += self.chat.take_cells()
        return [message]

    def _answer(self, answer: Answer) -> list[Effect]:
        if answer.command is None:
            return [Operate(ops.PatchApproval(answer.id, answer.decision, answer.call_id))]
        from octavo.frontends.terminal.views.approval import shown_command

        how = {"approved": "once", "approved_for_session": "session"}.get(answer.decision, "abort")
        if answer.remember is not None:
            how = "everywhere" if answer.remember.everywhere else "project"
        self.show(notices.Decision(how, shown_command(answer.command)))  # type: ignore[arg-type]
        return [Operate(ops.ExecApproval(answer.id, answer.decision, answer.call_id, answer.remember))]

    # --- what events lead to ---

    def _of_event(self, msg: events.Msg) -> list[Effect]:
        match msg:
            case events.SessionConfigured():
                return self._configured(msg)
            case events.RawResponseItem(item) if self.composer.waiting.told:
                self._heard(item)
            case events.GetHistoryEntryResponse():
                text = msg.entry.text if isinstance(msg.entry, events.HistoryEntry) else None
                return list(self.composer.history_entry(msg.offset, msg.log_id, text))
            case events.ListCustomPromptsResponse():
                self.composer.prompts_known(
                    Prompt(prompt.name, prompt.content, prompt.description or "") for prompt in msg.custom_prompts
                )
        return []

    def _configured(self, msg: events.SessionConfigured) -> list[Effect]:
        self.is_open = True
        self._began_at = len(self.cells)
        self.composer.recall.set_log(msg.history_log_id, msg.history_entry_count)
        self.cells += self.chat.take_cells()
        return [Operate(ops.ListCustomPrompts()), *self.composer.turn_ended()]

    def _heard(self, item: ResponseItem) -> None:
        """What the turn was told meanwhile stands in the conversation where the model heard it."""
        if isinstance(item, Message) and item.role == "user":
            texts = [part.text for part in item.content if isinstance(part, InputText)]
            if (heard := self.composer.waiting.heard("".join(texts))) is not None:
                self._said(heard)

    def _said(self, message: Waiting) -> None:
        if isinstance(message.effect, Submit):
            self.chat.user_said(message.effect.text, len(message.effect.images))
            self.cells += self.chat.take_cells()

    def _turn_ended(self, ended: TurnEnded) -> list[Effect]:
        if ended.how != "interrupted":  # it came too late for this turn, and begins the next one
            for message in self.composer.waiting.told:
                self._said(message)
            self.composer.waiting.told = []
        if ended.how == "completed":
            self.notifier.turn_complete(ended.last_message)
        return list(self.composer.turn_ended(interrupted=ended.how == "interrupted"))

    def _question(self, event: events.Event) -> View | None:
        from octavo.frontends.terminal.views.approval import command_question, patch_question

        match event.msg:
            case events.ExecApprovalRequest() as request:
                self.notifier.command_question(request.command)
                question = command_question(event.id, request)
                question.asked_beside = event.id if event.id in self.chat.beside else ""
                return question
            case events.ApplyPatchApprovalRequest() as request:
                self.notifier.patch_question(tuple(request.changes), self.chat.facts.cwd)
                return patch_question(event.id, request, self.chat.facts.shown)
        return None

    def waits_for(self, question: View) -> bool:
        """Whether the answer to a question is still wanted: the turn runs, or the command beside it that asked."""
        return question.asked_beside in self.chat.beside if question.asked_beside else self.chat.is_running

    # --- what is to be seen ---

    def lines(self, columns: int) -> list[Line]:
        """The finished lines that were not printed yet."""
        found = [cut_line(_AGAIN, columns)] if self._is_again else []
        self._is_again = False
        while self.is_behind and len(found) < _MOST_ROWS:
            rows = printed(self.cells[self._printed], columns, self.palette, is_first=not self._something_printed)
            self._something_printed = self._something_printed or bool(rows)
            self._printed += 1
            if self._printed > self._ever_printed:
                self._ever_printed = self._printed
            else:  # it is printed again, on the screen of now
                rows = [row for row in rows if row is not CLEAR]
            found += rows
        return found

    def take_finished(self, most: int) -> tuple[list[Cell], bool]:
        """So many of the finished cells that were not handed out yet; and whether they are those of before again."""
        is_again, self._is_again = self._is_again, False
        start, self._printed = self._printed, min(self._printed + most, len(self.cells))
        return self.cells[start : self._printed], is_again

    @property
    def is_behind(self) -> bool:
        """Whether there are finished cells that `lines` has not handed out yet."""
        return self._printed < len(self.cells)

    def print_again(self) -> None:
        """All that was printed comes once more, laid out for the width of then, below a rule."""
        self._printed, self._is_again = 0, True

    def live(self, columns: int) -> list[Line]:
        """The block that still changes."""
        cell = self.chat.live()
        return cell.scrollback(columns, self.palette) if cell is not None else []

    def transcript(self, *, backtrack: bool) -> TranscriptPager:
        """The whole conversation as a pager, its newest message selected where the user wants to go back."""
        document = Document(lambda: len(self.cells), self._transcript_rows, self._transcript_live)
        return TranscriptPager(document, self.messages, backtrack=backtrack and not self.composer.busy)

    def _transcript_rows(self, index: int, columns: int) -> list[Line]:
        cell = self.cells[index]
        rows = cell.transcript(columns, self.palette)
        return rows if not rows or index == 0 or cell.continues else [EMPTY, *rows]

    def _transcript_live(self, columns: int) -> list[Line]:
        cell = self.chat.live()
        return [EMPTY, *cell.transcript(columns, self.palette)] if cell is not None else []

    def messages(self) -> list[Said]:
        """The user's messages in the session that goes on."""
        cells = enumerate(self.cells[self._began_at :], self._began_at)
        return [Said(index, cell.text) for index, cell in cells if isinstance(cell, UserCell)]
