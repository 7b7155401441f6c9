"""The composer: keys and pastes in, a draft that changes and what is asked to be done out.

It knows no session, clock or screen: times come with the keys, answers to what it asked for are handed in, and
whether a turn runs is told to it. Facts in `docs/composer.md`, "Writing".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from octavo.frontends.terminal.composer import completion as completions
from octavo.frontends.terminal.composer.burst import Burst, TakenBack
from octavo.frontends.terminal.composer.completion import Completion, FileMatch, Token, token_at_cursor
from octavo.frontends.terminal.composer.draft import Draft, Picture, at, expanded, joined
from octavo.frontends.terminal.composer.drawing import text_columns
from octavo.frontends.terminal.composer.editor import Editor, typed
from octavo.frontends.terminal.composer.paste import attached, pasted, with_line_feeds
from octavo.frontends.terminal.composer.pictures import EXTENSIONS, Found, ReadSize, picture_size
from octavo.frontends.terminal.composer.popup import moved
from octavo.frontends.terminal.composer.prompts import PREFIX, Prompt, completed, names_in, takes_numbered
from octavo.frontends.terminal.composer.recall import Recall
from octavo.frontends.terminal.composer.submission import Message, read, with_pictures
from octavo.frontends.terminal.effects import (
    ComposerEffect,
    EditDraft,
    FetchHistory,
    Interrupt,
    OpenTranscript,
    PasteImage,
    Quit,
    Redraw,
    RunCommand,
    SearchFiles,
    Suspend,
)
from octavo.frontends.terminal.keys.key import Key, Paste

CLIPBOARD_LIMIT = 1.0
"""Seconds for which keys wait for the clipboard, so that Enter does not overtake the picture."""

Effects = list[ComposerEffect]


class Composer:
    """The draft and all that belongs to it; what is public is for drawing, `busy` for the one who runs the turns."""

    def __init__(
        self, folder: str, *, bursts: bool = True, example: str = "", read_size: ReadSize = picture_size
    ) -> None:
        self.editor = Editor()
        self.queue: list[Message] = []
        self.busy = False
        self.completion: Completion | None = None
        self.shortcuts = False
        self.hint: Literal["", "ctrl-c", "backtrack"] = ""
        self.example = example
        self.columns = 77
        self.top_row = 0
        self.recall = Recall()
        self._folder = folder
        self._read_size = read_size
        self._burst = Burst(bursts)
        self._prompts: dict[str, Prompt] = {}
        self._pictures = 0
        self._dismissed = ""
        self._searched = ""
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
        if isinstance(key, Paste):
            self._plain_footer()
            self._insert_paste(self._burst.end())
            self._insert_paste(key.text)
        else:
            effects += self._key(key, now)
        if any(isinstance(effect, PasteImage) for effect in effects):
            self._held_until = now + CLIPBOARD_LIMIT
        return effects + self._follow()

    def tick(self, now: float) -> Effects:
        """Time has gone on."""
        if self._held_until is not None and now >= self._held_until:
            return self._release()
        self._insert_paste(self._burst.flush(now))
        return self._follow()

    def _key(self, key: Key, now: float) -> Effects:
        if text := typed(key):
            self._type(key, text, now)
            return []
        if key.name != "escape":
            self._plain_footer()
        if key == Key("enter"):
            return self._enter(now)
        self._insert_paste(self._burst.end())
        followed = self._follow()
        for handle in (self._complete_with, self._command_key, self._recall_with):
            if (effects := handle(key)) is not None:
                return followed + effects
        self.editor.handle(key, self.columns)
        return followed

    def _type(self, key: Key, text: str, now: float) -> None:
        shortcuts = self.shortcuts
        self._plain_footer()
        verdict = self._burst.character(text, now, self.editor.draft)
        if isinstance(verdict, TakenBack):
            self.editor.take_back(verdict.draft)
        elif not verdict:
            if text == "?" and self.empty:
                self.shortcuts = not shortcuts
            else:
                self.editor.handle(key, self.columns)

    def _enter(self, now: float) -> Effects:
        command = self.completion is not None or self.editor.draft.text.startswith("/")
        verdict = self._burst.enter(now, command=command)
        if isinstance(verdict, TakenBack):
            self.editor.take_back(verdict.draft)
        elif verdict == "newline":
            self.editor.insert(Draft("\n"))
        elif not verdict:
            effects = self._complete_with(Key("enter"))
            return self._submit() if effects is None else effects
        return []

    def _command_key(self, key: Key) -> Effects | None:
        """Keys that do something other than editing."""
        match key:
            case Key("escape", False, False):
                return self._escape()
            case Key("c", True, False):
                return self._ctrl_c()
            case Key("d", True, False) if self.empty:
                return [Quit()]
            case Key("t", True, False):
                return [OpenTranscript()]
            case Key("z", True, False):
                return [Suspend()]
            case Key("l", True, False):
                return [Redraw()]
            case Key("g", True, False):
                return [EditDraft(expanded(self.editor.draft))]
            case Key("v", True, False):
                return [PasteImage()]
            case Key("up", False, True):
                self._take_from_queue()
                return []
        return None

    def _plain_footer(self) -> None:
        self.shortcuts, self.hint = False, ""

    def _escape(self) -> Effects:
        if self.busy:
            return [Interrupt()]
        if self.completion:
            self._dismiss()
        elif not self.editor.draft.text:
            if self.hint == "backtrack":
                self._plain_footer()
                return [OpenTranscript(backtrack=True)]
            self.hint = "backtrack"
        return []

    def _ctrl_c(self) -> Effects:
        if self.editor.draft.text:
            self.recall.add(self.editor.draft)
            self.editor.set(Draft())
        elif self.busy:
            self.hint = "ctrl-c"
            return [Interrupt()]
        else:
            return [Quit()]
        self.hint = "ctrl-c"
        return []

    # --- pastes and pictures ---

    def _insert_paste(self, text: str) -> None:
        if text:
            self._insert(pasted(text, self._folder, self._pictures + 1, self._read_size))

    def _insert(self, new: Draft) -> None:
        self._pictures += sum(isinstance(label.content, Picture) for label in new.labels)
        self.editor.insert(new)

    def clipboard_image(self, path: str | None) -> Effects:
        """The answer to `PasteImage`: where the picture is, None when there is none."""
        size = self._read_size(path) if path else None
        if path and size:
            self._insert(attached([Found(path, size)], self._pictures + 1))
        return self._release() + self._follow()

    def _release(self) -> Effects:
        """Keys that waited for the clipboard take effect."""
        held, self._held, self._held_until = self._held, [], None
        return [effect for key, now in held for effect in self.handle(key, now)]

    # --- popups ---

    def _follow(self) -> Effects:
        """The popup follows the draft."""
        token = token_at_cursor(self.editor.draft)
        if token is None or token.text != self._dismissed:
            self._dismissed = ""
        if token is None or self._dismissed:
            self.completion = None
        elif self.completion is None or self.completion.token != token:
            self.completion = self._completion(token)
        query = self.completion.token.query if self.completion and self.completion.of_files else ""
        asked, self._searched = self._searched, query
        return [SearchFiles(query)] if query != asked else []

    def _completion(self, token: Token) -> Completion:
        if token.text[0] == "@":
            return completions.files(token, self.completion)
        return completions.commands(token, self._prompts)

    def _dismiss(self) -> None:
        token = token_at_cursor(self.editor.draft)
        self._dismissed = token.text if token else ""
        self.completion = None

    def _complete_with(self, key: Key) -> Effects | None:
        """Keys that belong to the popup while it is open; None: this one does not."""
        completion = self.completion
        if completion is None or key.alt:
            return None
        if key.name in _STEPS and key.ctrl == (len(key.name) == 1) and completion.popup.items:
            self.completion = completion._replace(popup=moved(completion.popup, _STEPS[key.name]))
            return []
        if key not in (Key("tab"), Key("enter")) or not (completion.popup.items or completion.of_files):
            return None
        if completion.of_files:
            self._take_file(completion)
            return []
        return self._take_command(completion, run=key.name == "enter")

    def _take_file(self, completion: Completion) -> None:
        chosen = completion.popup.chosen
        if chosen is None:
            self._dismiss()
            return
        found = Found(f"{self._folder}/{chosen.text}", (0, 0))
        size = self._read_size(found.path) if chosen.text.lower().endswith(EXTENSIONS) else None
        new = Draft(completions.quoted(chosen.text) + " ")
        if size:
            new = attached([found._replace(size=size)], self._pictures + 1)
            self._pictures += 1
        self.editor.replace(completion.token.start, completion.token.end, new)

    def _take_command(self, completion: Completion, *, run: bool) -> Effects | None:
        chosen, token = completion.popup.chosen, completion.token
        if chosen is None:
            return None
        name = chosen.text[1:]
        prompt = self._prompts.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
        rest = self.editor.draft.text[token.end :]
        if prompt is None:
            return self._run(name) if run else self._complete(token, chosen.text, rest)
        if rest.strip():
            self._complete(token, chosen.text, rest)
            return self._submit() if run else []
        if run and not names_in(prompt.body) and not takes_numbered(prompt.body):
            self.editor.set(Draft(chosen.text))
            return self._submit()
        text, cursor = completed(prompt)
        self.editor.set(Draft(text, cursor))
        return []

    def _complete(self, token: Token, text: str, rest: str) -> Effects:
        """The whole name and a blank in the place of the token, the cursor behind them."""
        if not rest[:1].isspace():
            text += " "
        self.editor.replace(token.start, token.end, Draft(text))
        if token.text == text.rstrip() or not text.endswith(" "):
            self.editor.handle(Key("end"), self.columns)
        return []

    # --- sending ---

    def _submit(self) -> Effects:
        asked = read(self.editor.draft, self._prompts)
        if isinstance(asked, RunCommand):
            return self._run(asked.name)
        if isinstance(asked, Message):
            self.recall.add(asked.draft)
            self.editor.reset()
            if self.busy:
                self.queue.append(asked)
                return []
            self.busy = True
            return [asked.effect]
        self.editor.move(len(self.editor.draft.text))
        return [asked] if asked else []

    def _run(self, name: str) -> Effects:
        self.editor.set(Draft())
        if name == "mention":
            self.editor.insert(Draft("@"))
            return []
        return [RunCommand(name)]

    def turn_ended(self, *, interrupted: bool = False) -> Effects:
        """A turn is over: the oldest waiting message is sent; after an interrupt all are given back instead."""
        self.busy = False
        if interrupted and self.queue:
            drafts = [message.draft for message in self.queue] + [self.editor.draft] * bool(self.editor.draft.text)
            self.queue = []
            self.editor.set(joined(drafts))
        elif self.queue:
            self.busy = True
            return [self.queue.pop(0).effect]
        return self._follow()

    def _take_from_queue(self) -> None:
        if self.queue:
            self.recall.add(self.editor.draft)
            taken = self.queue.pop().draft
            self.editor.set(at(taken, len(taken.text)))

    # --- earlier messages ---

    def _recall_with(self, key: Key) -> Effects | None:
        step = _STEPS.get(key.name, 0) * (key.ctrl == (len(key.name) == 1) and not key.alt)
        if not step or not self.recall.applies(self.editor.draft):
            return None
        entry = (self.recall.older if step < 0 else self.recall.newer)(self.editor.draft)
        if isinstance(entry, FetchHistory):
            return [entry]
        if entry is None:
            return None
        self._show(entry)
        return []

    def history_entry(self, offset: int, log_id: int, text: str | None) -> Effects:
        """The answer to `FetchHistory`; None when the entry cannot be read."""
        entry = self.recall.fetched(offset, log_id, text, self.editor.draft)
        if entry is not None:
            self._show(entry)
        return self._follow()

    def _show(self, draft: Draft) -> None:
        self.editor.set(draft)
        self._dismiss()

    # --- what it is told ---

    def files_found(self, query: str, found: Sequence[FileMatch]) -> None:
        """The answer to `SearchFiles`; one for an earlier query is dropped."""
        if self.completion and self.completion.of_files and self.completion.token.query == query:
            self.completion = completions.with_files(self.completion, found)

    def prompts_known(self, prompts: Iterable[Prompt]) -> None:
        """The user's own prompts."""
        self._prompts = {prompt.name: prompt for prompt in prompts}
        if self.completion and not self.completion.of_files:
            self.completion = completions.commands(self.completion.token, self._prompts)

    def edited(self, text: str | None) -> Effects:
        """The answer to `EditDraft`; None keeps the draft."""
        if text is not None:
            self.editor.set(with_pictures(with_line_feeds(text).removesuffix("\n"), self.editor.draft))
        return self._follow()

    def set_text(self, text: str) -> Effects:
        """Another text, the cursor at its start: a message that is to be edited again."""
        self._show(Draft(with_line_feeds(text)))
        return self._follow()

    def resize(self, width: int) -> None:
        """The terminal is `width` columns wide: rows move with it."""
        self.columns = text_columns(width)


_STEPS = {"up": -1, "p": -1, "down": 1, "n": 1}
