"""The sign-in of a new user: in the browser, or with an API key (`docs/login.md`, "On the first screen")."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.terminal.effects.beginning import CancelSignIn, SaveKey, SignIn
from octavo.frontends.terminal.effects.screen import Quit
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.clean import one_line
from octavo.frontends.terminal.text.styled import ACCENT, BOLD, DIM, EMPTY, ERROR, LINK, Line, Span, line
from octavo.frontends.terminal.text.widths import cut_line
from octavo.frontends.terminal.text.wrapping import wrap
from octavo.frontends.terminal.views.guard import BURST_SECONDS, Guard
from octavo.frontends.terminal.views.option_rows import Option, option_rows
from octavo.frontends.terminal.views.view import STAY, Cursor, Outcome, View, is_ctrl, is_named, typed

NO_API_KEY = "API key login is disabled."
NO_CHATGPT = "ChatGPT login is disabled."
SHIMMER_SECONDS = 0.1

_MASK = "•"
_MOST_FIELD = 56

_CHOICE = "Sign in with your ChatGPT account, or use an API key of your own"
_KNOWN = "This one is in OPENAI_API_KEY; enter takes it, typing replaces it."
_IN_BROWSER = "Finish signing in with your browser"
_OPEN = "If it did not open by itself, open this address:"
_ADVICE = (
    "You decide how much may happen without a question: /approvals changes it at any time.",
    "Models make mistakes: look at the commands and changes, above all in code that others wrote.",
    "Your plan's limits and settings hold here as well; /status shows them.",
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.frontends.terminal.effects.effect import Effect
    from octavo.frontends.terminal.views.menu import Menu

Stage = Literal["choice", "starting", "browser", "welcome", "key", "saving"]

PASTED_SECONDS = 0.1
"""For which nothing counts after keys that came as quickly as a paste."""


class SignInStep(View):
    """One step of the start. It closes when somebody is signed in; to leave it gives `Quit`.

    `forced` allows one of the two ways only; `known_key` is a key that the environment holds already.
    """

    takes_text = True

    def __init__(
        self, forced: Literal["chatgpt", "api"] | None = None, known_key: str = "", *, moves: bool = True
    ) -> None:
        self._forced = forced
        self._stage: Stage = "choice"
        self._selected = 1 if forced == "api" else 0
        self._key, self._is_known_key = known_key.strip(), bool(known_key.strip())
        self._error = self._url = ""
        self._frame_at, self._frame, self._moves = 0.0, 0, moves
        self._last_character = float("-inf")
        self._guard = Guard(PASTED_SECONDS)

    def appear(self, now: float) -> None:
        """It is seen from now on, and keys count at once: a wrong choice here can be left again."""
        self._guard.appear(now, waits=False)

    # --- answers to effects ---

    def waits_at(self, url: str) -> None:
        """The login in the browser is under way; the user may open this address."""
        if self._stage == "starting":
            self._stage, self._url = "browser", url

    def signed_in(self) -> Outcome:
        """The login is stored: an API key ends the step, after the browser a page of advice stays until Enter."""
        if self._stage in ("browser", "starting"):
            self._stage = "welcome"
            return STAY
        return Outcome((), "close") if self._stage == "saving" else STAY

    def failed(self, reason: str) -> None:
        """It came to nothing."""
        if self._stage in ("starting", "browser"):
            self._stage = "choice"
        elif self._stage == "saving":
            self._stage = "key"
        self._error = reason

    # --- keys ---

    def handle(self, event: Key | Paste, now: float) -> Outcome:
        """Take an input."""
        if is_ctrl(event, "c") or is_ctrl(event, "d"):
            return self._leave()
        if self._stage == "key":
            return self._in_key_field(event, now)
        if self._stage == "choice":
            return STAY if is_named(event, "escape") else self._guarded(event, now)
        if isinstance(event, Paste):
            return STAY
        if typed(event) == "q":
            return self._leave()
        if self._stage in ("starting", "browser"):
            return self._cancel() if is_named(event, "escape") else STAY
        return Outcome((), "close") if self._stage == "welcome" and is_named(event, "enter") else STAY

    def _guarded(self, event: Key | Paste, now: float) -> Outcome:
        return self._guard.admit(event, now).outcome(lambda key: self._in_choice(key, now))

    def _leave(self) -> Outcome:
        giving_up: tuple[Effect, ...] = (CancelSignIn(),) if self._stage in ("starting", "browser") else ()
        return Outcome((*giving_up, Quit()), "close")

    def _cancel(self) -> Outcome:
        self._stage = "choice"
        return Outcome((CancelSignIn(),))

    def _in_choice(self, key: Key, now: float) -> Outcome:
        if typed(key) == "q":
            return self._leave()
        if is_named(key, "up", "down") or typed(key) in ("j", "k"):
            self._selected = 0 if self._forced == "chatgpt" else 1 - self._selected
        elif is_named(key, "enter"):
            return self._choose(self._selected, now)
        elif typed(key) in ("1", "2"):
            return self._choose(int(typed(key)) - 1, now)
        return STAY

    def _choose(self, index: int, now: float) -> Outcome:
        self._error = ""
        if index == 0:
            if self._forced == "api":
                self._error = NO_CHATGPT
                return STAY
            self._stage, self._frame_at = "starting", now + SHIMMER_SECONDS
            return Outcome((SignIn(),))
        if self._forced == "chatgpt":
            self._error = NO_API_KEY
        else:
            self._selected, self._stage = 1, "key"
        return STAY

    def _in_key_field(self, event: Key | Paste, now: float) -> Outcome:
        if isinstance(event, Paste):
            self._type("".join(event.text.split()))
        elif is_named(event, "escape"):
            self._stage, self._error = "choice", ""
        elif is_named(event, "enter"):
            if now - self._last_character > BURST_SECONDS:
                return self._save()
        elif is_named(event, "backspace") or is_ctrl(event, "h"):
            self._key = "" if self._is_known_key else self._key[:-1]
            self._is_known_key, self._error = False, ""
        elif is_ctrl(event, "u"):
            self._key, self._is_known_key = "", False
        elif character := typed(event):
            self._last_character = now
            self._type(character.strip())
        return STAY

    def _type(self, text: str) -> None:
        self._key = text if self._is_known_key else self._key + text
        self._is_known_key, self._error = False, ""

    def _save(self) -> Outcome:
        if not self._key:
            self._error = "Type or paste an API key first."
            return STAY
        self._stage, self._error = "saving", ""
        return Outcome((SaveKey(self._key),))

    # --- rows ---

    def deadline(self) -> float | None:
        """When `tick` is due."""
        waits = self._stage in ("starting", "browser")
        return self._frame_at if waits and self._moves else self._guard.deadline

    def tick(self, now: float) -> Outcome:
        """The deadline has come."""
        if (key := self._guard.due(now)) is not None and self._stage == "choice":
            return self._in_choice(key, now)
        if now >= self._frame_at:
            self._frame, self._frame_at = self._frame + 1, now + SHIMMER_SECONDS
        return STAY

    def rows(self, width: int, height: int) -> tuple[list[Line], Cursor | None]:
        """Draw it."""
        cursor = None
        if self._stage in ("key", "saving"):
            rows, cursor = self._key_rows(width)
        elif self._stage in ("starting", "browser"):
            rows = self._browser_rows(width)
        elif self._stage == "welcome":
            rows = _advice_rows(width)
        else:
            rows = self._choice_rows(width)
        if self._error:
            error = Span(one_line(self._error), ERROR)
            rows += [EMPTY, *wrap(line(error), width, line("  "), line("  "))]
        rows = [cut_line(row, width) for row in rows[: max(height, 0)]]
        return rows, cursor if cursor and cursor[0] < height else None

    # --- in words ---

    def menu(self) -> Menu:
        """The step that is to be taken now, in words."""
        from octavo.frontends.terminal.views.menu import Menu, in_words

        error = (one_line(self._error),) if self._error else ()
        match self._stage:
            case "choice":
                options = self._options()
                prompt = f"Choose {'1 or 2' if len(options) > 1 else '1'}, q to leave: "
                return Menu((*error, _CHOICE), in_words(options), prompt=prompt, back=False)
            case "key":
                known = (_KNOWN,) if self._is_known_key else ()
                return Menu((*error, *known), prompt="Your API key, 0 to go back: ", secret=True, empty=True)
            case "saving":
                return Menu(("Saving the key.",), prompt=" ")
            case "welcome":
                return Menu(("You are signed in.", *_ADVICE), prompt="Enter to go on: ", back=False, empty=True)
        where = (_OPEN, self._url) if self._url else ()
        return Menu((_IN_BROWSER, *where), prompt="0 to go back: ")

    def pick(self, index: int, now: float) -> Outcome:
        """Take a way to sign in."""
        return self._choose(index, now) if self._stage == "choice" else STAY

    def write(self, text: str, now: float) -> Outcome | None:
        """A key, or what the step waits for."""
        if self._stage == "key":
            if text:
                self._type("".join(text.split()))
            return self._save()
        if self._stage == "welcome":
            return Outcome((), "close")
        return self._leave() if text.lower() == "q" else None

    def _options(self) -> list[Option]:
        chatgpt = Option("Sign in with ChatGPT", "your plan pays for what you use")
        if self._forced == "api":
            chatgpt = Option("Sign in with ChatGPT (disabled)")
        options = [chatgpt, Option("Use an API key", "you pay for what you use")]
        return options[:1] if self._forced == "chatgpt" else options

    def _choice_rows(self, width: int) -> list[Line]:
        text = line(_CHOICE)
        options = self._options()
        rows = [row for option in option_rows(options, self._selected, width, numbered=True) for row in option]
        if self._forced == "chatgpt":
            rows += wrap(line(Span(NO_API_KEY, DIM)), width, line("  "), line("  "))
        hint = line(Span("  enter to choose, q to leave", DIM))
        return [*wrap(text, width, line("  "), line("  ")), EMPTY, *rows, EMPTY, cut_line(hint, width)]

    def _key_rows(self, width: int) -> tuple[list[Line], Cursor]:
        inner = max(min(width - 6, _MOST_FIELD), 1)
        shown = (_MASK * len(self._key))[-(inner - 1) :] if inner > 1 else ""
        known = f"  {_KNOWN}" if self._is_known_key else ""
        rows = [
            line(Span("  Type or paste your API key", BOLD)),
            line(Span(known, DIM)),
            line("  ╭" + "─" * (inner + 2) + "╮"),
            line("  │ " + shown.ljust(inner) + " │"),
            line("  ╰" + "─" * (inner + 2) + "╯"),
            line(Span("  enter to save, esc to go back", DIM)),
        ]
        return [cut_line(row, width) for row in rows], (3, min(4 + len(shown), max(width - 1, 0)))

    def _browser_rows(self, width: int) -> list[Line]:
        rows = [_shimmering(_IN_BROWSER, self._frame), EMPTY]
        if self._url:
            # The address goes out unbroken, so that it can be copied: the terminal wraps it.
            rows += [*wrap(line(_OPEN), width, line("  "), line("  ")), EMPTY]
            rows += [*wrap(line(Span(self._url, LINK)), width, words=False), EMPTY]
        return [*rows, cut_line(line(Span("  esc to go back", DIM)), width)]


def _shimmering(text: str, frame: int) -> Line:
    at = frame % (len(text) + 5) - 2
    low, high = max(at - 3, 0), max(at + 3, 0)
    return line("  ", Span(text[:low], DIM), Span(text[low:high], BOLD), Span(text[high:], DIM))


def _advice_rows(width: int) -> list[Line]:
    rows = [line(Span("  You are signed in.", BOLD)), EMPTY]
    for text in _ADVICE:
        rows += wrap(line(text), width, line("  - "), line("    "))
    return [*rows, EMPTY, cut_line(line(Span("  enter to go on", ACCENT)), width)]
