"""The interface as it runs: the state on the screen, the session behind it, and the steps from one to the next.

First what has to be answered, then which session, then the conversation. What the state cannot do itself comes to
`perform`; the room `deeds`, which stands above, does it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from octavo import __version__
from octavo.config.config import Config
from octavo.errors import OctavoError
from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.app.frame import Face, Frame
from octavo.frontends.terminal.background import Background
from octavo.frontends.terminal.cells import notices
from octavo.frontends.terminal.effects.composer import Submit
from octavo.frontends.terminal.ending import Ending
from octavo.frontends.terminal.keys.key import Focus, Input
from octavo.frontends.terminal.looks import Looks
from octavo.frontends.terminal.loop import Loop
from octavo.frontends.terminal.recording import Recording
from octavo.frontends.terminal.request import CHOOSE, NEW, TerminalRequest
from octavo.frontends.terminal.screen.surface import KeyParser, Surface
from octavo.protocol import events, ops
from octavo.runtime.runtime import Runtime

TYPE_CHECKING = False  # the agent is loaded beside the first keys
if TYPE_CHECKING:
    from octavo.frontends.terminal.actions.session_listing import SessionListing
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.frontends.terminal.file_search import FileSearches
    from octavo.frontends.terminal.kept_draft import DraftKeeper
    from octavo.frontends.terminal.session import Opening, Session
    from octavo.protocol.policy import SandboxPolicy


class Interface:
    """One run. `saved` is the file of the session to go on with; `browser` shows a page and says whether it tried.

    `parser` has the start of a key, where somebody has read before the loop does.
    `load` imports what the first turn needs, beside the loop; `perform` does what the state cannot do itself.
    `face` is how the state is shown where that is not the app's own way.
    """

    def __init__(
        self,
        screen: Surface,
        app: App,
        runtime: Runtime,
        request: TerminalRequest,
        saved: str | None,
        browser: Callable[[str], bool],
        recording: Recording | None,
        load: Callable[[], Coroutine[Any, Any, None]],
        perform: Callable[[Interface, Effect], None],
        parser: KeyParser | None = None,
        face: Face | None = None,
    ) -> None:
        self.screen, self.app, self.runtime = screen, app, runtime
        self._face = app if face is None else face
        self.config: Config = runtime.config
        self.browser, self.recording = browser, recording
        self.loop = Loop(screen, self, parser)
        self.background = Background(self.loop.end, self.loop.changed)
        self.start = self.background.start
        """Does work beside the loop, until the program leaves."""
        self.looks = Looks(
            screen, app, lambda: self.config, self.start, self.loop.changed, self.warn, has_footer=self._face is app
        )
        self.session: Session | None = None
        self.rollout_path = ""
        self.finder: FileSearches | None = None
        self.keeper: DraftKeeper | None = None
        self.listing: SessionListing | None = None
        self.sign_in: asyncio.Task[None] | None = None
        self.update: tuple[str, ...] | None = None
        self.farewell = ""
        """What is told on the terminal once the interface is gone."""
        self._request, self._saved, self._load, self._perform = request, saved, load, perform
        self._early: list[ops.Op] = []
        self._to_edit = ""
        self._offers_draft = False
        self._unsaved_before = ""
        self._has_begun = False
        app.perform = self.perform

    # --- the whole run ---

    async def run(self) -> Ending:
        """Until the user leaves, a signal comes or the terminal is gone; the session is whole when this returns."""
        asyncio.get_running_loop().set_exception_handler(self.background.failed)
        self.start(self._prepare())
        self._fill_picker()
        self._face.appear(time.monotonic())  # when keys were pressed that wait in the terminal, nobody knows
        try:
            await self.loop.run()
        finally:
            await self._put_away()
        if self.background.crash is not None:
            raise self.background.crash
        return self._ending()

    async def _prepare(self) -> None:
        """Load the agent beside the first keys, then go on as far as nothing has to be answered."""
        await self._load()
        self.app.converse(self._first_talk(), time.monotonic())
        self._has_begun = True
        self.looks.begin()
        self._look_for_updates()
        self._keep_draft()
        self.go_on()

    def _keep_draft(self) -> None:
        """Keep what is written here from now on; what was kept before can be brought back."""
        if self.config.history.persistence == "none":
            return
        from octavo.frontends.terminal.kept_draft import DraftFile, DraftKeeper

        composer, file = self.app.composer, DraftFile(self.config.codex_home, self.config.cwd)
        kept = file.load()
        if kept is not None:
            composer.recall.add(kept)
            self._offers_draft = True
        self.keeper = DraftKeeper(file, composer.unsent, kept)

    def _offer_draft(self) -> None:
        if self._offers_draft:
            self._offers_draft = False
            self.info("What you were writing here before is kept.", "↑ brings it back")

    def _look_for_updates(self) -> None:
        """Tell of a newer version that an earlier start found, and find out for the next one."""
        from octavo.frontends.terminal import updates
        from octavo.frontends.terminal.release_channel import has_channel

        home, environ = self.config.codex_home, self.config.environ
        if not self.config.check_for_update_on_startup:
            return
        update = updates.known_update(home, environ)
        if update is not None and self.app.talk is not None:
            from octavo.frontends.terminal.cells.update import UpdateCell

            self.app.talk.show(UpdateCell(__version__, update.version, " ".join(update.command or ())))
        if has_channel(environ):
            self.start(updates.refresh(home, environ, time.time()))

    def _first_talk(self) -> Any:
        from octavo.frontends.terminal.app.talk import Talk
        from octavo.frontends.terminal.facts import chat_facts
        from octavo.frontends.terminal.notifications import Notifier

        tui = self.config.tui
        wanted = not tui.quiet and tui.notifications
        notifier = Notifier(wanted, tui.notification_method, tui.notification_condition)
        talk = Talk(self.app.composer, chat_facts(self.config), notifier)
        talk.palette = talk.palette._replace(prose=tui.prose_width or 0)
        return talk

    async def _put_away(self) -> None:
        if self.listing is not None:
            self.listing.close(remember=False)
        if self.keeper is None and self.app.composer.unsent().text:
            self._keep_draft()  # who leaves before all is loaded has written something, too
        if self.keeper is not None:
            await self.keeper.close()
        self.background.give_up()
        if self.finder is not None:
            await self.finder.close()
        if self.session is not None:
            await self.session.shut_down()
        await self.background.ended()
        await self.runtime.aclose()
        if self.recording is not None:
            self.recording.close()

    def _ending(self) -> Ending:
        talk = self.app.talk
        tokens = talk.chat.usage.tokens if talk is not None else None
        unsaved = self.session.unsaved if self.session is not None else ""
        return Ending(
            usage=tokens.total_token_usage if tokens is not None else None,
            session_id=talk.chat.session_id if talk is not None else "",
            unsaved=unsaved or self._unsaved_before,
            signum=self.loop.signum,
            update=self.update,
            farewell=self.farewell,
        )

    # --- the state, for the loop ---

    def handle(self, value: Input, now: float) -> None:
        """Take an input."""
        self._face.handle(value, now)
        if self.keeper is not None:
            self.keeper.changed()
        if value == Focus(gained=True) and self.app.knows_colors:
            self.screen.ask_colors()  # the theme may be another one now
        self.go_on()

    def handled(self, now: float) -> None:
        """Many inputs came at once, and taking them lasted until `now`."""
        self._face.handled(now)

    def tick(self, now: float) -> None:
        """The deadline has come."""
        self._face.tick(now)
        self.go_on()

    def deadline(self) -> float | None:
        """When `tick` is due, None for never."""
        return self._face.deadline()

    def frame(self, columns: int, lines: int, now: float) -> Frame:
        """What is to be seen."""
        frame = self._face.frame(columns, lines, now)
        if frame.history:
            self.record("insert_history_cell", lines=len(frame.history))
        return frame

    def record(self, kind: str, **facts: object) -> None:
        """Write down that something happened, where a recording is wanted."""
        if self.recording is not None:
            self.recording.note(kind, **facts)

    # --- what the state cannot do itself ---

    def perform(self, effect: Effect, now: float) -> None:
        """Do what composer, views and conversation ask for."""
        self.record("app_event", variant=type(effect).__name__)
        self._perform(self, effect)
        self.loop.changed()

    def run_effects(self, effects: Sequence[Effect]) -> None:
        """Effects that an answer from outside has led to."""
        self.app.run(effects, time.monotonic())
        self.loop.changed()

    def info(self, text: str, hint: str = "") -> None:
        """Print a remark."""
        if self.app.talk is not None:
            self.app.talk.show(notices.info(text, hint))
        self.loop.changed()

    def warn(self, text: str) -> None:
        """Print a warning."""
        if self.app.talk is not None:
            self.app.talk.show(notices.warning(text))
        self.loop.changed()

    def error(self, text: str) -> None:
        """Print an error."""
        if self.app.talk is not None:
            self.app.talk.show(notices.error(text))
        self.loop.changed()

    def save(self, save: Callable[[], None], what: str = "choice") -> bool:
        """Keep for later sessions what holds in this one by now. Whether that worked; if not, it is told."""
        try:
            save()
        except OctavoError as error:
            self.error(f"The {what} holds for this session, but could not be saved: {error}")
            return False
        return True

    # --- from the first question to the session ---

    def go_on(self) -> None:
        """Take the next step of the start, once nothing stands in its way."""
        if not self._has_begun or self.session is not None or self.loop.is_over:
            return
        if self.app.views.top or self.app.pager:
            return
        if self._request.session == CHOOSE:
            from octavo.frontends.terminal.views.resume_picker import ResumePicker

            home = self.config.environ.get("HOME")
            self.app.pager = ResumePicker(time.time, self.config.cwd, home, forks=self._request.forks)
            self._fill_picker()
        else:
            self._open_first()

    @property
    def lists_everything(self) -> bool:
        """Whether the list holds sessions that no person began, too."""
        return self._request.everything

    def _fill_picker(self) -> None:
        """Let sessions be read for the picker, if one is seen, beside whatever else is going on."""
        from octavo.frontends.terminal.views.resume_picker import ResumePicker

        if isinstance(self.app.pager, ResumePicker):
            self._request = replace(self._request, session=NEW)
            self.run_effects(self.app.pager.wanted())

    def picked(self, path: str | None) -> None:
        """This session was chosen, or a new one: it opens once the agent is loaded."""
        self._saved = path
        self.go_on()

    def _open_first(self) -> None:
        """Go on with the saved session, or begin a new one."""
        path = self._saved
        if path is None:
            opening = self.runtime.open(self.config)
        elif self._request.forks:
            opening = self.runtime.fork(path, None, self.config)
        else:
            opening = self.runtime.resume(path, self.config)
        request, self._request = self._request, replace(self._request, prompt="", images=(), forks=False)
        self.open_session(opening)
        if request.prompt or request.images:
            self.run_effects((Submit(request.prompt, request.images),))

    def open_session(self, opening: Opening) -> None:
        """Let this conversation be the one on the screen; the one before it ends."""
        from octavo.frontends.terminal.facts import chat_facts
        from octavo.frontends.terminal.session import Session

        if self.session is not None:
            self.session.mute()
            self.background.finish(self._end(self.session))
            assert self.app.talk is not None  # noqa: S101 - there is no session without it
            self.app.talk.new_chat(chat_facts(self.config))
        self.session = Session(opening, self._deliver, self._could_not_open, self.background.crashed)
        early, self._early = self._early, []
        for op in early:
            self.submit(op)

    async def _end(self, before: Session) -> None:
        await before.shut_down()
        if before.unsaved:
            self._unsaved_before = before.unsaved
            self.error(f"The last of the session before this one could not be saved: {before.unsaved}")

    def _deliver(self, event: events.Event) -> None:
        if isinstance(event.msg, events.SessionConfigured):
            self.rollout_path = event.msg.rollout_path
        if self.recording is not None:
            self.recording.event(event)
        self.app.event(event, time.monotonic())
        self.looks.heard(event.msg)
        if isinstance(event.msg, events.SessionConfigured):
            if event.msg.initial_messages is not msgspec.UNSET:
                self.start(self._learn_name(event.msg.session_id))
            self._warn_of_settings()
            self._offer_draft()
            self._edit()
        self.loop.changed()

    async def _learn_name(self, session_id: str) -> None:
        from octavo.frontends.terminal.actions.naming import saved_name

        name = await saved_name(self.config.codex_home, session_id)
        talk = self.app.talk
        if name and talk is not None and talk.chat.session_id == session_id:
            talk.chat.name = name
            self.looks.refresh()
            self.loop.changed()

    def edit_when_open(self, text: str) -> None:
        """Let the user edit this message once the session that has just been opened is on the screen."""
        self._to_edit = text

    def _edit(self) -> None:
        text, self._to_edit = self._to_edit, ""
        if text:
            composer = self.app.composer
            self.run_effects(composer.set_text(text + composer.editor.draft.text))

    def _warn_of_settings(self) -> None:
        """What was asked for and cannot be had."""
        from octavo.engine.project_docs import cut_documents

        self.looks.tell_faults()
        problems, self.app.problems = self.app.problems, ()
        for line in (*problems, *cut_documents(self.config)):
            self.warn(line)

    def _could_not_open(self, error: OctavoError) -> None:
        self.app.could_not_open()
        self.error(f"The session could not begin: {error}")
        self._edit()

    def submit(self, op: ops.Op) -> None:
        """Hand an operation to the conversation; one that comes before there is any waits for it."""
        if self.session is None:
            self._early.append(op)
            return
        if self.recording is not None:
            self.recording.op(op)
        self.session.submit(op)

    def set_config(self, **changes: object) -> None:
        """Settings that hold from now on, for this session and the next one."""
        self.config = msgspec.structs.replace(self.config, **changes)
        self.looks.refresh()

    def workspace_write(self) -> SandboxPolicy:
        """The policy of that name with the folders and exceptions that the configuration gives it."""
        from octavo.protocol.policy import WorkspaceWrite

        flags = msgspec.structs.replace(self.runtime.sources.flags, sandbox_mode="workspace-write")
        try:
            return self.runtime.derive(flags).sandbox_policy
        except OctavoError:
            return WorkspaceWrite()

    def reload(self) -> None:
        """Read the configuration again, after an answer changed it. Raises `ConfigError`."""
        self.config = self.runtime.derive(self.runtime.sources.flags)
