"""The whole interface in memory: real state, real engine, a scripted model, and an emulated terminal."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyte

from octavo.config.load import ConfigSources, load_config
from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.deeds.perform import perform
from octavo.frontends.terminal.ending import Ending
from octavo.frontends.terminal.first_steps import first_steps
from octavo.frontends.terminal.interface import Interface
from octavo.frontends.terminal.loading import load_agent
from octavo.frontends.terminal.recording import open_recording
from octavo.frontends.terminal.request import TerminalRequest
from octavo.frontends.terminal.screen.screen import Screen
from octavo.frontends.terminal.screen.tty import Tty
from octavo.frontends.terminal.views import guard
from octavo.model.scripted import Script, ScriptedBackend
from octavo.runtime.front_end import FrontEnd
from octavo.runtime.runtime import Runtime

CONFIG = """model = "gpt-5-codex"
disable_paste_burst = true
model_provider = "mine"
[model_providers.mine]
name = "mine"
base_url = "http://127.0.0.1:9/v1"
wire_api = "responses"
"""
KEYS = {"enter": "\r", "esc": "\x1b", "up": "\x1b[A", "down": "\x1b[B", "home": "\x1b[H", "end": "\x1b[F"}

_LIMIT_S = 10.0


class EmulatedTty(Tty):
    """Keys come through a pipe, what is written goes to an emulator."""

    def __init__(self, columns: int, lines: int) -> None:
        self.fd, self._keys = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.screen = pyte.HistoryScreen(columns, lines, history=10_000)
        self._stream = pyte.Stream(self.screen)
        self.written = asyncio.Event()
        self.log = ""
        self.lost = False

    def size(self) -> tuple[int, int]:
        return self.screen.columns, self.screen.lines

    def raw(self) -> None:
        pass

    def cooked(self) -> None:
        pass

    def write(self, text: str) -> None:
        self.log += text
        # The emulator knows no marks around a name, and nothing of keyboards.
        self._stream.feed(re.sub(r"\x1b\[[<>=][0-9;]*[a-z]|\x1b\[\?u", "", text))
        self.written.set()

    @property
    def pending(self) -> int:
        return 0

    def flush(self) -> None:
        pass

    def finish(self, seconds: float = 0.0) -> None:
        pass

    def close(self) -> None:
        os.close(self.fd)
        os.close(self._keys)

    def press(self, text: str) -> None:
        """These keys are pressed."""
        os.write(self._keys, text.encode())


class Program:
    """A running interface: hands and eyes."""

    def __init__(self, tty: EmulatedTty, interface: Interface, backend: ScriptedBackend, home: Path) -> None:
        self.tty, self.interface, self.backend, self.home = tty, interface, backend, home
        self.running: asyncio.Task[Ending] | None = None

    @property
    def rows(self) -> list[str]:
        """Scrollback and screen."""
        screen = self.tty.screen
        above = ["".join(row[x].data for x in range(screen.columns)).rstrip() for row in screen.history.top]
        return above + [row.rstrip() for row in screen.display]

    @property
    def draft(self) -> str:
        """What stands in the composer."""
        return self.interface.app.composer.editor.draft.text

    def sent(self, number: int) -> dict[str, Any]:
        """What the model got with its n-th call."""
        payload: dict[str, Any] = json.loads(msgspec.json.encode(self.backend.requests[number].payload))
        return payload

    def sees(self, pattern: str) -> bool:
        """Whether a row holds the pattern."""
        return any(re.search(pattern, row) for row in self.rows)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until it holds: after each frame it is looked at again."""
        try:
            async with asyncio.timeout(_LIMIT_S):
                while not condition():
                    self.tty.written.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self.tty.written.wait(), 0.05)
        except TimeoutError:
            raise AssertionError("\n".join([f"never came: {what}", *self.rows])) from None

    async def see(self, pattern: str) -> None:
        """Wait until a row holds the pattern."""
        await self.until(lambda: self.sees(pattern), pattern)

    async def shown(self, pattern: str) -> None:
        """Wait until a row of the screen, not of the scrollback, holds the pattern."""
        await self.until(lambda: any(re.search(pattern, row.rstrip()) for row in self.tty.screen.display), pattern)

    async def key(self, name: str, then: str = "") -> None:
        """Press a key, and wait for what it brings."""
        self.tty.press(KEYS.get(name, name))
        if then:
            await self.shown(then)

    async def ask(self, text: str, then: str = "") -> None:
        """Type a line and press Enter."""
        self.tty.press(text)
        await self.until(lambda: self.draft == text, f"the draft {text!r}")
        self.tty.press("\r")
        if then:
            await self.see(then)

    async def idle(self) -> None:
        """Until no turn runs."""
        await self.until(lambda: not self.interface.app.composer.busy, "the end of the turn")

    async def ended(self) -> Ending:
        """Until the program has ended."""
        assert self.running is not None
        async with asyncio.timeout(_LIMIT_S):
            return await self.running


@contextlib.asynccontextmanager
async def program(
    folder: Path,
    scripts: Sequence[Script] = (),
    *,
    config: str = CONFIG,
    request: TerminalRequest = TerminalRequest(),  # noqa: B008 - a value
    trusted: bool = True,
    environ: Mapping[str, str] | None = None,
    size: tuple[int, int] = (100, 50),
    saved: str | None = None,
) -> AsyncIterator[Program]:
    """The interface with `folder/home` and `folder/ws`; it is ended at the end. Questions need no pause."""
    home, ws = folder / "home", folder / "ws"
    home.mkdir(exist_ok=True)
    ws.mkdir(exist_ok=True)
    if not (home / "config.toml").exists():
        trust = f'[projects."{ws}"]\ntrust_level = "trusted"\n' if trusted else ""
        (home / "config.toml").write_text(config + trust)
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm-256color", **(environ or {})}
    sources = ConfigSources(str(home), str(ws), variables, managed_path=str(folder / "none.toml"))
    loaded = load_config(sources)
    runtime, backend = Runtime(sources, loaded, FrontEnd("cli")), ScriptedBackend(scripts)
    runtime.use_backend(backend)
    tty = EmulatedTty(*size)
    screen = Screen(tty, variables)
    app = App(Composer(loaded.cwd, bursts=not loaded.disable_paste_burst), screen.depth)
    quiet, guard.QUIET_SECONDS = guard.QUIET_SECONDS, 0.0
    screen.start()
    if (first := first_steps(loaded)) is not None:
        app.views.push(first, time.monotonic())
    recording = open_recording(loaded, variables)
    load = functools.partial(load_agent, runtime)
    interface = Interface(screen, app, runtime, request, saved, lambda url: True, recording, load, perform)
    one = Program(tty, interface, backend, home)
    one.running = asyncio.create_task(interface.run())
    try:
        yield one
    finally:
        interface.loop.end()
        try:
            await one.running
        finally:
            guard.QUIET_SECONDS = quiet
            screen.end()
            tty.close()
