"""The state of the interface: an input, an event or the passing of time changes it, and it says what is to be seen.

Nothing here reads, writes, waits or knows a clock: what has to be done outside goes to `perform`, whose answers come
back as calls. So a whole session can be played in memory, by keys and recorded events (`docs/terminal.md`, "The loop").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from octavo.frontends.terminal.app.colors import Colors
from octavo.frontends.terminal.app.frame import Frame
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.footer import mode_columns
from octavo.frontends.terminal.composer.pane import Pane, pane_rows
from octavo.frontends.terminal.composer.status import FRAME, mark
from octavo.frontends.terminal.effects.composer import Interrupt, Submit, UserShell
from octavo.frontends.terminal.effects.screen import (
    Error,
    HeldEscape,
    Info,
    InsertText,
    OpenPager,
    OpenTranscript,
    OpenView,
    Quit,
    QuitHint,
    Redraw,
    ShowHelp,
    ShowKeys,
    Suspend,
    SwitchModes,
    ToDraft,
)
from octavo.frontends.terminal.keys.key import ColorReply, Focus, Input, Key, KeyboardReply, Paste
from octavo.frontends.terminal.text.styled import EMPTY, Line
from octavo.frontends.terminal.views.stack import ViewStack
from octavo.frontends.terminal.views.view import Outcome, View, is_named

TYPE_CHECKING = False  # the conversation's parts are loaded when the first frame is on the screen
if TYPE_CHECKING:
    from octavo.frontends.terminal.app.talk import Talk
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.frontends.terminal.session_items import Known
    from octavo.frontends.terminal.status_line import StatusLine
    from octavo.frontends.terminal.themes.theme import Theme
    from octavo.frontends.terminal.title import Title
    from octavo.protocol.events import Event

    Perform = Callable[[Effect, float], None]

_ANYWHERE: dict[str, Effect] = {
    "open_transcript": OpenTranscript(),
    "suspend": Suspend(),
    "clear_terminal": Redraw(),
}
"""What the keys of these actions lead to over lists and questions, too."""


class App:
    """Composer, views, pager and conversation on one screen of `depth` colours.

    `talk` is there once it is loaded; until then only composer and views are, and what is asked for waits.
    `perform` does what is asked for outside. `tempo` is after how many seconds what moves looks different: without
    animations only the seconds count on, and None is for who shows nothing that moves.
    """

    def __init__(self, composer: Composer, depth: int, *, tempo: float | None = FRAME) -> None:
        self.composer, self.keys, self.views = composer, composer.keys, ViewStack(composer.keys)
        self.problems: tuple[str, ...] = ()
        """What is wrong with the bindings of the user, to be told when a session begins."""
        self._stroke: Key | None = None
        self.pager: View | None = None
        self.talk: Talk | None = None
        self.status_line: StatusLine | None = None
        """What stands in the place of the footer, where the user wants something."""
        self.title: Title | None = None
        """The title of the window, where the user wants one."""
        self.perform: Perform = _nothing
        self._early: list[Effect] = []
        self._colors = Colors(depth)
        self._tempo = tempo
        self._enhanced = False
        self._drawn_at = 0.0

    def converse(self, talk: Talk, now: float) -> None:
        """The conversation is loaded: what was asked for meanwhile is done."""
        self.talk = talk
        self.set_palette()
        early, self._early = self._early, []
        self.run(early, now)

    def could_not_open(self) -> None:
        """No session begins: messages that waited are a draft again, and so is what is sent before another one does."""
        if self.talk is not None:
            self.talk.has_failed = True
        self._give_back()

    def _give_back(self) -> None:
        self.composer.turn_ended(interrupted=True)

    # --- what comes in ---

    def handle(self, value: Input, now: float) -> None:
        """Take an input."""
        match value:
            case Key() | Paste():
                self._press(value, now)
            case Focus(gained):
                if self.talk is not None:
                    self.talk.notifier.focus(gained)
            case ColorReply(which, red, green, blue):
                self._colors.learn(which, (red, green, blue))
                self.set_palette()
            case KeyboardReply():
                self._enhanced = True

    def draft(self, value: Key | Paste, now: float) -> None:
        """Take an input that no question may get; Enter does nothing."""
        if not is_named(value, "enter"):
            self.run((ToDraft(value),), now)

    @property
    def knows_colors(self) -> bool:
        """Whether the terminal has told its colours."""
        return self._colors.are_known

    def appear(self, now: float) -> None:
        """What was typed before this moment answers nothing that stands on the screen."""
        self.views.appear(now)

    def handled(self, now: float) -> None:
        """Many inputs came at once, and taking them lasted until `now`."""
        self.composer.handled(now)

    def event(self, event: Event, now: float) -> None:
        """Take an event of the conversation."""
        if self.talk is not None:
            self.run(self.talk.event(event, now), now)
            if self.views.has_question:
                self.views.drop_questions(self.talk.waits_for, now)
            self._keep_time(now)

    def tick(self, now: float) -> None:
        """The deadline has come."""
        self.run(self.composer.tick(now), now)
        self.run(self.views.tick(now), now)
        if self.pager is not None:
            self.run(self.pager.tick(now).effects, now)
        if self.talk is not None:
            self.run(self.talk.tick(now), now)

    def deadline(self) -> float | None:
        """When `tick` is due, None for never."""
        due = [self.composer.deadline, self.views.deadline(), self.pager.deadline() if self.pager else None]
        if self.talk is not None:
            due.append(self.talk.chat.wakes_at)
            if self.talk.is_behind:
                due.append(self._drawn_at + FRAME)
            elif self._is_moving and self._tempo is not None:
                due.append(self._drawn_at + self._tempo)
        return min((at for at in due if at is not None), default=None)

    def run(self, effects: Iterable[Effect], now: float) -> None:
        """Do what was asked for: here, if it concerns nothing but the screen, else outside."""
        for effect in effects:
            match effect:
                case OpenView(view):
                    self.views.push(view, now)
                case OpenPager(pager):
                    self.pager = pager
                    pager.keys = self.keys
                    pager.appear(now)
                case ToDraft(value):
                    self.run(self.composer.handle(value, now), now)
                case InsertText(text):
                    key = Key(text, text=text) if len(text) == 1 else Paste(text)
                    self.run(self.composer.handle(key, now), now)
                case ShowHelp():
                    from octavo.frontends.terminal.views.help_pager import help_pager

                    self.run((OpenPager(help_pager(self.keys)),), now)
                case ShowKeys():
                    from octavo.frontends.terminal.views.help_pager import keymap_pager

                    self.run((OpenPager(keymap_pager(self.keys)),), now)
                case SwitchModes():
                    self.composer.modes.switch(on=self.composer.modes.modal is None)
                    state = "on" if self.composer.modes.modal is not None else "off"
                    self._do(Info(f"Vi's modes in the draft are {state}.", "/vim switches them"), now)
                case HeldEscape():
                    if self.composer.modes.pass_escape:
                        self.run((Interrupt(),), now)
                    else:
                        self.run(self.composer.handle(Key("escape"), now), now)
                case QuitHint():
                    if self.talk is not None and self.talk.is_open:  # else it was an answer at the start
                        self.composer.hint = "ctrl-c"
                case OpenTranscript(backtrack):
                    if self.talk is not None:
                        self.pager = self.talk.transcript(backtrack=backtrack)
                        self.pager.keys = self.keys
                case _:
                    self._do(effect, now)
        self._keep_time(now)

    def _do(self, effect: Effect, now: float) -> None:
        is_open = self.talk is not None and self.talk.is_open
        if isinstance(effect, Submit | UserShell) and not is_open:
            self.composer.hold(effect)
            if self.talk is not None and self.talk.has_failed:
                self._give_back()
                self._do_now(Error("There is no session that could take this. /new tries to begin one."), now)
        elif isinstance(effect, Interrupt) and not is_open:
            self._give_back()
        elif self.talk is None and _needs_talk(effect):
            self._early.append(effect)
        else:
            self._do_now(effect, now)

    def _do_now(self, effect: Effect, now: float) -> None:
        left = self.talk.run(effect, now) if self.talk is not None else None
        for one in (effect,) if left is None else left:
            self.perform(one, now)

    def _press(self, key: Key | Paste, now: float) -> None:
        """Take a key, or two strokes as the one key that they mean together."""
        context = self._context
        first, self._stroke = self._stroke, None
        if first is not None:
            both = self.keys.whole(first, key, context)
            if both is not None:
                self._take(both, now)
                return
            self._take(first, now)
        if isinstance(key, Key) and self.keys.begins(key, context):
            self._stroke = key
        else:
            self._take(key, now)

    @property
    def _context(self) -> str:
        """Where keys go: a context of the group that they are looked up in."""
        if self.pager is not None:
            return "pager"
        if self.views.top is None:
            return "composer"
        return "approval" if self.views.has_question else "list"

    def _take(self, key: Key | Paste, now: float) -> None:
        pager = self.pager
        anywhere = _ANYWHERE.get(self.keys.action("global", key)) if isinstance(key, Key) else None
        if pager is not None:
            if isinstance(anywhere, Suspend | Redraw):
                self.perform(anywhere, now)
                return
            outcome = pager.handle(key, now)
            if outcome.then != "stay" and self.pager is pager:
                self.pager = None
                self.views.appear(now)
            self.run(outcome.effects, now)
        elif self.views.top is None:
            self.run(self.composer.handle(key, now), now)
        elif anywhere is not None:
            self.run((anywhere,), now)
        else:
            self.run(self.views.handle(key, now), now)

    def conclude(self, outcome: Outcome, now: float) -> None:
        """Do what an answer to what stands in front has led to."""
        if self.pager is None:
            self.run(self.views.settle(outcome, now) if self.views.top is not None else outcome.effects, now)
            return
        if outcome.then != "stay":
            self.pager = None
            self.views.appear(now)
        self.run(outcome.effects, now)

    def _keep_time(self, now: float) -> None:
        """The turn's time stands still while the user is asked."""
        if self.talk is not None:
            (self.talk.chat.pause if self.views.top is not None else self.talk.chat.resume)(now)

    # --- what is to be seen ---

    def frame(self, columns: int, lines: int, now: float) -> Frame:
        """What is to be seen now; finished lines are handed out once."""
        talk, self._drawn_at = self.talk, now
        if talk is not None and talk.palette.lines != lines:
            talk.palette = talk.palette._replace(lines=lines)
        history = talk.lines(columns) if talk is not None else []
        return self.calling(self._seen(history, columns, lines, now), now)

    def calling(self, frame: Frame, now: float) -> Frame:
        """The frame with what calls a user who looks elsewhere, and with the window's title."""
        talk = self.talk
        if talk is not None and (told := talk.notifier.take()):
            frame = replace(frame, notification=told, notification_method=talk.notifier.method)
        if self.title is not None and talk is not None:
            is_asked = self.views.has_question
            frame = replace(frame, title=self.title.text(talk.chat, is_open=talk.is_open, is_asked=is_asked, now=now))
        return frame

    def _seen(self, history: list[Line], columns: int, lines: int, now: float) -> Frame:
        if self.pager is not None:
            rows, cursor = self.pager.rows(columns, lines)
            return Frame(history, rows, cursor, overlay=True)
        if self.views.top is not None:
            self.views.drawn(now)
            rows, cursor = self._view_rows(columns, lines)
            return Frame(history, rows, cursor)
        rows, place = pane_rows(self._pane(columns, now), columns, lines)
        return Frame(history, rows, place, shape=self.composer.modes.cursor_shape)

    def _view_rows(self, columns: int, lines: int) -> tuple[list[Line], tuple[int, int] | None]:
        """The view with the live block above it, as far as there is room.

        A question stands alone: what it asks for does not run yet.
        """
        rows, cursor = self.views.rows(columns, lines)
        live = self.talk.live(columns) if self.talk is not None and not self.views.has_question else []
        above = [EMPTY, *live, EMPTY] if live else [EMPTY]
        above = above[max(len(above) + len(rows) - lines, 0) :]
        return [*above, *rows], None if cursor is None else (cursor[0] + len(above), cursor[1])

    def _pane(self, columns: int, now: float) -> Pane:
        self.composer.resize(columns)
        moment = now if self._tempo == FRAME else None
        if self.talk is not None:
            self.talk.palette = self.talk.palette._replace(spinner=mark(moment, self._colors.light))
        fill, light = self._colors.fill, self._colors.light
        pane = Pane(self.composer, now=moment, enhanced=self._enhanced, fill=fill, light=light)
        if self.status_line is not None:
            known = self.known(self.status_line, now)
            room = columns - mode_columns(self.composer.modes.shown)
            help_key = self.keys.shown("composer.toggle_shortcuts") if self.composer.empty else ""
            row = self.status_line.row(known, max(room, 0), help_key=help_key)
            pane = replace(pane, status_line=row)
        if self.talk is None:
            return pane
        status = self.talk.chat.status(now)
        return replace(
            pane,
            live=tuple(self.talk.live(columns)),
            status=status,
            context_left=self.talk.chat.context_left(),
        )

    def known(self, line: StatusLine, now: float) -> Known:
        """What the status line can tell at this moment."""
        talk = self.talk
        is_open = talk is not None and talk.is_open
        chat = talk.chat if talk is not None else None
        return line.known(chat, is_open=is_open, is_asked=self.views.has_question, now=now)

    @property
    def _is_moving(self) -> bool:
        """Whether something on the screen looks different with time."""
        return self.talk is not None and self.talk.chat.is_moving and self.pager is None and self.views.top is None

    # --- colours ---

    def wear(self, theme: Theme) -> None:
        """Take what is more than the look of a role from this theme."""
        self._colors.wear(theme)
        self.set_palette()

    def set_palette(self) -> None:
        """Let messages have the background that goes with the theme or the terminal's own."""
        if self.talk is not None:
            self.talk.palette = self._colors.palette(self.talk.palette)


def _needs_talk(effect: Effect) -> bool:
    """Whether it waits until a conversation is there; to leave and to choose a session need none."""
    from octavo.frontends.terminal.effects.saved_sessions import (
        ListSessions,
        PickSession,
        PreviewSession,
        SearchSessions,
    )

    before = Quit | Suspend | Redraw | ListSessions | SearchSessions | PreviewSession | PickSession
    return not isinstance(effect, before)


def _nothing(effect: Effect, now: float) -> None:
    """Nobody is there yet."""
