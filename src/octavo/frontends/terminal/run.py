"""The interface from its first frame to its last line (`docs/terminal.md`, "Starting").

The first frame is drawn before the event loop and the agent are imported; what is typed meanwhile stays in the
terminal until the loop reads it. Only where that frame asks something, what was typed before it is read first.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from octavo.config.config import Config
from octavo.errors import OctavoError
from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.status import FRAME
from octavo.frontends.terminal.first_steps import first_steps, update_question
from octavo.frontends.terminal.keys.keymap import DEFAULT, Keymap
from octavo.frontends.terminal.request import CHOOSE, NEW, NEWEST, SavedSession, TerminalRequest
from octavo.frontends.terminal.screen.screen import Screen
from octavo.frontends.terminal.screen.tty import Tty

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.app.frame import Face
    from octavo.frontends.terminal.ending import Ending
    from octavo.frontends.terminal.screen.surface import KeyParser, Surface
    from octavo.runtime.runtime import Runtime

    Shown = tuple[Surface, App, Face]
    """The terminal, the state of the interface, and how the state is shown."""

_SECOND = 1.0

EXAMPLES = (
    "Explain how this project is built",
    "Summarize the last commits",
    "Add a feature to @filename",
    "Find and fix a bug in @filename",
    "Write tests for @filename",
    "Improve the documentation in @filename",
)


class NoSuchSession(OctavoError):
    """No saved session has the id that was asked for; the text is for stdout."""


def run_interface(
    runtime: Callable[[], Runtime],
    config: Config,
    request: TerminalRequest,
    *,
    browser: Callable[[str], bool],
    log: Callable[[], None],
    loaded: Callable[[], None],
) -> Ending:
    """Run it to its end; the terminal is as it was when this returns or raises.

    `runtime` makes what conversations stand on, `log` sends log lines away from the terminal, and `loaded` is called
    when all is imported: all three are called once the first frame is on the screen. Raises `NoTerminal` and
    `NoSuchSession` before the terminal is touched.
    """
    tty = Tty()
    saved = _saved(config, request)
    screen, app, face = _plain(tty, config) if is_plain(config) else _drawn(tty, config)
    with _silence(config):
        try:
            screen.start()
            if (first := first_steps(config, moves=face is app and config.tui.animations)) is not None:
                app.views.push(first, time.monotonic())
            if (question := update_question(config, request.prompt)) is not None:
                app.views.push(question, time.monotonic())
            if app.views.top is None and request.session == CHOOSE:
                from octavo.frontends.terminal.views.resume_picker import ResumePicker

                app.pager = ResumePicker(time.time, config.cwd, config.environ.get("HOME"), forks=request.forks)
            parser = None
            if app.views.top is not None and (typed := screen.tty.read()):
                from octavo.frontends.terminal.typed_ahead import draft_typed_ahead

                parser = draft_typed_ahead(typed, screen, app)
            _draw(screen, face)
            log()
            return _rest((screen, app, face), parser, runtime(), request, saved, browser, loaded)
        finally:
            screen.end()
            tty.close()


def _rest(
    shown: Shown,
    parser: KeyParser | None,
    runtime: Runtime,
    request: TerminalRequest,
    saved: str | None,
    browser: Callable[[str], bool],
    loaded: Callable[[], None],
) -> Ending:
    import asyncio

    from octavo.frontends.terminal.deeds.perform import perform
    from octavo.frontends.terminal.interface import Interface
    from octavo.frontends.terminal.loading import load_agent
    from octavo.frontends.terminal.recording import open_recording

    try:
        recording = open_recording(runtime.config, runtime.config.environ)
    except OSError:
        recording = None

    async def load() -> None:
        await load_agent(runtime)
        loaded()

    async def main() -> Ending:
        screen, app, face = shown
        interface = Interface(screen, app, runtime, request, saved, browser, recording, load, perform, parser, face)
        return await interface.run()

    return asyncio.run(main())


def is_plain(config: Config) -> bool:
    """Whether everything is said in plain lines: as the user wants it, or because the terminal can do no more."""
    return config.tui.plain or config.environ.get("TERM") == "dumb"


def _drawn(tty: Tty, config: Config) -> Shown:
    """Live rows at the bottom of the screen."""
    screen = Screen(tty, config.environ)
    app = _app(config, screen.depth, FRAME if config.tui.animations else _SECOND)
    if config.tui.theme is not None:
        from octavo.frontends.terminal.themes.choose import chosen_theme

        theme, _ = chosen_theme(config.tui)
        screen.wear(theme)
        app.wear(theme)
    if config.tui.status_line or config.tui.status_line_command:
        from octavo.frontends.terminal.status_line import StatusLine

        app.status_line = StatusLine(config.tui.status_line, lambda: config)
        app.status_line.look()
    return screen, app, app


def _plain(tty: Tty, config: Config) -> Shown:
    """Lines, and the one that the user writes on."""
    from octavo.frontends.terminal.plain.face import PlainFace
    from octavo.frontends.terminal.plain.screen import LineScreen, PlainScreen

    is_dumb = config.environ.get("TERM") == "dumb"
    screen = (LineScreen if is_dumb else PlainScreen)(tty, config.environ)
    app = _app(config, screen.depth, None)
    face = PlainFace(app, reads_lines=is_dumb, pages=not is_dumb and bool(config.environ.get("PAGER", "").strip()))
    return screen, app, face


def _draw(screen: Surface, face: Face) -> None:
    frame = face.frame(screen.columns, screen.lines, time.monotonic())
    screen.shape_cursor(frame.shape)
    if frame.overlay:
        screen.overlay(frame.rows, frame.cursor)
    else:
        screen.print(frame.history)
        screen.draw(frame.rows, frame.cursor)


def _app(config: Config, depth: int, tempo: float | None) -> App:
    keys, problems = keys_of(config)
    app = App(composer_of(config, keys), depth, tempo=tempo)
    app.problems = problems
    return app


def keys_of(config: Config) -> tuple[Keymap, tuple[str, ...]]:
    """The keys as the user has bound them, and what is wrong with that."""
    if not config.tui.keymap:
        return DEFAULT, ()
    from octavo.frontends.terminal.keys.user_keymap import user_keymap

    return user_keymap(config.tui.keymap)


def composer_of(config: Config, keys: Keymap | None = None) -> Composer:
    """The composer of a start, with one of the examples in it."""
    example = EXAMPLES[os.urandom(1)[0] % len(EXAMPLES)]
    keys = DEFAULT if keys is None else keys
    composer = Composer(config.cwd, bursts=not config.disable_paste_burst, example=example, keys=keys)
    composer.enter_steers = config.tui.enter_steers
    if config.tui.vim_mode_default:
        composer.modes.switch(on=True)
    return composer


def _saved(config: Config, request: TerminalRequest) -> str | None:
    """The file of the session that is asked for; None for a new one or one to be chosen."""
    if request.session in (NEW, CHOOSE):
        return None
    from octavo.rollout.find import find_named, find_session, newest_session

    if request.session == NEWEST:
        sources = () if request.everything else _INTERACTIVE
        return newest_session(config.codex_home, config.model_provider_id, sources)
    assert isinstance(request.session, SavedSession)  # noqa: S101 - what is left
    word = request.session.id
    path = find_session(config.codex_home, word) or find_named(config.codex_home, word)
    if path is None:
        raise NoSuchSession(
            f"No saved session has the id {request.session.id}. Run `octavo resume` without an id to choose one."
        )
    return path


_INTERACTIVE = ("cli", "vscode")


@contextmanager
def _silence(config: Config) -> Iterator[None]:
    """Nothing but the screen writes to the terminal: what others write to stdout or stderr goes to the log file."""
    kept = [(fd, os.dup(fd)) for fd in (1, 2)]
    sink = _sink(config)
    for fd, _ in kept:
        os.dup2(sink, fd)
    os.close(sink)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for fd, copy in kept:
            os.dup2(copy, fd)
            os.close(copy)


def _sink(config: Config) -> int:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    try:
        os.makedirs(os.path.join(config.codex_home, "log"), exist_ok=True)
        return os.open(os.path.join(config.codex_home, "log", "codex-tui.log"), flags, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
