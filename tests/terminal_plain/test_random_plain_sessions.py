"""Any keys, lines and events in any order: nothing breaks, and what stands on the screen is what was said."""

from __future__ import annotations

import random
import re

import pyte
import pytest
from plain_talk import PlainTalk

from octavo.frontends.terminal.commands import Situation, run_command
from octavo.frontends.terminal.composer.completion import FileMatch
from octavo.frontends.terminal.effects.composer import RunCommand, SearchFiles
from octavo.frontends.terminal.effects.effect import Effect
from octavo.frontends.terminal.effects.sessions import NewSession
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.protocol import events

STEPS = 100
OTHERS = "\x1b[2J"  # what a terminal would obey
LINES = (
    "hello there", "1", "2", "0", "y", "p", "n", "/model", "/mo", "/help", "?", "x\\", "!ls", "!ls\t", "tell\t", "@a\t",
    "", "/re", "/copy", "more", "3 1",
)  # fmt: skip
KEYS: list[Key | Paste] = [
    *[Key(name) for name in ("enter", "enter", "tab", "escape", "backspace", "up", "down", "left")],
    *[Key(name, ctrl=True) for name in "crta"],
    Key("up", alt=True),
    Paste("pasted\ntext"),
    Paste("1"),
    *[Key(character, text=character) for character in "123yapn0/@?!mo é漢"],
]
NOW = Situation(
    busy=False,
    cwd="/ws",
    model="gpt-5-codex",
    effort="medium",
    approval_policy="on-request",
    sandbox_mode="workspace-write",
    full_access_known=False,
    feedback_files=(),
    log_file="/l",
)


def event(chance: random.Random) -> events.EventMsg:
    call, argv = chance.choice("abc"), ("bash", "-lc", f"ls {OTHERS}")
    took = events.Duration(1, 0)
    return chance.choice(
        [
            events.TaskStarted(),
            events.TaskComplete("x"),
            events.TurnAborted("interrupted"),
            events.AgentMessageDelta(chance.choice(["hi\n", "\n", f"a {OTHERS} b", " c\n\nd"])),
            events.AgentMessage(f"whole {OTHERS} text\nb"),
            events.ExecCommandBegin(call, argv, "/ws", (), chance.random() < 0.3),
            events.ExecCommandEnd(call, "", "", f"o\rx{OTHERS}y\n", chance.randint(-1, 1), took, "o"),
            events.ExecApprovalRequest(call, argv, "/ws", f"why {OTHERS}"),
            events.Error(f"bad {OTHERS}"),
            events.AgentReasoning("**H**\n\nbody"),
            events.PlanUpdate("n", (events.PlanStep("s", "pending"),)),
            events.EnteredReviewMode("p", "hint"),
        ]
    )


def perform(talk: PlainTalk, effect: Effect, now: float) -> None:
    """Do of what is asked for outside what changes the screen."""
    if isinstance(effect, RunCommand) and effect.name in ("model", "approvals", "review", "help"):
        talk.app.run([one for one in run_command(effect.name, NOW) if not isinstance(one, NewSession)], now)
    elif isinstance(effect, SearchFiles) and effect.query:
        talk.app.composer.files_found(effect.query, [FileMatch("a b.txt"), FileMatch(f"c{OTHERS}.py")])


def step(talk: PlainTalk, chance: random.Random, *, lines: bool) -> None:
    what = chance.random()
    if what < 0.35:
        talk.hear(str(chance.randint(1, 3)), event(chance))
    elif what < 0.5:
        talk.now += chance.choice([0, 0.05, 0.5, 6])
        talk.draw()
    elif lines and what < 0.9:
        talk.enter(chance.choice(LINES), after=chance.choice([0, 0.1, 1]))
    else:
        talk.now += chance.choice([0.001, 0.1, 0.5])
        talk.press(Key("c", ctrl=True) if lines else chance.choice(KEYS))


@pytest.mark.parametrize("seed", range(24))
def test_what_stands_on_the_screen_is_what_was_said(seed: int) -> None:
    chance = random.Random(seed)
    lines = seed % 3 == 0
    talk = PlainTalk(lines=lines)
    talk.screen.spoil()  # the line is written again, on a clean sheet
    talk.tty.paper = ""
    talk.draw()
    talk.app.perform = lambda effect, now: perform(talk, effect, now)
    for _ in range(STEPS):
        step(talk, chance, lines=lines)
    if lines:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", talk.tty.paper)
        return
    assert "\x1b" not in re.sub(r"\x1b\[\d*[ABCDJ]", "", talk.tty.paper)
    assert seen(talk.tty.paper) == without_end([*talk.said, *talk.prompt.split("\n")])


def seen(written: str) -> list[str]:
    """The rows of a terminal that all this was written to."""
    screen = pyte.HistoryScreen(60, 24, history=100_000)
    pyte.Stream(screen).feed(written)
    above = ["".join(row[x].data for x in range(60)) for row in screen.history.top]
    return without_end([*above, *screen.display])


def without_end(rows: list[str]) -> list[str]:
    rows = [row.rstrip() for row in rows]
    while rows and not rows[-1]:
        del rows[-1]
    return rows
