"""Edits of a TOML text that leave everything else in it as it is (`docs/config.md`).

Each function takes a valid text with LF line ends and gives the new one.
"""

from __future__ import annotations

from collections.abc import Mapping

from octavo.config.toml_statements import Path, Statement, scan
from octavo.config.toml_text import header_text, key_text, table_text, value_text


def set_value(text: str, table: Path, key: str, value: object) -> str:
    """Sets one key of a table; an existing value keeps its place and the comment beside it.

    The table is made if there is none, and an inline table on the way becomes a normal one.
    """
    text = expand_inline(text, table)
    statements = scan(text)
    for statement in statements:
        if statement.kind == "pair" and statement.path == (*table, key):
            return text[: statement.value_start] + value_text(value) + text[statement.value_end :]
    siblings = [s for s in statements if s.kind == "pair" and s.path[:-1] == table]
    if siblings:
        # Written as its siblings are: dotted below the same header.
        last = siblings[-1]
        return _insert(text, last.end, _pair_line((*table, key)[len(last.table) :], value))
    headers = [s for s in statements if s.kind == "header" and s.path == table]
    if headers:
        return _insert(text, headers[-1].end, _pair_line((key,), value))
    if not table:
        return _insert_first_pair(text, statements, _pair_line((key,), value))
    return append_tables(text, f"{header_text(table)}\n{_pair_line((key,), value)}", beside=table[:1])


def remove_value(text: str, table: Path, key: str) -> str:
    """Removes one key of a table with its line, if it is there; the table stays, if only as an empty one."""
    text = expand_inline(text, table)
    statements = scan(text)
    for statement in statements:
        if statement.kind == "pair" and statement.path == (*table, key):
            within = [s for s in statements if s.path[: len(table)] == table]
            # A table that only this dotted key made would vanish with it, and its name with the table.
            replacement = _pair_line(table[len(statement.table) :], {}) if within == [statement] and table else ""
            return text[: statement.start] + replacement + text[statement.end :]
    return text


def remove_below(text: str, path: Path) -> str:
    """Removes what stands at `path` and below it: a pair with its line, a table with the comment above its header."""
    text = expand_inline(text, path[:-1])
    kept: list[str] = []
    at = 0
    for statement in scan(text):
        if statement.path[: len(path)] != path:
            continue
        kept.append(text[at : _attached(text, statement) if statement.kind == "header" else statement.start])
        at = statement.end
    return "".join([*kept, text[at:]])


def has_pair(text: str, path: Path) -> bool:
    """Whether a `key = value` stands at exactly this path, outside of inline tables."""
    return any(statement.kind == "pair" and statement.path == path for statement in scan(text))


def expand_inline(text: str, path: Path) -> str:
    """Turns an inline table at `path` or above it into normal tables with all its entries, at the end."""
    for statement in scan(text):
        inline = statement.kind == "pair" and text.startswith("{", statement.value_start)
        if inline and statement.path == path[: len(statement.path)]:
            value = _read_value(text[statement.value_start : statement.value_end])
            without = text[: statement.start] + text[statement.end :]
            return append_tables(without, table_text(statement.path, value), beside=None)
    return text


def remove_entry(text: str, path: Path) -> str:
    """Removes a `key = value` at `path`, whatever its value."""
    for statement in scan(text):
        if statement.kind == "pair" and statement.path == path:
            return text[: statement.start] + text[statement.end :]
    return text


def replace_tables(text: str, root: str, tables: str) -> str:
    """Puts `tables` in the place of everything below the top-level key `root`.

    They stand where its first table stood, else at the end. The comment directly above
    an old statement goes with it; comments that stand apart stay.
    """
    kept: list[str] = []
    at = 0
    place: int | None = None
    for statement in scan(text):
        if statement.path[0] != root:
            continue
        kept.append(text[at : _attached(text, statement)])
        at = statement.end
        if place is None and statement.kind == "header":
            place = sum(map(len, kept))
    text = "".join([*kept, text[at:]])
    if not tables:
        return text
    return append_tables(text, tables, beside=None) if place is None else _insert_tables(text, place, tables)


def append_tables(text: str, tables: str, beside: Path | None) -> str:
    """Adds `tables` behind the last statement below `beside`, else behind the last one of all.

    Comments at the end of the text stay behind them.
    """
    statements = scan(text)
    near = [s for s in statements if beside is not None and s.path[: len(beside)] == beside and s.table]
    place = near[-1].end if near else statements[-1].end if statements else len(text)
    return _insert_tables(text, place, tables)


def _insert_tables(text: str, place: int, tables: str) -> str:
    before = text[:place].rstrip("\n")
    return (f"{before}\n\n" if before else "") + tables + text[place:]


def _insert(text: str, place: int, line: str) -> str:
    missing_break = "" if place == 0 or text[place - 1] == "\n" else "\n"
    return text[:place] + missing_break + line + text[place:]


def _pair_line(key: Path, value: object) -> str:
    return f"{'.'.join(key_text(part) for part in key)} = {value_text(value)}\n"


def _attached(text: str, statement: Statement) -> int:
    """Where the comment directly above a statement begins; blank lines without any comment count to it."""
    lead = text[statement.lead : statement.start]
    if "#" not in lead:
        return statement.lead
    # One line break more, so that a blank first line is seen as one.
    before, blank_line, _ = f"\n{lead}".rpartition("\n\n")
    return statement.lead + (len(before) + len(blank_line) - 1 if blank_line else 0)


def _insert_first_pair(text: str, statements: list[Statement], line: str) -> str:
    """Puts a top-level pair above the first table and the comment that belongs to it."""
    place = _attached(text, statements[0]) if statements else len(text)
    return _insert(text, place, line if place == len(text) else f"{line}\n")


def _read_value(inline: str) -> Mapping[str, object]:
    import tomllib

    value: Mapping[str, object] = tomllib.loads(f"x = {inline}")["x"]
    return value
