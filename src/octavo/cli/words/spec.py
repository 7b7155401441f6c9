"""What a command line may say: commands, their options and their positionals, as values.

Everything else follows from these values: parsing (`parser`), help (`help`) and
shell completion (`completion`). Nothing changes them after they are declared. They
are plain classes because every start of the program pays for this module, and
`typing`, `dataclasses` or `msgspec` would each double the time of `octavo --version`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as `typing` has it, without importing it
if TYPE_CHECKING:
    from typing import Final


class Option:
    """An option under one or more names.

    `value` is the name of its value in help, such as `FILE`; empty means a flag.
    `repeat`: may be given again, and the values add up. `greedy`: one use takes all
    words up to the next option, and a comma splits a word. `path`: the value is a
    file or folder and cannot be empty. `conflicts` are names of options that exclude
    it. `hidden_names` work and are not shown.
    """

    __slots__ = (
        "about",
        "choices",
        "conflicts",
        "greedy",
        "hidden",
        "hidden_names",
        "names",
        "path",
        "repeat",
        "required",
        "value",
    )

    def __init__(
        self,
        *names: str,
        about: str,
        value: str = "",
        choices: tuple[str, ...] = (),
        repeat: bool = False,
        greedy: bool = False,
        path: bool = False,
        required: bool = False,
        hidden: bool = False,
        hidden_names: tuple[str, ...] = (),
        conflicts: tuple[str, ...] = (),
    ) -> None:
        self.names: Final = names
        self.about: Final = about
        self.value: Final = value
        self.choices: Final = choices
        self.repeat: Final = repeat or greedy
        self.greedy: Final = greedy
        self.path: Final = path
        self.required: Final = required
        self.hidden: Final = hidden
        self.hidden_names: Final = hidden_names
        self.conflicts: Final = conflicts

    @property
    def key(self) -> str:
        """The long name without its dashes: what its value is asked for by."""
        return self.names[-1].lstrip("-")

    @property
    def shown(self) -> str:
        """How errors call it: `--sandbox <SANDBOX_MODE>`."""
        if not self.value:
            return self.names[-1]
        return f"{self.names[-1]} <{self.value}>{'...' if self.greedy else ''}"


class Positional:
    """A word that is no option. `rest`: it takes that word and all after it, unread."""

    __slots__ = ("about", "choices", "name", "required", "rest")

    def __init__(
        self, name: str, about: str, *, choices: tuple[str, ...] = (), required: bool = False, rest: bool = False
    ) -> None:
        self.name: Final = name
        self.about: Final = about
        self.choices: Final = choices
        self.required: Final = required
        self.rest: Final = rest

    @property
    def shown(self) -> str:
        """How help and errors call it: `[PROMPT]`, `<NAME>`, `[COMMAND]...`."""
        name = f"<{self.name}>" if self.required else f"[{self.name}]"
        return name + "..." if self.rest else name


class Deferred:
    """A command that is declared elsewhere and loaded when one of its `words` is said, or all commands are shown.

    `where` names the declaration, as `package.module:NAME`.
    """

    __slots__ = ("where", "words")

    def __init__(self, words: tuple[str, ...], where: str) -> None:
        self.words: Final = words
        self.where: Final = where

    def load(self) -> Command:
        """The declaration."""
        module, _, name = self.where.partition(":")
        found: Command = getattr(__import__(module, fromlist=[name]), name)
        return found


class Command:
    """A command: `run` names the function that does it, as `package.module:function`.

    That function takes an `invocation.Invocation` and returns the exit code. Empty
    means a group that needs one of its `commands`. `program` is set where the
    command answers `--version`, and is the first word of that answer.
    """

    __slots__ = (
        "_below",
        "about",
        "aliases",
        "details",
        "examples",
        "hidden",
        "hidden_aliases",
        "name",
        "options",
        "positionals",
        "program",
        "run",
    )

    def __init__(
        self,
        name: str,
        about: str,
        *,
        run: str = "",
        options: tuple[Option, ...] = (),
        positionals: tuple[Positional, ...] = (),
        commands: tuple[Command | Deferred, ...] = (),
        aliases: tuple[str, ...] = (),
        hidden_aliases: tuple[str, ...] = (),
        examples: tuple[tuple[str, str], ...] = (),
        details: str = "",
        program: str = "",
        hidden: bool = False,
    ) -> None:
        self.name: Final = name
        self.about: Final = about
        self.run: Final = run
        self.options: Final = options + GLOBAL_OPTIONS + ((HELP, VERSION) if program else (HELP,))
        self.positionals: Final = positionals
        self._below: Final = commands
        self.aliases: Final = aliases
        self.hidden_aliases: Final = hidden_aliases
        self.examples: Final = examples
        self.details: Final = details
        self.program: Final = program
        self.hidden: Final = hidden

    @property
    def words(self) -> tuple[str, ...]:
        """All that it is called by."""
        return (self.name, *self.aliases, *self.hidden_aliases)

    @property
    def commands(self) -> tuple[Command, ...]:
        """All subcommands."""
        return tuple(entry.load() if isinstance(entry, Deferred) else entry for entry in self._below)

    def command(self, word: str) -> Command | None:
        """The subcommand of that name or alias."""
        for entry in self._below:
            if word in entry.words:
                return entry.load() if isinstance(entry, Deferred) else entry
        return None

    def option(self, name: str) -> Option | None:
        """The option of that name, dashes included."""
        for option in self.options:
            if name in option.names or name in option.hidden_names:
                return option
        return None


HELP = Option("-h", "--help", about="Show this help")
VERSION = Option("-V", "--version", about="Show the version")

GLOBAL_OPTIONS = (
    Option("-c", "--config", value="key=value", repeat=True, about="Set one key of config.toml for this run"),
    Option("--enable", value="FEATURE", repeat=True, about="Switch a feature on (see octavo features list)"),
    Option("--disable", value="FEATURE", repeat=True, about="Switch a feature off"),
)
"""Every command takes these, and the values of all levels of a command line count."""
