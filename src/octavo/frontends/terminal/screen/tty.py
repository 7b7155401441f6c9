"""The terminal's descriptors: opened anew, so that what others set on theirs does not touch ours, and the reverse.

Writing never blocks: what the terminal does not take is kept and goes out later, in order (`flush`, `finish`).
"""

from __future__ import annotations

import os
from collections.abc import Callable

from octavo.errors import OctavoError

_INPUT_S = 0.1
_END_S = 2.0  # how long a terminal that does not read may keep us from ending


class NoTerminal(OctavoError):
    """There is nothing to draw on, or to read keys from."""


class Tty:
    """`fd` reads keys and takes what is written. Raises `NoTerminal` when made without a terminal."""

    _by_lines = _took_line = False

    def __init__(self) -> None:
        if not os.isatty(1):
            raise NoTerminal("stdout is not a terminal")
        self.fd = _own_descriptor()
        self._pending = bytearray()
        self._saved: list[object] | None = None
        self.lost = False

    def size(self) -> tuple[int, int]:
        """Columns and lines, at least one of each; 80 × 24 where the terminal does not say."""
        try:
            columns, lines = os.get_terminal_size(self.fd)
        except OSError:
            return 80, 24
        return columns or 80, lines or 24

    def raw(self) -> None:
        """Keys come as they are pressed. Remembers what was set before; what was typed already stays."""
        self._set(_make_raw)

    def line_mode(self) -> None:
        """Whole lines come, edited and echoed by the terminal; Ctrl+C and Ctrl+Z are signals."""
        self._by_lines = True
        self._set(_make_lines)

    def echo(self, *, on: bool) -> None:
        """In line mode: whether what is typed is seen, as far as the terminal showed it before us."""
        import termios

        wants = on and self._saved is not None and bool(int(str(self._saved[3])) & termios.ECHO)

        def change(settings: list[object]) -> None:
            lflag = int(str(settings[3]))
            settings[3] = lflag | termios.ECHO if wants else lflag & ~termios.ECHO

        self._set(change)

    def took_line(self) -> bool:
        """Whether a line was read since the last call: the cursor stands at the start of a row then."""
        took, self._took_line = self._took_line, False
        return took

    def _set(self, change: Callable[[list[object]], None]) -> None:
        """Change the settings; what they were before the first time is remembered."""
        import termios

        try:
            settings = termios.tcgetattr(self.fd)
            if self._saved is None:
                self._saved = [*settings[:6], list(settings[6])]
            change(settings)
            termios.tcsetattr(self.fd, termios.TCSANOW, settings)
        except (termios.error, OSError):
            self.lost = True

    def cooked(self) -> None:
        """As it was before the first `raw`."""
        import termios

        if self._saved is None:
            return
        try:
            termios.tcsetattr(self.fd, termios.TCSANOW, self._saved)  # type: ignore[arg-type]
        except (termios.error, OSError):
            self.lost = True

    def read(self) -> bytes | None:
        """What was typed; None when nothing was, empty when the terminal is gone.

        In line mode all lines that are there, and Ctrl+D where the user ended the input.
        """
        return self._read_lines() if self._by_lines else self._read()

    def _read_lines(self) -> bytes | None:
        lines = b""
        while data := self._read():
            lines += data
        self._took_line = self._took_line or b"\n" in lines
        if data is None or self.lost:
            return lines or data
        return lines + b"\x04"

    def _read(self) -> bytes | None:
        try:
            return os.read(self.fd, 65536)
        except BlockingIOError:
            return None
        except InterruptedError:
            return None
        except OSError:
            self.lost = True
            return b""

    def write(self, text: str) -> None:
        """Write it, behind what still waits."""
        self._pending += text.encode("utf-8", "replace")
        self.flush()

    @property
    def pending(self) -> int:
        """Bytes that the terminal did not take yet."""
        return len(self._pending)

    def flush(self) -> None:
        """Write what waits, as far as the terminal takes it."""
        while self._pending:
            try:
                written = os.write(self.fd, self._pending)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # nobody is there any more
                self._pending.clear()
                self.lost = True
                return
            del self._pending[:written]

    def finish(self, seconds: float = _END_S) -> None:
        """Write what waits, for at most so long."""
        import select
        import time

        end = time.monotonic() + seconds
        while self._pending and (left := end - time.monotonic()) > 0:
            select.select([], [self.fd], [], left)
            self.flush()

    def forget_input(self) -> None:
        """Read what comes in the next moments and forget it."""
        import select
        import time

        end = time.monotonic() + _INPUT_S
        while (left := end - time.monotonic()) > 0 and not self.lost:
            if select.select([self.fd], [], [], left)[0]:
                self.read()

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)


def _own_descriptor() -> int:
    """The terminal of stdin if it is one, else the one that controls us; with an open file description of our own."""
    flags = os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
    for name in (_name_of(1), "/dev/tty"):
        if name is not None:
            try:
                return os.open(name, flags)
            except OSError:
                continue
    raise NoTerminal("there is no terminal to read keys from")


def _name_of(fd: int) -> str | None:
    try:
        return os.ttyname(fd)
    except OSError:
        return None


def _make_lines(settings: list[object]) -> None:
    import termios

    settings[0] = int(str(settings[0])) | termios.ICRNL
    settings[3] = int(str(settings[3])) | termios.ICANON | termios.ISIG


def _make_raw(settings: list[object]) -> None:
    import termios

    iflag, oflag, cflag, lflag = (int(str(value)) for value in settings[:4])
    settings[0] = iflag & ~(
        termios.BRKINT | termios.ICRNL | termios.INLCR | termios.IGNCR | termios.INPCK | termios.ISTRIP | termios.IXON
    )
    settings[1] = oflag & ~termios.OPOST
    settings[2] = cflag & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    settings[3] = lflag & ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.IEXTEN | termios.ISIG)
    control = list(settings[6])  # type: ignore[call-overload]
    control[termios.VMIN], control[termios.VTIME] = 1, 0
    settings[6] = control
