"""The popup while it is open: it follows the draft, takes its keys, and puts what was chosen into the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from msgspec.structs import replace

from octavo.frontends.custom_prompts import PREFIX, Prompt, completed, names_in, takes_numbered
from octavo.frontends.terminal.built_in import BY_NAME
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.editor import Editor
from octavo.frontends.terminal.effects.composer import RunCommand, SearchFiles
from octavo.frontends.terminal.keys.key import Key

TYPE_CHECKING = False  # the popups are loaded with the first key
if TYPE_CHECKING:
    from octavo.frontends.terminal.composer.completion import Completion, FileMatch, Token

Attach = Callable[[str], Draft | None]
"""The label for a picture at a path, None when there is none."""

Taken = Literal["done", "submit"] | RunCommand
"""What a key has led to: nothing more, the draft is to be sent, or a command is to run."""


class Completing:
    """What is completed, and what was put away until its word changes."""

    def __init__(self, attach: Attach) -> None:
        self.open: Completion | None = None
        self.prompts: Mapping[str, Prompt] = {}
        self._attach = attach
        self._dismissed = ""
        self._searched = ""

    def follow(self, draft: Draft) -> list[SearchFiles]:
        """The draft may have changed; files are asked for when their word has."""
        from octavo.frontends.terminal.composer.completion import token_at_cursor

        token = token_at_cursor(draft)
        if token is None or token.text != self._dismissed:
            self._dismissed = ""
        if token is None or self._dismissed:
            self.open = None
        elif self.open is None or self.open.token != token:
            self.open = self._opened(token)
        query = self.open.token.query if self.open and self.open.of_files else ""
        asked, self._searched = self._searched, query
        return [SearchFiles(query)] if query != asked else []

    def _opened(self, token: Token) -> Completion:
        from octavo.frontends.terminal.composer import completion as completions

        if token.text[0] == "@":
            return completions.files(token, self.open)
        return completions.commands(token, self.prompts)

    def dismiss(self, draft: Draft) -> None:
        """No popup for this word until it changes."""
        from octavo.frontends.terminal.composer.completion import token_at_cursor

        token = token_at_cursor(draft)
        self._dismissed = token.text if token else ""
        self.open = None

    def files_found(self, query: str, found: Sequence[FileMatch], word: str = "") -> None:
        """The files for a query, and a word on what is missing; those for an earlier one are dropped."""
        if self.open and self.open.of_files and self.open.token.query == query:
            from octavo.frontends.terminal.composer.completion import with_files

            self.open = with_files(self.open, found, word)

    def prompts_known(self, prompts: Iterable[Prompt]) -> None:
        """The user's own prompts."""
        self.prompts = {prompt.name: prompt for prompt in prompts}
        if self.open and not self.open.of_files:
            self.open = self._opened(self.open.token)

    def select(self, index: int) -> None:
        """The item with this index is the selected one."""
        if self.open is not None:
            self.open = replace(self.open, popup=replace(self.open.popup, selected=index, top=index))

    def handle(self, key: Key, editor: Editor) -> Taken | None:
        """A key while a popup may be open; None: it is not for the popup."""
        completion = self.open
        if completion is None:
            return None
        step = {"up": -1, "down": 1}.get(key.name, 0)
        if step and completion.popup.items:
            from octavo.frontends.terminal.composer.popup import moved

            self.open = replace(completion, popup=moved(completion.popup, step))
            return "done"
        chosen = completion.popup.chosen
        if key not in (Key("tab"), Key("enter")) or not (chosen or completion.of_files):
            return None
        if chosen is None:
            self.dismiss(editor.draft)
            return "done"
        if completion.of_files:
            from octavo.frontends.terminal.composer.completion import quoted

            new = self._attach(chosen.text) or Draft(quoted(chosen.text) + " ")
            editor.replace(completion.token.start, completion.token.end, new)
            return "done"
        return self._take_command(chosen.text, completion.token, editor, run=key.name == "enter")

    def _take_command(self, command: str, token: Token, editor: Editor, *, run: bool) -> Taken:
        prompt = self.prompts.get(command.removeprefix(f"/{PREFIX}")) if command.startswith(f"/{PREFIX}") else None
        has_arguments = bool(editor.draft.text[token.end :].strip())
        known = BY_NAME.get(command[1:])
        if prompt is None and run and not (has_arguments and known is not None and known.argument):
            return RunCommand(command[1:])
        if prompt is None or has_arguments:
            _complete(command, token, editor)
            return "submit" if run else "done"
        if run and not names_in(prompt.body) and not takes_numbered(prompt.body):
            editor.set(Draft(command))
            return "submit"
        editor.set(Draft(*completed(prompt)))
        return "done"


def _complete(command: str, token: Token, editor: Editor) -> None:
    """The whole name and a blank in the place of the word, the cursor at the end of the line if it was complete."""
    behind = editor.draft.text[token.end : token.end + 1]
    editor.replace(token.start, token.end, Draft(command if behind.isspace() else command + " "))
    if behind:
        editor.move_to_line_end()
