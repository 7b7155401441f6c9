"""Reading a command line by its declaration: `parse`.

The rules are those that users of Codex know (`docs/exec.md`, "Command line"): no
abbreviations, `--name value`, `--name=value`, `-nvalue` and `-n=value`, options and
positionals in any order, `--` ends the options, a positional that is the name of a
subcommand is that subcommand, what may not repeat must not.
"""

from __future__ import annotations

from octavo.cli.words.invocation import Invocation, Level
from octavo.cli.words.spec import HELP, VERSION, Command, Option
from octavo.cli.words.stop import Stop

TYPE_CHECKING = False  # as `typing` has it, without importing it
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

# These words end the values of a greedy option: `exec --image a.png resume ID` has to
# resume, since a client that adds pictures to a later turn writes exactly that.
_ENDS_GREEDY = ("resume",)


def parse(root: Command, words: Sequence[str]) -> Invocation:
    """What the words after the program's name say.

    Raises `Stop` for help, the version and usage errors (exit code 2).
    """
    levels: list[Level] = []
    command: Command | None = root
    rest = list(words)
    while command is not None:
        level = _LevelParser((*(done.command for done in levels), command))
        command, rest = level.read(rest)
        levels.append(Level(level.command, level.values))
    return Invocation(tuple(levels))


def usage_error(path: tuple[Command, ...], message: str, tip: str = "", *, usage: bool = True) -> NoReturn:
    """End with a usage error in the form that scripts know."""
    from octavo.cli.words.help import usage_lines  # errors only

    parts = [f"error: {message}"]
    if tip:
        parts.append(f"  tip: {tip}")
    if usage:
        parts.append(usage_lines(path))
    raise Stop(2, "\n\n".join([*parts, "For more information, try '--help'."]) + "\n")


