"""The composer: keys and pastes in, a draft that changes and what is asked to be done out.

It knows no session, clock or screen: times come with the keys, answers to what it asked for are handed in, and
whether a turn runs is told to it. Facts in `docs/terminal-composer.md`, "Writing".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from octavo.frontends.custom_prompts import Prompt
from octavo.frontends.terminal.composer.burst import Burst, TakenBack
from octavo.frontends.terminal.composer.completing import Completing
from octavo.frontends.terminal.composer.draft import Draft, expanded
from octavo.frontends.terminal.composer.drawing import text_columns
from octavo.frontends.terminal.composer.editor import Editor, typed
from octavo.frontends.terminal.composer.modes import Modes
from octavo.frontends.terminal.composer.paste import Inserting, with_line_feeds
from octavo.frontends.terminal.composer.pictures import ReadSize, picture_size
from octavo.frontends.terminal.composer.recall import Earlier
from octavo.frontends.terminal.composer.submission import Message, read, with_pictures
from octavo.frontends.terminal.composer.waiting import Waiting
from octavo.frontends.terminal.effects.composer import (
    ComposerEffect,
    EditDraft,
    FetchHistory,
    Interrupt,
    PasteImage,
    RunCommand,
    Steer,
    Submit,
    UserShell,
)
from octavo.frontends.terminal.effects.screen import OpenTranscript, Quit, Redraw, Suspend
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.keys.keymap import DEFAULT, Keymap

TYPE_CHECKING = False  # what the first frame does not show is loaded when it is used
if TYPE_CHECKING:
    from octavo.frontends.terminal.composer.completion import Completion, FileMatch
    from octavo.frontends.terminal.composer.history_search import HistorySearch

CLIPBOARD_LIMIT = 1.0
"""Seconds for which keys wait for the clipboard, so that Enter does not overtake the picture."""

Effects = list[ComposerEffect]


_ASKED: dict[str, ComposerEffect] = {
    "global.open_transcript": OpenTranscript(),
    "global.suspend": Suspend(),
    "global.clear_terminal": Redraw(),
    "global.copy": RunCommand("copy"),
    "global.toggle_vim_mode": RunCommand("vim"),
    "composer.attach_image": PasteImage(),
}
"""Actions that are done elsewhere."""


class Composer:
    """The draft and all that belongs to it; what is public is for drawing.

    `busy` and `steerable`, whether a turn runs and whether it can be told something, are for who runs the turns,
    and so is `beside`, whether a command of the user runs beside it or after it.
    What is `waiting` was told to the turn, or is for its end; Enter queues and Tab tells, or the other way round where
    `enter_steers`. The draft may have `modes`.
    """

    def __init__(
        self,
        folder: str,
        *,
        bursts: bool = True,
        example: str = "",
        read_size: ReadSize = picture_size,
        keys: Keymap = DEFAULT,
    ) -> None:
        self.keys = keys
        self.editor = Editor(keys)
        self.waiting = Waiting()
        self.modes = Modes(self.editor)
        self.busy = False
        self.steerable = False
        self.beside = False
        self.enter_steers = False
        self.shortcuts = self._had_shortcuts = False
        self.hint: Literal["", "ctrl-c", "backtrack"] = ""
        self.example = example
        self.columns = 77
        self.top_row = 0
        self._earlier = Earlier(self.editor)
        self.recall = self._earlier.recall
        self._inserting = Inserting(self.editor, self.modes, folder, read_size)
        self._burst = Burst(bursts)
        self._completing = Completing(self._inserting.label)
        self._at_interrupt = Draft()
        self._held: list[tuple[Key | Paste, float]] = []
        self._held_until: float | None = None

    # --- keys ---

    @property
    def empty(self) -> bool:
        """Nothing is written."""
        return not self.editor.draft.text and self._burst.deadline is None

    @property
    def deadline(self) -> float | None:
        """When `tick` is to be called if no key comes before."""
        return self._burst.deadline if self._held_until is None else self._held_until

    def handle(self, key: Key | Paste, now: float) -> Effects:
        """What a key or a paste does; `now` is in seconds of a clock that never goes back."""
        if self._held_until is not None and now < self._held_until:
            self._held.append((key, now))
            return []
        effects = self.tick(now)
        if self.search and (searched := self._search_with(self.search, key)) is not None:
            return effects + searched
        if isinstance(key, Paste):
            self._plain_footer()
            self._inserting.paste(self._burst.end())
            self._inserting.paste(key.text)
        else:
            effects += self._key(key, now)
        if any(isinstance(effect, PasteImage) for effect in effects):
            self._held_until = now + CLIPBOARD_LIMIT
        return effects + self._follow()

    def handled(self, now: float) -> None:
        """Many keys came at once, and dealing with them took until `now`: what follows at once belongs to them."""
        self._burst.handled(now)

    def tick(self, now: float) -> Effects:
        """Time has gone on."""
        if self._held_until is not None and now >= self._held_until:
            return self._release()
        self._inserting.paste(self._burst.flush(now))
        return self._follow()

    def _key(self, key: Key, now: float) -> Effects:
        if self.modes.take(key):
            return self._modal_key(key, now)
        if text := typed(key):
            self._type(key, text, now)
            return []
        self._had_shortcuts = self.shortcuts
        if not self._is_escape(key):
            self._plain_footer()
        if key == Key("enter"):
            return self._enter(key, now)
        self._inserting.paste(self._burst.end())
        followed = self._follow()
        for handle in (self._complete_with, self._command_key, self._recall_with):
            if (effects := handle(key)) is not None:
                return followed + effects
        self.editor.handle(key, self.columns)
        return followed

    # --- modes ---

    def _modal_key(self, key: Key, now: float) -> Effects:
        """A key that is a command, or Esc."""
        self._inserting.paste(self._burst.end())
        self._had_shortcuts = self.shortcuts
        if not self._is_escape(key):
            self._plain_footer()
        outcome = self.modes.handle(key, self.columns, now)
        if outcome == "submit":
            return self._submit(tell=self.enter_steers)
        if outcome == "slash":
            self.editor.insert(Draft("/"))
        elif outcome in ("older", "newer"):
            return self._recall_by(-1 if outcome == "older" else 1) or []
        elif outcome is None:
            return self._beside_commands(key)
        return []

    def _beside_commands(self, key: Key) -> Effects:
        """A key that means the same whether commands are expected or text."""
        if (effects := self._command_key(key)) is not None:
            return effects
        if self.keys.row_step(key) and (effects := self._recall_with(key)) is None:
            self.editor.handle(key, self.columns)
        return effects or []

    def _type(self, key: Key, text: str, now: float) -> None:
        shortcuts = self.shortcuts
        self._plain_footer()
        verdict = self._burst.character(text, now, self.editor.draft)
        if isinstance(verdict, TakenBack):
            self.editor.take_back(verdict.draft)
        elif not verdict and self.empty and self.keys.means(key, "composer.toggle_shortcuts"):
            self.shortcuts = not shortcuts
        elif not verdict:
            run = self._burst.run
            if shortcuts and len(run) > len(text) and run.endswith(text):
                self.editor.insert(Draft(run[: -len(text)]))  # it was the beginning of a text, not a question
            self.editor.handle(key, self.columns)

    def _enter(self, key: Key, now: float) -> Effects:
        command = self.completion is not None or self.editor.draft.text.startswith("/")
        verdict = self._burst.enter(now, command=command)
        if isinstance(verdict, TakenBack):
            self.editor.take_back(verdict.draft)
        elif verdict == "newline":
            self.editor.insert(Draft("\n"))
        elif not verdict:
            for handle in (self._complete_with, self._command_key):
                if (effects := handle(key)) is not None:
                    return effects
            self.editor.handle(key, self.columns)
        return []

    def _command_key(self, key: Key) -> Effects | None:
        """Keys that do something other than editing."""
        if (key.name, key.ctrl, key.alt) == ("c", True, False):
            return self._ctrl_c()
        if (key.name, key.ctrl, key.alt) == ("d", True, False) and self.empty:
            return [Quit()]
        for action in self.keys.found(key, "composer"):
            if (effects := self._act(action)) is not None:
                return effects
        return None

    def _act(self, action: str) -> Effects | None:
        """What an action does now; None: it is one of editing, or means nothing."""
        if (asked := _ASKED.get(action)) is not None:
            return [asked]
        match action:
            case "chat.interrupt_turn" if self.busy or self.beside:
                return self._interrupt()
            case "chat.edit_previous_message" | "chat.interrupt_turn":
                return self._escape(goes_back=action == "chat.edit_previous_message")
            case "global.open_external_editor":
                return [EditDraft(expanded(self.editor.draft))]
            case "composer.history_search_previous":
                from octavo.frontends.terminal.composer.history_search import HistorySearch

                self._earlier.search = HistorySearch(self.recall, self.editor)
                return []
            case "composer.toggle_shortcuts" if self.empty:
                self.shortcuts = not self._had_shortcuts
                return []
            case "composer.submit":
                return self._submit(tell=self.enter_steers)
            case "composer.queue" if self._takes_at_once:
                return self._submit(tell=not self.enter_steers)
            case "chat.send_queued_message_first":
                self.waiting.let_newest_go_first()
                return []
            case "chat.edit_queued_message":
                self._take_from_queue()
                return []
        return None

    @property
    def _takes_at_once(self) -> bool:
        """Whether there is something that need not wait for the end of the turn."""
        text = self.editor.draft.text
        return bool(text) and (self.steerable or (self.busy and text.startswith("!")))

    def _plain_footer(self) -> None:
        self.shortcuts, self.hint = False, ""

    def _escape(self, *, goes_back: bool) -> Effects | None:
        """Where no turn runs: close the popup, or go back to an earlier message."""
        if self.completion:
            self._completing.dismiss(self.editor.draft)
        elif goes_back and not self.editor.draft.text:
            if self.hint == "backtrack":
                self._plain_footer()
                return [OpenTranscript(backtrack=True)]
            self.hint = "backtrack"
        elif not goes_back:
            return None
        return []

    def _ctrl_c(self) -> Effects:
        if self.editor.draft.text:
            self.recall.add(self.editor.draft)
            self.editor.set(Draft())
            self.modes.write_anew()
        elif self.busy or self.beside:
            self.hint = "ctrl-c"
            return self._interrupt()
        else:
            return [Quit()]
        self.hint = "ctrl-c"
        return []

    # --- pastes and pictures ---

    def clipboard_image(self, path: str | None) -> Effects:
        """The answer to `PasteImage`: where the picture is, None when there is none."""
        self._inserting.clipboard(path)
        return self._release() + self._follow()

    def _release(self) -> Effects:
        """Keys that waited for the clipboard take effect."""
        held, self._held, self._held_until = self._held, [], None
        return [effect for key, now in held for effect in self.handle(key, now)]

    # --- popups ---

    @property
    def completion(self) -> Completion | None:
        """The popup that is open."""
        return self._completing.open

    def complete(self, index: int, *, runs: bool = False) -> Effects:
        """Put the item with this index of the popup into the draft; with `runs`, a command is run."""
        self._completing.select(index)
        return (self._complete_with(Key("enter" if runs else "tab")) or []) + self._follow()

    def dismiss_completion(self) -> None:
        """No popup for this word until it changes."""
        self._completing.dismiss(self.editor.draft)

    def _follow(self) -> Effects:
        """The popup follows the draft, but not what is only looked at."""
        if self.search:
            return []
        self.modes.settle()
        return list(self._completing.follow(Draft() if self.modes.expect_commands else self.editor.draft))

    def _complete_with(self, key: Key) -> Effects | None:
        """Keys that belong to the popup while it is open; None: this one does not."""
        taken = self._completing.handle(self._popup_key(key), self.editor)
        if taken is None:
            return None
        if isinstance(taken, RunCommand):
            return self._run(taken)
        return self._submit() if taken == "submit" else []

    def _popup_key(self, key: Key) -> Key:
        """The key that the popup knows the same by: ↑ and ↓ move, Enter takes."""
        keys = self.keys
        if keys.means(key, "list.accept") or keys.means(key, "composer.submit"):
            return Key("enter")
        if keys.means(key, "list.move_up") or keys.means(key, "editor.move_up"):
            return Key("up")
        return Key("down") if keys.means(key, "list.move_down") or keys.means(key, "editor.move_down") else key

    def _is_escape(self, key: Key) -> bool:
        return self.keys.means(key, "chat.interrupt_turn", "chat.edit_previous_message")

    # --- sending ---

    def _submit(self, *, tell: bool = False) -> Effects:
        asked = read(self.editor.draft, self._completing.prompts)
        if isinstance(asked, RunCommand):
            return self._run(asked)
        if isinstance(asked, Message):
            self.recall.add(asked.draft)
            self._empty()
            if self.busy and tell and self.steerable and isinstance(asked.effect, Submit):
                self.waiting.told.append(asked)
                return [Steer(asked.effect.text, asked.effect.images)]
            if self.busy and tell and isinstance(asked.effect, UserShell):
                return [UserShell(asked.effect.command, beside=True)]
            if self.busy:
                self.waiting.queue.append(asked)
                return []
            self.busy, self.waiting.sent = True, asked
            return [asked.effect]
        if self.editor.draft.text.strip() == "!":
            self._empty()  # it was explained; there is nothing in it to go on with
        self.editor.move(len(self.editor.draft.text))
        return [asked] if asked else []

    def _run(self, command: RunCommand) -> Effects:
        if len(self.editor.draft.text.split()) > 1 and not command.argument:
            self.recall.add(self.editor.draft)  # what stood behind the command is dropped, and can be brought back
        self.editor.set(Draft())
        self.modes.write_anew()
        if command.name == "mention":
            self.editor.insert(Draft("@"))
            return []
        return [command]

    def _empty(self) -> None:
        self.editor.reset()
        self.modes.write_anew()

    def unsent(self) -> Draft:
        """All that would be lost: what waits for the end of a turn, then the draft."""
        return self.waiting.with_draft(self.editor.draft)

    def turn_ended(self, *, interrupted: bool = False) -> Effects:
        """A turn is over: the oldest waiting message is sent; after an interrupt all are given back instead."""
        self.busy = self.steerable = False
        waiting = self.waiting
        if interrupted and (waiting.queue or waiting.told):
            self._earlier.end_search()
            draft = self.editor.draft
            types_on = bool(draft.text) and draft != self._at_interrupt
            self.editor.set(waiting.given_back(draft, types_on=types_on))
        elif waiting.queue:
            self.busy = True
            return [waiting.queue.pop(0).effect]
        return self._follow()

    def _interrupt(self) -> Effects:
        self._at_interrupt = self.editor.draft
        return [Interrupt()]

    def hold(self, effect: Submit | UserShell) -> None:
        """Nobody can take this message yet: it waits before all others, for `turn_ended`."""
        self.waiting.hold(effect)
        self.busy = True

    def _take_from_queue(self) -> None:
        if self.waiting.queue:
            self.recall.add(self.editor.draft)
            self.editor.set(self.waiting.take_newest() or Draft())

    # --- earlier messages ---

    def _recall_with(self, key: Key) -> Effects | None:
        return self._recall_by(self.keys.row_step(key))

    def _recall_by(self, step: int) -> Effects | None:
        found = self._earlier.step(step)
        if found is True:
            self._completing.dismiss(self.editor.draft)
        return [found] if isinstance(found, FetchHistory) else [] if found else None

    def history_entry(self, offset: int, log_id: int, text: str | None) -> Effects:
        """The answer to `FetchHistory`; None when the entry cannot be read."""
        if self._earlier.fetched(offset, log_id, text):
            self._completing.dismiss(self.editor.draft)
        return self._follow()

    @property
    def search(self) -> HistorySearch | None:
        """The search of earlier messages that runs."""
        return self._earlier.search

    def _search_with(self, search: HistorySearch, key: Key | Paste) -> Effects | None:
        """Keys of the search while it runs; None: this one ended it and has its own meaning."""
        if isinstance(key, Key) and (looked := search.handle(key)) is not None:
            return list(looked)
        self._earlier.search = None
        self._completing.dismiss(self.editor.draft)
        if key == Key("c", ctrl=True):
            search.cancel()
            return []
        if key == Key("escape") or self.keys.means(key, "chat.interrupt_turn"):
            search.cancel()
            return self._interrupt() if (self.busy or self.beside) and self.modes.pass_escape else []
        return [] if key == Key("enter") else None

    def history_found(self, part: str, offset: int, text: str | None) -> None:
        """The answer to `FindHistory`; None when no entry holds it."""
        if self.search:
            self.search.found(part, offset, text)

    def _show(self, draft: Draft) -> None:
        self.editor.set(draft)
        self._completing.dismiss(self.editor.draft)

    # --- what it is told ---

    def files_found(self, query: str, found: Sequence[FileMatch], word: str = "") -> None:
        """The answer to `SearchFiles`, and a word on what is missing; one for an earlier query is dropped."""
        self._completing.files_found(query, found, word)

    def prompts_known(self, prompts: Iterable[Prompt]) -> None:
        """The user's own prompts."""
        self._completing.prompts_known(prompts)

    def edited(self, text: str | None) -> Effects:
        """The answer to `EditDraft`; None keeps the draft."""
        if text is not None:
            self.editor.set(with_pictures(with_line_feeds(text), self.editor.draft))
        return self._follow()

    def set_text(self, text: str) -> Effects:
        """Another text, the cursor at its start: a message that is to be edited again."""
        self._earlier.end_search()
        self._show(Draft(with_line_feeds(text)))
        return self._follow()

    def resize(self, width: int) -> None:
        """The terminal is `width` columns wide: rows move with it."""
        self.columns = text_columns(width)
