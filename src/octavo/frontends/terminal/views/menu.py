"""A view in words and numbered choices, for who reads it line by line (`docs/terminal.md`, "Without a screen")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from octavo.frontends.terminal.text.clean import clean
from octavo.frontends.terminal.text.styled import Line
from octavo.frontends.terminal.views.option_rows import Option


class Menu(msgspec.Struct, frozen=True):
    """What is said once, the choices that are numbered from 1, and what stands before the answer.

    `back` says that 0 leads back, `empty` that an empty line is an answer, and `secret` that it must not be seen.
    An answer to a `guarded` one counts only once it could be read.
    """

    text: tuple[str, ...]
    choices: tuple[str, ...] = ()
    prompt: str = ""
    back: bool = True
    empty: bool = False
    secret: bool = False
    guarded: bool = False

    @property
    def asks(self) -> str:
        """What stands before the answer."""
        if self.prompt:
            return self.prompt
        numbers = "1" if len(self.choices) == 1 else f"1 to {len(self.choices)}"
        choose = f"Choose {numbers}" if self.choices else "Your answer"
        return f"{choose}{', 0 to go back' if self.back else ''}: "


def in_words(options: Iterable[Option]) -> tuple[str, ...]:
    """Options as choices: the name, whether it is the present one, what it is for, and the key that chooses it."""
    return tuple(_choice(option) for option in options)


def texts(rows: Sequence[Line]) -> tuple[str, ...]:
    """Rows as text."""
    return tuple(row.text.strip() for row in rows)


def _choice(option: Option) -> str:
    name = clean(option.name) + (" (current)" if option.is_current else "")
    about = clean(option.selected_description or option.description)
    key = f" ({option.key})" if len(option.key) == 1 else ""
    return f"{name}{key}{f': {about}' if about else ''}"
