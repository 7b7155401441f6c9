"""Numbers and letters by which terminals name keys: legacy finals, `CSI n ~`, and the codes of the kitty protocol."""

from __future__ import annotations

CSI_LETTERS = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end",
    "P": "f1", "Q": "f2", "S": "f4",
}  # fmt: skip
SS3_LETTERS = CSI_LETTERS | {"R": "f3"}

RXVT_LETTERS = {"a": "up", "b": "down", "c": "right", "d": "left"}

SS3_TEXT = {
    " ": " ", "X": "=", "j": "*", "k": "+", "l": ",", "m": "-", "n": ".", "o": "/",
    **{chr(ord("p") + digit): str(digit) for digit in range(10)},
}  # fmt: skip

TILDE = {
    1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown", 7: "home", 8: "end",
    11: "f1", 12: "f2", 13: "f3", 14: "f4", 15: "f5", 17: "f6", 18: "f7", 19: "f8", 20: "f9", 21: "f10",
    23: "f11", 24: "f12", 25: "f13", 26: "f14", 28: "f15", 29: "f16", 31: "f17", 32: "f18", 33: "f19", 34: "f20",
}  # fmt: skip

CODES = {
    8: "backspace", 9: "tab", 10: "enter", 13: "enter", 27: "escape", 127: "backspace",
    57414: "enter", 57417: "left", 57418: "right", 57419: "up", 57420: "down", 57421: "pageup", 57422: "pagedown",
    57423: "home", 57424: "end", 57425: "insert", 57426: "delete",
    57344: "escape", 57345: "enter", 57346: "tab", 57347: "backspace", 57348: "insert", 57349: "delete",
    57350: "left", 57351: "right", 57352: "up", 57353: "down", 57354: "pageup", 57355: "pagedown",
    57356: "home", 57357: "end",
    **{57376 + number: f"f{13 + number}" for number in range(23)},
}  # fmt: skip

KEYPAD_TEXT = {
    **{57399 + digit: str(digit) for digit in range(10)},
    57409: ".", 57410: "/", 57411: "*", 57412: "-", 57413: "+", 57415: "=", 57416: ",",
}  # fmt: skip
