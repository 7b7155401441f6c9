"""The client's terminals: where the user wants that, commands without a sandbox run where the user sees them.

A client's terminal has no sandbox of ours, so nothing is run there that would have one
here (`docs/acp.md`, "Terminals of the client").
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Mapping, Sequence

from octavo.frontends.acp.client_calls import ClientRefused, Unclear
from octavo.frontends.acp.server import Server
from octavo.frontends.acp.types.params import NameAndValue
from octavo.frontends.acp.types.terminals import (
    CreatedTerminal,
    CreateTerminal,
    ExitStatus,
    TerminalOutput,
    TerminalParams,
)
from octavo.process.failures import CommandError, KilledBySignalError
from octavo.process.launch import TIMED_OUT
from octavo.process.run import CommandOutput

MOST_OUTPUT = 1 << 20
"""Bytes of output that the client is asked to keep."""
_SECONDS = 10.0
"""How long a client may take for anything but the command itself."""
_log = logging.getLogger(__name__)


class ClientTerminals:
    """The terminals of one session's client."""

    def __init__(self, server: Server) -> None:
        self.session_id = ""
        self._server = server

    async def run(
        self,
        argv: Sequence[str],
        cwd: str,
        environ: Mapping[str, str],
        timeout_ms: int | None,
        shown: Callable[[str], None],
    ) -> CommandOutput | None:
        """Run it in a terminal of its own; None if the client gives none. `shown` is told the terminal's id.

        After `timeout_ms`, and when this is cancelled, the client is told to kill it. Raises `CommandError`.
        """
        asked = CreateTerminal(
            session_id=self.session_id,
            command=argv[0],
            args=tuple(argv[1:]),
            env=tuple(NameAndValue(name=name, value=value) for name, value in environ.items()),
            cwd=cwd,
            output_byte_limit=MOST_OUTPUT,
        )
        try:
            made = await self._created(asked)
        except Unclear as error:  # run here as well, it could run twice
            raise CommandError(f"the editor may or may not have begun the command: {error}") from None
        except ClientRefused as error:
            _log.info("the editor gives no terminal: %s", error)
            return None
        terminal = TerminalParams(session_id=self.session_id, terminal_id=made.terminal_id)
        shown(made.terminal_id)
        started = asyncio.get_running_loop().time()
        try:
            status, timed_out = await self._end_of(terminal, timeout_ms)
            told = await self._server.calls.call("terminal/output", terminal, TerminalOutput, _SECONDS)
        except ClientRefused as error:
            raise CommandError(f"the editor's terminal failed: {error}") from None
        finally:
            self._let_go(terminal)
        seconds = asyncio.get_running_loop().time() - started
        output = told.output.encode(errors="replace")
        return CommandOutput(_exit_code(status, timed_out), output, b"", output, seconds, timed_out)

    async def _created(self, asked: CreateTerminal) -> CreatedTerminal:
        """A terminal in which it runs; one that comes too late is ended. Raises `ClientRefused`."""
        creating = asyncio.ensure_future(self._server.calls.call("terminal/create", asked, CreatedTerminal))
        try:
            async with asyncio.timeout(_SECONDS):
                return await asyncio.shield(creating)
        except TimeoutError:
            creating.add_done_callback(self._end_late)
            raise Unclear("terminal/create: no answer") from None
        except asyncio.CancelledError:
            creating.add_done_callback(self._end_late)
            raise

    def _end_late(self, creating: asyncio.Future[CreatedTerminal]) -> None:
        if not creating.cancelled() and creating.exception() is None:
            late = TerminalParams(session_id=self.session_id, terminal_id=creating.result().terminal_id)
            self._let_go(late, kills=True)

    async def _end_of(self, terminal: TerminalParams, timeout_ms: int | None) -> tuple[ExitStatus, bool]:
        """How it ended, and whether its time was up."""
        calls = self._server.calls
        try:
            async with asyncio.timeout(None if timeout_ms is None else timeout_ms / 1000):
                return await calls.call("terminal/wait_for_exit", terminal, ExitStatus), False
        except TimeoutError:
            await calls.call("terminal/kill", terminal, object, _SECONDS)
            return ExitStatus(), True
        except asyncio.CancelledError:
            self._server.peer.ask("terminal/kill", terminal)  # nobody waits for the answer any more
            raise

    def _let_go(self, terminal: TerminalParams, *, kills: bool = False) -> None:
        """The client goes on to show what was printed; killing is part of it where the command still runs."""
        with contextlib.suppress(OSError):
            if kills:
                self._server.peer.ask("terminal/kill", terminal)
            self._server.peer.ask("terminal/release", terminal)


def _exit_code(status: ExitStatus, timed_out: bool) -> int:
    """Raises `KilledBySignalError` where a signal ended the command."""
    if timed_out:
        return TIMED_OUT
    if status.exit_code is not None:
        return status.exit_code
    number = getattr(signal, status.signal or "", signal.SIGKILL)
    raise KilledBySignalError(int(number) if isinstance(number, signal.Signals) else int(signal.SIGKILL))
