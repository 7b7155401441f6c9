"""What one whole sequence says; pure. Sequences that mean nothing here give nothing (`docs/terminal.md`, "Keys")."""

from __future__ import annotations

from msgspec.structs import replace

from octavo.frontends.terminal.keys.key import ColorReply, Focus, Input, Key, KeyboardReply, VersionReply
from octavo.frontends.terminal.keys.names import (
    CODES,
    CSI_LETTERS,
    KEYPAD_TEXT,
    RXVT_LETTERS,
    SS3_LETTERS,
    SS3_TEXT,
    TILDE,
)

_SHIFT, _ALT, _CTRL, _OTHERS, _CAPS = 1, 2, 4, 8 | 16 | 32, 64
_RELEASE = 3


def csi(body: str, final: str) -> Input | None:
    """`CSI body final`, the bytes between as text."""
    if body[:1] in ("?", ">", "<", "="):
        return _reply(body, final)
    if not body and final in ("I", "O"):
        return Focus(final == "I")
    fields = _numbers(body)
    if fields is None:
        return None
    if final == "u":
        return _coded(fields)
    if final in "~$^@":
        return _tilde(fields, final)
    if final == "Z":
        return _pressed(Key("backtab", shift=True), _event(fields, 1))
    if final in RXVT_LETTERS and not body:
        return Key(RXVT_LETTERS[final], shift=True)
    name = CSI_LETTERS.get(final)
    return None if name is None else _named(name, fields)


def ss3(body: str, final: str) -> Input | None:
    """`SS3 body final`."""
    if final == "M":
        return Key("enter", shift=True)  # nobody asked for the keypad's own codes: a user's binding of Shift+Enter
    if final in RXVT_LETTERS:
        return Key(RXVT_LETTERS[final], ctrl=True)
    fields = _numbers(body)
    if fields is None:
        return None
    if final in SS3_TEXT:
        return Key(SS3_TEXT[final], text=SS3_TEXT[final])
    name = SS3_LETTERS.get(final)
    return None if name is None else _named(name, [[1], *fields[-1:]] if body else [[1]])


def osc(text: str) -> Input | None:
    """An answer to a question about colours; `text` is what stands between introducer and end."""
    code, _, value = text.partition(";")
    if code not in ("10", "11") or not value.startswith(("rgb:", "rgba:")):
        return None
    parts = value.partition(":")[2].split("/")[:3]
    try:
        red, green, blue = (int(part, 16) * 255 // (16 ** len(part) - 1) for part in parts if 1 <= len(part) <= 4)
    except ValueError:
        return None
    return ColorReply(int(code), red, green, blue)


def dcs(text: str) -> Input | None:
    """An answer to the question for the terminal's name."""
    return VersionReply(text[2:]) if text.startswith(">|") else None


def control(code: int) -> Key:
    """A byte below 32, or 127."""
    if code == 13:
        return Key("enter")
    if code == 9:
        return Key("tab")
    if code == 27:
        return Key("escape")
    if code == 127:
        return Key("backspace")
    return Key(" " if code == 0 else chr(code + 96) if code < 27 else chr(code + 64), ctrl=True)


def alt(key: Key) -> Key:
    """The key with Alt, as `ESC key` spells it."""
    shift = key.shift or key.name != key.name.lower()
    name = key.name.lower() if len(key.name) == 1 else key.name
    return replace(key, name=name, alt=True, shift=shift, text="")


def _numbers(body: str) -> list[list[int]] | None:
    """`1;5:3` as [[1], [5, 3]]; an empty field is 0."""
    if body.strip("0123456789;:"):
        return None
    return [[int(part or 0) for part in field.split(":")] for field in body.split(";")]


def _reply(body: str, final: str) -> Input | None:
    if body[0] == "?" and final == "u" and body[1:].isdigit():
        return KeyboardReply(int(body[1:]))
    return None


def _modifiers(fields: list[list[int]], index: int) -> int:
    return max(fields[index][0] - 1, 0) if index < len(fields) else 0


def _event(fields: list[list[int]], index: int) -> int:
    return fields[index][1] if index < len(fields) and len(fields[index]) > 1 else 1


def _pressed(key: Key, event: int) -> Key | None:
    return None if event == _RELEASE else key


def _with(name: str, bits: int) -> Key:
    if bits & _OTHERS:
        return Key("other")
    return Key(name, ctrl=bool(bits & _CTRL), alt=bool(bits & _ALT), shift=bool(bits & _SHIFT))


def _named(name: str, fields: list[list[int]]) -> Input | None:
    """A key with a name: `CSI 1 ; modifiers X`, and the old `CSI modifiers X`."""
    index = 1 if len(fields) > 1 or fields[0][0] <= 1 else 0
    if len(fields) > 2 or (len(fields) > 1 and fields[0][0] > 1):
        return None  # a report of something else
    return _pressed(_with(name, _modifiers(fields, index)), _event(fields, index))


def _tilde(fields: list[list[int]], final: str) -> Input | None:
    number = fields[0][0]
    if number == 27 and len(fields) == 3 and final == "~":
        return _code(fields[2][0], 0, _modifiers(fields, 1), "")
    name = TILDE.get(number)
    if name is None or len(fields) > 2:
        return None
    bits = _modifiers(fields, 1) | {"$": _SHIFT, "^": _CTRL, "@": _SHIFT | _CTRL}.get(final, 0)
    return _pressed(_with(name, bits), _event(fields, 1))


def _coded(fields: list[list[int]]) -> Input | None:
    """`CSI code:shifted:base ; modifiers:event ; text u`."""
    if len(fields) > 3 or _event(fields, 1) == _RELEASE:
        return None
    shifted = fields[0][1] if len(fields[0]) > 1 else 0
    codes = fields[2] if len(fields) > 2 else []
    text = "".join(chr(code) for code in codes if _typed(code))
    return _code(fields[0][0], shifted, _modifiers(fields, 1), text)


def _code(code: int, shifted: int, bits: int, text: str) -> Input | None:
    if code in CODES:
        name = CODES[code]
        return Key("backtab", shift=True) if name == "tab" and bits & _SHIFT else _with(name, bits)
    if code in KEYPAD_TEXT:
        text = text or KEYPAD_TEXT[code]
        return Key(text, text=text) if not bits & (_CTRL | _ALT | _OTHERS) else _with(KEYPAD_TEXT[code], bits)
    if text and not (bits & (_CTRL | _ALT | _OTHERS) and text == chr(code)):
        return Key(text, shift=bool(bits & _SHIFT), text=text)
    if not _typed(code) or (code >= 57344 and code <= 63743):
        return None
    return _character(chr(code), chr(shifted) if _typed(shifted) else "", bits)


def _character(plain: str, shifted: str, bits: int) -> Key:
    upper = bool(bits & _SHIFT) != bool(bits & _CAPS)
    typed = shifted if shifted and bits & _SHIFT else plain.upper() if upper and len(plain.upper()) == 1 else plain
    if bits & _OTHERS:
        return Key("other")
    if not bits & (_CTRL | _ALT):
        return Key(typed, shift=bool(bits & _SHIFT), text=typed)
    if bits & _CTRL and bits & _ALT and not (plain.isascii() and plain.isalnum()):
        return Key(typed, text=typed)  # AltGr
    return _with(plain.lower(), bits)


def _typed(code: int) -> bool:
    return 32 <= code < 0x110000 and not 127 <= code < 160 and not 0xD800 <= code < 0xE000
