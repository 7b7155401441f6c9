"""What counts as a line and as blank in patches and in the files they touch.

Lines end at a line feed and nowhere else: `str.splitlines` also splits at form
feeds, lone carriage returns and Unicode separators, which are ordinary
characters in a source file. Blank is what Unicode calls white space, which is
less than what `str.strip` removes (U+001C to U+001F stay).
"""

from __future__ import annotations

BLANK = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Every character with the Unicode property White_Space."""


def trimmed(text: str) -> str:
    """`text` without blank characters at either end."""
    return text.strip(BLANK)


def patch_lines(text: str) -> list[str]:
    r"""The lines of a patch without their ends; a `\r` right before the `\n` belongs to the end."""
    lines = text.split("\n")
    last = lines.pop()
    lines = [line.removesuffix("\r") for line in lines]
    return [*lines, last] if last else lines


def file_lines(text: str) -> list[str]:
    r"""The lines of a file without their `\n`; whether the last one had it is forgotten."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines
