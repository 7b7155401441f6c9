"""The same state in words: the second way to show an `App` and to hand it what is typed.

What is finished is said once, in whole sentences and whole paragraphs; nothing moves, and below it stands at most the
line that the user writes on. Lists and questions are numbered (`docs/terminal.md`, "Without a screen").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.app.frame import Frame
from octavo.frontends.terminal.effects.screen import PageText
from octavo.frontends.terminal.keys.key import Entered, Input, Key, Paste
from octavo.frontends.terminal.plain.answers import Answered, Answers
from octavo.frontends.terminal.plain.choices import Completions, earlier_messages
from octavo.frontends.terminal.plain.prompt import Prompt, prompt
from octavo.frontends.terminal.text.styled import Line, line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.terminal.views.view import View

TYPE_CHECKING = False  # the conversation's words are loaded with the conversation
if TYPE_CHECKING:
    from octavo.frontends.terminal.plain.conversation import Conversation

_LEAVING = (Key("escape"), Key("c", ctrl=True), Key("d", ctrl=True))
_OF_THE_PROGRAM = (Key("t", ctrl=True), Key("z", ctrl=True), Key("l", ctrl=True))
_QUIT_S = 5.0
"""Within which Ctrl+C twice leaves, where a line that was half typed cannot be seen."""


class PlainFace:
    """Shows `app`. `reads_lines` says that whole lines come, `pages` that a pager of the user's can be had."""

    def __init__(self, app: App, *, reads_lines: bool, pages: bool = False) -> None:
        self.app, self.reads_lines, self.pages = app, reads_lines, pages
        self._answers = Answers()
        self._conversation: Conversation | None = None
        self._said: list[str] = []
        self._entered = ""
        self._wants_choices: Literal["", "complete", "run"] = ""
        self._leaves_until = float("-inf")
        self._columns = 80

    # --- what comes in ---

    def handle(self, value: Input, now: float) -> None:
        """Take an input."""
        if isinstance(value, Entered):
            self._line(value, now)
        elif isinstance(value, Key | Paste):
            self._key(value, now)
        else:
            self.app.handle(value, now)

    def appear(self, now: float) -> None:
        """What was typed before this moment answers nothing that was asked."""
        self.app.appear(now)
        self._answers.appear(now)

    def handled(self, now: float) -> None:
        """Many inputs came at once."""
        self.app.handled(now)

    def tick(self, now: float) -> None:
        """The deadline has come."""
        self.app.tick(now)

    def deadline(self) -> float | None:
        """When `tick` is due: nothing moves by itself."""
        return self.app.deadline()

    def _key(self, key: Key | Paste, now: float) -> None:
        app = self.app
        if self._front() is not None:
            if key in _OF_THE_PROGRAM or key in _LEAVING:
                app.handle(key, now)
            else:
                self._conclude(self._answers.key(key, self._columns, now), now)
        elif self.reads_lines and key == Key("c", ctrl=True):
            self._interrupt(now)
        elif not self._completes(key):
            app.handle(key, now)

    def _line(self, entered: Entered, now: float) -> None:
        """A line is a message, a command or an answer; a tab at its end is the key."""
        is_asked = self._front() is not None
        if is_asked and (answered := self._answers.line(entered, now)) is not None:
            self._conclude(answered, now)
            return
        text = entered.text
        composer = self.app.composer
        if text == "?" and composer.empty:
            self._write(Key("?", text="?"), now)
            return
        begun = composer.editor.draft.text
        goes_on, has_tab = text.endswith("\\"), text.endswith("\t")
        self._write(Paste(text[:-1] + "\n" if goes_on else text.rstrip("\t")), now)
        key = Key("tab" if has_tab else "enter")
        if is_asked and (self.app.talk is None or not self.app.talk.is_open):
            return  # nothing is sent before it was answered in which folder, and by whom
        if not goes_on and not self._completes(key):
            self._entered = begun + text
            self._write(key, now)

    def _write(self, key: Key | Paste, now: float) -> None:
        """Into the draft, whatever stands in front."""
        self.app.run(self.app.composer.handle(key, now), now)

    def _interrupt(self, now: float) -> None:
        """Ctrl+C where lines come whole: what was half typed is gone already, so it takes two to leave."""
        composer = self.app.composer
        is_idle = composer.empty and not composer.busy and not composer.beside
        if is_idle and now > self._leaves_until:
            self._leaves_until = now + _QUIT_S
            self._said.append("Press Ctrl+C again to quit.")
        else:
            self.app.handle(Key("c", ctrl=True), now)

    def _completes(self, key: Key | Paste) -> bool:
        """No key but Tab completes what nobody sees; a command that was not written whole is asked about."""
        composer = self.app.composer
        completion = composer.completion
        if completion is None or (isinstance(key, Key) and key.text):
            return False
        names = [item.text for item in completion.popup.items]
        is_part = not completion.of_files and names and completion.token.text not in names
        if key == Key("tab"):
            self._wants_choices = "complete"
        elif key == Key("enter") and is_part:
            self._wants_choices = "run"
        else:
            composer.dismiss_completion()
        return bool(self._wants_choices)

    def _conclude(self, answered: Answered, now: float) -> None:
        if answered.remark:
            self._said.append(answered.remark)
        self.app.conclude(answered.outcome, now)

    def _front(self) -> View | None:
        """What has to be answered before anything else: a list over the whole screen, or the view on top."""
        return self.app.pager if self.app.pager is not None else self.app.views.top

    # --- what is said ---

    def frame(self, columns: int, lines: int, now: float) -> Frame:
        """What is new, and the line to write on."""
        self._columns = columns
        app = self.app
        app.composer.resize(columns)
        said = [*self._said, *self._news(now)]
        self._said = []
        if said:
            self._answers.ask_again()
        self._open_choices(now)
        said += self._paged(lines, now)
        front = self._front()
        if front is app.views.top:
            app.views.drawn(now)
        said += self._answers.say(front, now)
        self._entered = ""
        shown = self._prompt()
        rows = [line(row) for row in shown.rows]
        cursor = None if self.reads_lines and self._answers.is_secret and front is not None else shown.cursor
        return app.calling(Frame(self._wrapped(said), rows, cursor), now)

    def _news(self, now: float) -> list[str]:
        if self.app.talk is None:
            return []
        if self._conversation is None:
            from octavo.frontends.terminal.plain.conversation import Conversation

            self._conversation = Conversation(self.app.talk)
        return self._conversation.news(now, self._entered, asks=self.app.views.has_question)

    def _prompt(self) -> Prompt:
        """The answer to what is asked, or the draft. While a turn runs an empty one is not shown."""
        composer = self.app.composer
        if self._front() is not None:
            return self._answers.prompt(self._columns)
        if composer.search is not None:
            return prompt(f"Search {composer.search.query}: ", composer.editor.draft, self._columns)
        draft = composer.editor.draft
        waits = self.app.talk is None or not self.app.talk.is_open or composer.busy
        mode = composer.modes.shown
        sign = f"{mode.lower()} > " if mode else "> "
        return prompt(sign, draft, self._columns) if draft.text or not waits else Prompt()

    def _wrapped(self, said: Sequence[str]) -> list[Line]:
        """Whole lines, broken between words where the terminal would break them anywhere."""
        if self.reads_lines:
            return [line(text) for text in said]
        return [row for text in said for row in wrap(line(text), self._columns)]

    def _open_choices(self, now: float) -> None:
        """What fits the word at the cursor, once it is known: one is taken, several are numbered."""
        composer = self.app.composer
        completion = composer.completion
        if not self._wants_choices or (completion is not None and completion.is_waiting):
            return
        runs, self._wants_choices = self._wants_choices == "run", ""
        count = len(completion.popup.items) if completion is not None else 0
        if count == 1:
            self.app.run(composer.complete(0, runs=runs), now)
        elif count:
            self.app.views.push(Completions(composer, runs=runs), now)
        else:
            self._said.append("Nothing fits.")

    def _paged(self, lines: int, now: float) -> list[str]:
        """What a pager would show: all of it, by the user's own one where it is long."""
        from octavo.frontends.terminal.views.pager import Pager

        pager = self.app.pager
        if not isinstance(pager, Pager):
            return []
        self.app.pager = None
        self._answers.ask_again()
        from octavo.frontends.terminal.views.transcript_pager import TranscriptPager

        if isinstance(pager, TranscriptPager):
            if pager.chosen_messages is not None:
                self.app.views.push(earlier_messages(pager.chosen_messages), now)
                return []
            said = self._conversation.whole() if self._conversation is not None else []
        else:
            said = pager.texts()
        if self.pages and len(said) > lines:
            self.app.perform(PageText("\n".join(said) + "\n"), now)
            return []
        return said or ["There is nothing to show."]
