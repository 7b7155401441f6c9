"""How a command line ends without a command having run: `Stop`."""

from __future__ import annotations


class Stop(Exception):
    """End now: `text` goes to stdout if the exit code is 0, else to stderr, as it is."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text
