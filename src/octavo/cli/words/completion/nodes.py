"""The commands as a flat list of nodes, which is what a shell script can walk."""

from __future__ import annotations

import msgspec

from octavo.cli.words.spec import Command, Option


class Choice(msgspec.Struct, frozen=True):
    """A word that may be completed, and what it means."""

    word: str
    about: str


class Node(msgspec.Struct, frozen=True):
    """One command: `name` is made of the names on the way to it, such as `octavo__exec`.

    `steps` are the words that lead on, and the node they lead to. `valued` are the
    options that take the next word, with the choices for it; `files` and `folders`
    are those among them that want a path.
    """

    name: str
    steps: tuple[tuple[tuple[str, ...], str], ...]
    commands: tuple[Choice, ...]
    options: tuple[Choice, ...]
    arguments: tuple[str, ...]
    valued: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    files: tuple[str, ...]
    folders: tuple[str, ...]

    @property
    def takers(self) -> tuple[str, ...]:
        """All spellings of options that take the next word."""
        return tuple(name for names, _ in self.valued for name in names)

    @property
    def choices(self) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """The options whose value is one of a few words."""
        return tuple((names, words) for names, words in self.valued if words)


def nodes_of(root: Command) -> tuple[Node, ...]:
    """The command and all below it, hidden ones too, the outer ones first."""
    nodes: list[Node] = []
    _collect(root, root.name, nodes)
    return tuple(nodes)


def _collect(command: Command, name: str, nodes: list[Node]) -> None:
    shown = tuple(option for option in command.options if not option.hidden)
    valued = tuple(option for option in command.options if option.value)
    commands = [Choice(below.name, below.about) for below in command.commands]
    if commands:
        commands.append(Choice("help", "Show the help of a command"))
    nodes.append(
        Node(
            name=name,
            steps=tuple(
                ((below.name, *below.aliases, *below.hidden_aliases), _below(name, below)) for below in command.commands
            ),
            commands=tuple(commands),
            options=tuple(Choice(spelling, option.about) for option in shown for spelling in option.names),
            arguments=tuple(word for positional in command.positionals for word in positional.choices),
            valued=tuple((_spellings(option), option.choices) for option in valued),
            files=tuple(name for option in valued if option.path and option.value != "DIR" for name in option.names),
            folders=tuple(name for option in valued if option.value == "DIR" for name in option.names),
        )
    )
    for below in command.commands:
        _collect(below, _below(name, below), nodes)


def _below(name: str, command: Command) -> str:
    return f"{name}__{command.name.replace('-', '_')}"


def _spellings(option: Option) -> tuple[str, ...]:
    return (*option.names, *option.hidden_names)
