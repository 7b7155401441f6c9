"""Text of others before it may be shown: nothing of it reaches the terminal as a control sequence.

`clean` is for all text of models, files, commands and tools; `visible` for text that a user judges before it runs,
where a character that changes what is read is shown instead of obeyed (`docs/terminal.md`, "Untrusted text").
"""

from __future__ import annotations

TAB = 4

_SEQUENCE = (
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC
    r"|[\x90\x98\x9d-\x9f][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]+[0-~]"  # character sets and the like
    r"|\x1b[0-Z\\^-~]"
)
_GONE: dict[int, str | None] = {code: None for code in (*range(32), *range(127, 160)) if code not in (9, 10, 13)}
_GONE |= {0x2028: "\n", 0x2029: "\n", 13: "\n"}
_GONE |= dict.fromkeys(range(55296, 57344), "�")

_FORMATS = {
    0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x2800, 0x3164, 0xFEFF, 0xFFA0,
    *range(0x200B, 0x2010), *range(0x2028, 0x2030), *range(0x2060, 0x2070), *range(0xFFF0, 0xFFFC),
    *range(0xE0000, 0xE0080), 0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000,
}  # fmt: skip
_NAMES = {0x07: "\\a", 0x08: "\\b", 0x09: "\\t", 0x0B: "\\v", 0x0C: "\\f", 0x0D: "\\r"}


def clean(text: str) -> str:
    """The text as it may be printed: sequences gone, tabs expanded, line ends as `\\n`, surrogates replaced."""
    if _harmless(text):
        return text
    if "\x1b" in text or _has_c1(text):
        import re

        text = re.sub(_SEQUENCE, "", text)
    text = text.replace("\r\n", "\n").translate(_GONE)
    return text.expandtabs(TAB) if "\t" in text else text


def one_line(text: str) -> str:
    """The cleaned text in one line: runs of white space become one blank."""
    return " ".join(clean(text).split())


def one_short_line(text: str, most: int) -> str:
    """The same, cut to `most` characters; a `…` is the last of them then."""
    text = one_line(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def visible(text: str) -> str:
    """The text with every character that hides or reorders what is read written as an escape; line ends stay."""
    if _harmless(text):
        return text
    return "".join(_shown(character) for character in text)


def visible_in_a_row(text: str) -> str:
    """The text as `visible` has it, in one row: somebody decides by it."""
    return visible(text).replace("\n", " ")


def _harmless(text: str) -> bool:
    return text.isprintable() or (text.isascii() and text.replace("\n", "").isprintable())


def _has_c1(text: str) -> bool:
    return any("\x80" <= character <= "\x9f" for character in text)


def _shown(character: str) -> str:
    code = ord(character)
    if character == "\n" or (32 <= code < 127) or (code >= 160 and code not in _FORMATS and not _surrogate(code)):
        return character
    if code in _NAMES:
        return _NAMES[code]
    if code < 256:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _surrogate(code: int) -> bool:
    return 0xD800 <= code < 0xE000