class _LevelParser:
    """Reads the words of one command, up to the name of a subcommand."""

    def __init__(self, path: tuple[Command, ...]) -> None:
        self.path = path
        self.command = path[-1]
        self.values: dict[str, list[str]] = {}
        self._words: list[str] = []
        self._next = 0
        self._positionals = 0
        self._only_positionals = False

    def read(self, words: list[str]) -> tuple[Command | None, list[str]]:
        """Fill `values`; the subcommand that was named, and the words after it."""
        self._words = words
        while self._next < len(words):
            word = words[self._next]
            self._next += 1
            if self._only_positionals:
                self._positional(word)
            elif word == "--":
                self._only_positionals = True
            elif word.startswith("--"):
                self._long(word)
            elif word.startswith("-") and word != "-":
                self._short(word)
            elif subcommand := self._subcommand(word):
                self._check()
                return subcommand, words[self._next :]
            else:
                self._positional(word)
        self._check()
        if not self.command.run:
            from octavo.cli.words.help import help_text  # a group on its own only

            raise Stop(2, help_text(self.path))
        return None, []

    # --- options -------------------------------------------------------------------------

    def _long(self, word: str) -> None:
        name, equals, value = word.partition("=")
        option = self.command.option(name)
        if option is None:
            self._unknown_option(name)
        if option.value:
            self._take_values(option, value if equals else None)
        elif equals:
            usage_error(self.path, f"unexpected value '{value}' for '{name}' found; no more were expected")
        else:
            self._flag(option)

    def _short(self, word: str) -> None:
        for at in range(1, len(word)):
            option = self.command.option("-" + word[at])
            if option is None:
                self._unknown_option("-" + word[at])
            if option.value:
                attached = word[at + 1 :]
                self._take_values(option, attached.removeprefix("=") if attached else None)
                return
            self._flag(option)

    def _flag(self, option: Option) -> None:
        if option is HELP:
            from octavo.cli.words.help import help_text

            raise Stop(0, help_text(self.path))
        if option is VERSION:
            from octavo import __version__

            raise Stop(0, f"{self.command.program} {__version__}\n")
        self._store(option, [""])

    def _take_values(self, option: Option, attached: str | None) -> None:
        if attached is not None:
            values = [attached]
        elif option.greedy:
            values = self._greedy_values()
        else:
            values = self._plain_words(1)
        if not values or (option.path and "" in values):
            choices = _possible(option.choices)
            usage_error(
                self.path, f"a value is required for '{option.shown}' but none was supplied{choices}", usage=False
            )
        if option.greedy:
            values = [part for value in values for part in value.split(",")]
        for value in values:
            self._check_choice(option.choices, value, option.shown)
        self._store(option, values)

    def _greedy_values(self) -> list[str]:
        return self._plain_words(len(self._words), _ENDS_GREEDY)

    def _plain_words(self, most: int, ends: tuple[str, ...] = ()) -> list[str]:
        """The next words, as long as they are no options."""
        start = self._next
        while self._next < len(self._words) and self._next - start < most:
            word = self._words[self._next]
            if (word.startswith("-") and word != "-") or word in ends:
                break
            self._next += 1
        return self._words[start : self._next]

    def _store(self, option: Option, values: list[str]) -> None:
        if option.key in self.values and not option.repeat:
            usage_error(self.path, f"the argument '{option.shown}' cannot be used multiple times")
        self.values.setdefault(option.key, []).extend(values)

    def _unknown_option(self, name: str) -> NoReturn:
        from octavo.cli.words.help import similar_option  # errors only

        similar = similar_option(self.command, name)
        tip = f"a similar argument exists: '{similar}'" if similar else ""
        if not tip and self._positionals < len(self.command.positionals):
            tip = f"to pass '{name}' as a value, use '-- {name}'"
        usage_error(self.path, f"unexpected argument '{name}' found", tip)

    # --- words ---------------------------------------------------------------------------

    def _subcommand(self, word: str) -> Command | None:
        if word == "help" and self.command.commands:
            self._help()
        return self.command.command(word)

    def _help(self) -> NoReturn:
        """`help SUB…`: the help of the command that the remaining words name."""
        from octavo.cli.words.help import help_text

        path = self.path
        for word in self._words[self._next :]:
            below = path[-1].command(word)
            if below is None:
                usage_error(path, f"unrecognized subcommand '{word}'")
            path = (*path, below)
        raise Stop(0, help_text(path))

    def _positional(self, word: str) -> None:
        if self._positionals == len(self.command.positionals):
            if not self.command.run:
                usage_error(self.path, f"unrecognized subcommand '{word}'")
            usage_error(self.path, f"unexpected argument '{word}' found")
        positional = self.command.positionals[self._positionals]
        self._positionals += 1
        if positional.rest:
            self.values[positional.name] = self._words[self._next - 1 :]
            self._next = len(self._words)
            return
        self._check_choice(positional.choices, word, positional.shown)
        self.values[positional.name] = [word]

    # --- checks --------------------------------------------------------------------------

    def _check(self) -> None:
        for option in self.command.options:
            for other in option.conflicts:
                excluded = self.command.option(other)
                if option.key in self.values and excluded and excluded.key in self.values:
                    usage_error(self.path, f"the argument '{option.shown}' cannot be used with '{excluded.shown}'")
        missing = [item.shown for item in self.command.positionals if item.required and item.name not in self.values]
        missing += [item.shown for item in self.command.options if item.required and item.key not in self.values]
        if missing:
            listed = "".join(f"\n  {item}" for item in missing)
            usage_error(self.path, f"the following required arguments were not provided:{listed}")

    def _check_choice(self, choices: tuple[str, ...], value: str, shown: str) -> None:
        if choices and value not in choices:
            message = f"invalid value '{value}' for '{shown}'{_possible(choices)}"
            usage_error(self.path, message, usage=False)


def _possible(choices: tuple[str, ...]) -> str:
    return f"\n  [possible values: {', '.join(choices)}]" if choices else ""
