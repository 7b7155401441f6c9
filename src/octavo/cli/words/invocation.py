"""A command line that was understood: which commands it named, and what it said at each."""

from __future__ import annotations

from octavo.cli.words.spec import Command

TYPE_CHECKING = False  # as `typing` has it, without importing it
if TYPE_CHECKING:
    from typing import Final


class Level:
    """What stood at one command: values by option key or positional name, in the order given.

    A flag that was given has the value `""`.
    """

    __slots__ = ("command", "values")

    def __init__(self, command: Command, values: dict[str, list[str]]) -> None:
        self.command: Final = command
        self.values: Final = values

    def has(self, key: str) -> bool:
        """Whether the flag, option or positional was given."""
        return key in self.values

    def text(self, key: str) -> str | None:
        """The value of an option or positional that is given at most once."""
        return self.values[key][-1] if key in self.values else None

    def texts(self, key: str) -> tuple[str, ...]:
        """All values, in the order given."""
        return tuple(self.values.get(key, ()))


class Invocation:
    """The levels of a command line, the program itself first."""

    __slots__ = ("levels",)

    def __init__(self, levels: tuple[Level, ...]) -> None:
        self.levels: Final = levels

    @property
    def last(self) -> Level:
        """The level of the command that runs."""
        return self.levels[-1]

    @property
    def path(self) -> tuple[Command, ...]:
        """The commands from the program to the one that runs."""
        return tuple(level.command for level in self.levels)

    def texts(self, key: str) -> tuple[str, ...]:
        """The values of an option at all levels, the outermost first."""
        return tuple(text for level in self.levels for text in level.texts(key))
