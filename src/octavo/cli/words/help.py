"""Help and usage texts, made from the declarations. Only loaded when one is shown."""

from __future__ import annotations

import os

from octavo.cli.words.spec import Command, Option

_MOST_COLUMNS = 100


def help_text(path: tuple[Command, ...]) -> str:
    """The help of the last command of `path`."""
    command = path[-1]
    blocks = [command.about, usage_lines(path)]
    if command.details:
        blocks.append("\n".join(_wrap(command.details, 0)))
    commands = [(_command_names(below), below.about) for below in command.commands if not below.hidden]
    if commands:
        commands.append(("help", "Show the help of a command"))
        blocks.append(_table("Commands", commands))
    if command.positionals:
        blocks.append(_table("Arguments", [(item.shown, item.about) for item in command.positionals]))
    options = [(_option_names(option), _option_about(option)) for option in command.options if not option.hidden]
    blocks.append(_table("Options", options))
    if command.examples:
        blocks.append(_table("Examples", [(line, about) for line, about in command.examples]))
    return "\n\n".join(blocks) + "\n"


def usage_lines(path: tuple[Command, ...]) -> str:
    """The `Usage:` lines of the last command of `path`."""
    command = path[-1]
    words = " ".join(step.name for step in path)
    positionals = "".join(f" {item.shown}" for item in command.positionals)
    if not command.commands:
        return f"Usage: {words} [OPTIONS]{positionals}"
    if not command.run:
        return f"Usage: {words} [OPTIONS] <COMMAND>"
    if len(path) == 1:
        return f"Usage: {words} [OPTIONS]{positionals}\n       {words} [OPTIONS] <COMMAND> [ARGS]"
    return f"Usage: {words} [OPTIONS]{positionals} [COMMAND]"


def similar_option(command: Command, name: str) -> str | None:
    """The long option that was probably meant, if there is one."""
    from difflib import get_close_matches  # costs more than the rest of the error

    names = [long for option in command.options if not option.hidden for long in option.names if long[:2] == "--"]
    beginnings = [long for long in names if len(name) > 3 and long.startswith(name)]
    return next(iter(beginnings or get_close_matches(name, names, n=1, cutoff=0.7)), None)


def _command_names(command: Command) -> str:
    return ", ".join((command.name, *command.aliases))


def _option_names(option: Option) -> str:
    names = ", ".join(option.names)
    if len(option.names) == 1:
        names = "    " + names  # so that the long names stand below each other
    value = f" <{option.value}>{'...' if option.greedy else ''}" if option.value else ""
    return names + value


def _option_about(option: Option) -> str:
    if not option.choices:
        return option.about
    return f"{option.about} [{', '.join(option.choices)}]"


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    """Names and texts in two columns; a name that is too wide stands on a line of its own."""
    most = min(32, _columns() // 2 - 4)
    widest = max((len(name) for name, _ in rows if len(name) <= most), default=4)
    lines = [f"{title}:"]
    for name, about in rows:
        first, *more = _wrap(about, widest + 4) or [""]
        if len(name) > widest:
            lines.append(f"  {name}")
            lines.append(f"  {'':{widest}}  {first}".rstrip())
        else:
            lines.append(f"  {name:{widest}}  {first}".rstrip())
        lines += [f"  {'':{widest}}  {line}" for line in more]
    return "\n".join(lines)


def _wrap(text: str, indent: int) -> list[str]:
    import textwrap

    return [line for part in text.split("\n") for line in textwrap.wrap(part, max(_columns() - indent, 20)) or [""]]


def _columns() -> int:
    """The width of help: that of the terminal, never more than a comfortable line."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return min(int(given), _MOST_COLUMNS)
    try:
        return min(os.get_terminal_size(1).columns or _MOST_COLUMNS, _MOST_COLUMNS)
    except OSError:
        return _MOST_COLUMNS
