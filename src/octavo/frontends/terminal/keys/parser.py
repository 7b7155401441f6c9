"""Bytes from a terminal, cut anywhere, become keys, pastes and answers (`docs/terminal.md`, "Keys").

No byte of a sequence ever becomes text, and no key is lost: what is not whole yet waits for the rest, for as long
as `patience` says; `flush` then decides what it was.
"""

from __future__ import annotations

from msgspec.structs import replace

from octavo.frontends.terminal.keys import sequences
from octavo.frontends.terminal.keys.key import Input, Key, Paste

ESC_S = 0.04
"""How long a lone Esc may be the start of something else."""
SEQUENCE_S = 1.0
"""How long the rest of a sequence or of a character may take on a slow line."""
PASTE_S = 10.0
"""How long a paste may pause before its end is taken for lost."""

_ESC = 0x1B
_PASTE_END = b"\x1b[201~"
_STRINGS = b"]P^_"  # OSC, DCS, PM, APC; no terminal sends SOS, so ESC X is Alt+X
_LONG_ENOUGH = 1 << 16  # no answer of a terminal is longer; what is, is dropped


class _Incomplete(Exception):
    """The rest has not come yet."""


class Parser:
    """`feed` it what was read; `flush` it when `patience` seconds passed without a byte."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._paste: bytearray | None = None

    @property
    def patience(self) -> float | None:
        """Seconds to wait for the rest of what has begun; None when nothing has."""
        if self._paste is not None:
            return PASTE_S
        if not self._rest:
            return None
        lone = len(self._rest) <= 2 and self._rest[0] == _ESC and self._rest[1:] != b"["
        return ESC_S if lone else SEQUENCE_S

    def feed(self, data: bytes) -> list[Input]:
        """What these bytes complete, in the order in which it was pressed."""
        found: list[Input] = []
        self._rest += data
        at = 0
        try:
            while at < len(self._rest):
                at = self._take(at, found) if self._paste is None else self._take_paste(at, self._paste, found)
        except _Incomplete:
            pass
        del self._rest[:at]
        return found

    def flush(self) -> list[Input]:
        """The time is up: lone Escs are keys, `ESC x` is Alt with it; pieces of other sequences are dropped."""
        rest, paste = bytes(self._rest), self._paste
        self._rest.clear()
        self._paste = None
        if paste is not None:
            return [_paste(bytes(paste + rest))]
        if rest[:1] != b"\x1b":
            return []  # half a character
        if len(rest) == 1:
            return [Key("escape")]
        if rest[1] == _ESC:
            return [Key("escape"), *self._flushed(rest[1:])]
        if len(rest) == 2 and rest[1:] != b"[":
            return [sequences.alt(Key(chr(rest[1]), text=chr(rest[1])))]
        return []

    def _flushed(self, rest: bytes) -> list[Input]:
        self._rest[:] = rest
        return self.flush()

    # --- what each returns: where the next key begins; raises _Incomplete ---

    def _take(self, at: int, found: list[Input]) -> int:
        byte = self._rest[at]
        if byte == _ESC:
            return self._escape(at, found)
        if byte < 32 or byte == 127:
            found.append(sequences.control(byte))
            return at + 1
        return self._text(at, found)

    def _text(self, at: int, found: list[Input]) -> int:
        rest = self._rest
        size = 1 if rest[at] < 0xC0 else 2 if rest[at] < 0xE0 else 3 if rest[at] < 0xF0 else 4
        piece = bytes(rest[at : at + size])
        try:
            character = piece.decode()
        except UnicodeDecodeError as error:
            if len(piece) < size and error.reason == "unexpected end of data":
                raise _Incomplete from None
            return at + max(error.end, 1)
        if "\x80" <= character <= "\x9f":
            return at + size
        found.append(Key(character, text=character))
        return at + size

    def _escape(self, at: int, found: list[Input]) -> int:
        rest = self._rest
        if at + 1 >= len(rest):
            raise _Incomplete
        second = rest[at + 1]
        if second == _ESC:
            return self._two_escapes(at, found)
        if second == ord("["):
            return self._csi(at, found)
        if second == ord("O"):
            return self._ss3(at, found)
        if second in _STRINGS:
            return self._string(at, found)
        key: list[Input] = []
        end = self._take(at + 1, key)
        found.extend(sequences.alt(one) if isinstance(one, Key) else one for one in key)
        return end

    def _two_escapes(self, at: int, found: list[Input]) -> int:
        """`ESC ESC [ A` is Alt+Up of some terminals; else the first is a key of its own."""
        if at + 2 >= len(self._rest):
            raise _Incomplete
        if self._rest[at + 2] not in b"[O":
            found.append(Key("escape"))
            return at + 1
        key: list[Input] = []
        end = self._escape(at + 1, key)
        if key and isinstance(key[0], Key):
            found.append(replace(key[0], alt=True))
        else:
            found.extend((Key("escape"), *key))
        return end

    def _csi(self, at: int, found: list[Input]) -> int:
        rest, here = self._rest, at + 2
        while here < len(rest) and 0x20 <= rest[here] <= 0x3F:
            if rest[here] == ord("$") and rest[at + 2 : here].isdigit():  # Shift with a key of rxvt
                return self._found(sequences.csi(rest[at + 2 : here].decode(), "$"), found, here + 1)
            here += 1
        if here >= len(rest):
            raise _Incomplete
        body, final = rest[at + 2 : here].decode(), chr(rest[here])
        if not "@" <= final <= "~":
            return here  # broken off: what follows is a key of its own
        if final == "M" and not body:
            return self._skip(here + 4)  # an old report of the mouse
        if final == "[" and not body:
            return self._skip(here + 2)  # function keys of the Linux console
        if (body, final) == ("200", "~"):
            self._paste = bytearray()
            return here + 1
        return self._found(sequences.csi(body, final), found, here + 1)

    def _ss3(self, at: int, found: list[Input]) -> int:
        rest, here = self._rest, at + 2
        while here < len(rest) and rest[here] in b"0123456789;":
            here += 1
        if here >= len(rest):
            raise _Incomplete
        if not 0x20 <= rest[here] <= 0x7E:  # Alt+O, and then this
            found.append(sequences.alt(Key("O")))
            return at + 2
        return self._found(sequences.ss3(rest[at + 2 : here].decode(), chr(rest[here])), found, here + 1)

    def _string(self, at: int, found: list[Input]) -> int:
        rest, here = self._rest, at + 2
        kind = chr(rest[at + 1])
        if here < len(rest) and kind == "]" and not chr(rest[here]).isdigit() and rest[here] not in b"lLI\x1b\x07":
            found.append(sequences.alt(Key("]")))  # no answer begins so
            return here
        while here < len(rest):
            byte = rest[here]
            if byte == 0x07 or (byte == _ESC and rest[here + 1 : here + 2] == b"\\"):
                text = rest[at + 2 : here].decode("utf-8", "replace")
                answer = {"]": sequences.osc, "P": sequences.dcs}.get(kind, lambda _: None)(text)
                return self._found(answer, found, here + (1 if byte == 0x07 else 2))
            if byte == _ESC and here + 1 >= len(rest):
                raise _Incomplete
            if (byte < 32 and byte not in (9, 10, 13)) or byte == _ESC:
                return here  # broken off by a key
            here += 1
        if len(rest) - at > _LONG_ENOUGH:
            return len(rest)
        raise _Incomplete

    def _skip(self, end: int) -> int:
        if end > len(self._rest):
            raise _Incomplete
        return end

    def _found(self, value: Input | None, found: list[Input], end: int) -> int:
        if value is not None:
            found.append(value)
        return end

    def _take_paste(self, at: int, paste: bytearray, found: list[Input]) -> int:
        rest = self._rest
        end = rest.find(_PASTE_END, at)
        if end >= 0:
            found.append(_paste(bytes(paste + rest[at:end])))
            self._paste = None
            return end + len(_PASTE_END)
        keep = next((size for size in range(len(_PASTE_END) - 1, 0, -1) if rest.endswith(_PASTE_END[:size])), 0)
        stop = max(len(rest) - keep, at)
        if stop == at:
            raise _Incomplete
        paste += rest[at:stop]
        return stop


def _paste(data: bytes) -> Paste:
    return Paste(data.decode("utf-8", "replace"))
