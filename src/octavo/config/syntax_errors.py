"""A TOML file that cannot be parsed, shown with the line at fault (`docs/config.md`)."""

from __future__ import annotations

import re


def syntax_error_text(message: str, text: str, source: str) -> str:
    """Where in `source` the parser stopped, that line with a mark below it, and the parser's reason."""
    reason, line, column = _place(message, text)
    lines = text.split("\n")
    excerpt = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
    margin = " " * len(str(line))
    mark = "".join("\t" if char == "\t" else " " for char in excerpt[: column - 1])
    return (
        f"TOML parse error at line {line}, column {column}\n"
        f"{margin} |\n"
        f"{line} | {excerpt}\n"
        f"{margin} | {mark}^\n"
        f"{reason} (in {source})"
    )


def _place(message: str, text: str) -> tuple[str, int, int]:
    """The parser's reason without its place, and that place as line and column from 1."""
    reason = re.sub(r" \(at (?:line \d+, column \d+|end of document)\)$", "", message)
    found = re.search(r"\(at line (\d+), column (\d+)\)$", message)
    if found:
        return reason, int(found[1]), int(found[2])
    before, _, last = text.rpartition("\n")
    return reason, before.count("\n") + 1 + ("\n" in text), len(last) + 1
