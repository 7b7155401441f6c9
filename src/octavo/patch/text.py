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


BYTE_ORDER_MARK = "\ufeff"


def trimmed(text: str) -> str:
    """`text` without blank characters at either end."""
    return text.strip(BLANK)


def patch_lines(text: str) -> list[str]:
    r"""The lines of a patch without their ends; a `\r` right before the `\n` belongs to the end."""
    lines = text.split("\n")
    last = lines.pop()
    lines = [line.removesuffix("\r") for line in lines]
    return [*lines, last] if last else lines


class FileText:
    r"""The text of a file in lines: `lines` without their ends, and `ends`, `\n` or `\r\n`; the last may have none.

    A byte order mark stands apart, in `mark`.
    """

    __slots__ = ("ends", "lines", "mark")

    def __init__(self, text: str) -> None:
        self.mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
        lines = text[len(self.mark) :].split("\n")
        last = lines.pop()
        self.ends = ["\r\n" if line.endswith("\r") else "\n" for line in lines]
        self.lines = [line.removesuffix("\r") for line in lines]
        if last:
            self.lines.append(last)
            self.ends.append("")

    def end_near(self, index: int) -> str:
        """How a new line ends that comes to stand at `index`: as its neighbours do."""
        near = (*self.ends[index : index + 1], *reversed(self.ends[max(index - 1, 0) : index]), *self.ends[:1])
        return next((end for end in near if end), "\n")

    def joined(self, lines: list[tuple[str, str]]) -> str:
        """A text of these lines and ends, which is over like this one: with the end of a line, or without."""
        has_end = not self.ends or bool(self.ends[-1])
        whole = [line + (end or self.end_near(len(self.ends))) for line, end in lines[:-1]]
        if lines:
            line, end = lines[-1]
            whole.append(line + (end or self.end_near(len(self.ends)) if has_end else ""))
        return self.mark + "".join(whole)
