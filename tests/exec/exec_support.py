"""Small parts that the tests of `exec`'s printers share."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable

from octavo.frontends.exec.output import Output
from octavo.frontends.exec.printer import EventPrinter
from octavo.protocol.events import Event, Msg


class Printed:
    """An `Output` into two files, and what came out of it."""

    def __init__(self) -> None:
        self._files = (tempfile.TemporaryFile(), tempfile.TemporaryFile())  # noqa: SIM115 - closed by `read`
        out, err = self._files
        self.output = Output(out.fileno(), err.fileno())

    def read(self) -> tuple[bytes, str]:
        """Everything that was printed to stdout and to stderr."""
        asyncio.run(self.output.drain())
        out, err = self._files
        with out, err:
            out.seek(0)
            err.seek(0)
            return out.read(), err.read().decode()


def show(printer: EventPrinter, messages: Iterable[Msg]) -> None:
    """Let the printer have these events, then the end of the run."""
    for msg in messages:
        printer(Event("0", msg))
    printer.finish()
