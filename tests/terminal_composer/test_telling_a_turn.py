"""Tab tells the turn that runs, Enter lets a message wait for its end; one setting swaps them."""

from __future__ import annotations

from typist import Typist

from octavo.frontends.terminal.composer.status import Status
from octavo.frontends.terminal.effects.composer import Interrupt, Steer, Submit, UserShell
from octavo.frontends.terminal.text.styled import DIM


def working(*, enter_steers: bool = False) -> Typist:
    """Someone whose first message has begun a turn."""
    typist = Typist(bursts=False)
    typist.composer.enter_steers = enter_steers
    typist.type("go").keys("enter").take()
    typist.composer.steerable = True
    return typist


def test_tab_tells_the_turn_and_enter_waits() -> None:
    typist = working().type("look here first").keys("tab")
    assert typist.take() == [Steer("look here first")]
    assert typist.text == ""
    assert typist.type("then this").keys("enter").take() == []
    rows = typist.rows(Status("Working", 1))
    assert rows[2:6] == ["  ⇢ look here first", "    heard with the next step", "  ↳ then this", "    alt + ↑ edit"]
    assert typist.composer.waiting.heard("something else") is None
    assert typist.composer.waiting.heard("look here first") is not None
    assert typist.composer.waiting.told == []
    assert typist.composer.turn_ended() == [Submit("then this")]


def test_where_enter_tells_tab_waits() -> None:
    typist = working(enter_steers=True).type("now").keys("enter")
    assert typist.take() == [Steer("now")]
    assert typist.type("later").keys("tab").take() == []
    assert typist.composer.turn_ended() == [Submit("later")]


def test_pictures_are_told_too() -> None:
    typist = working().paste("/ws/shot.png").type("like this").keys("tab")
    assert typist.take() == [Steer("[shot.png 7x5] like this", ("/ws/shot.png",))]


def test_a_command_of_the_user_waits_with_enter_and_runs_at_once_with_tab() -> None:
    typist = working().type("!ls").keys("tab")
    assert typist.take() == [UserShell("ls", beside=True)]
    assert typist.text == ""
    assert typist.type("!pwd").keys("enter").take() == []
    assert typist.composer.turn_ended() == [UserShell("pwd")]
    swapped = working(enter_steers=True)
    assert swapped.type("!ls").keys("enter").take() == [UserShell("ls", beside=True)]
    assert swapped.type("!pwd").keys("tab").take() == []
    assert swapped.composer.turn_ended() == [UserShell("pwd")]


def test_a_command_of_the_user_runs_at_once_beside_what_can_be_told_nothing() -> None:
    typist = Typist(bursts=False)
    typist.composer.busy = True  # a summary, for example
    assert typist.type("!ls").keys("tab").take() == [UserShell("ls", beside=True)]
    assert typist.composer.busy


def test_escape_stops_a_command_that_runs_after_the_turn() -> None:
    typist = Typist(bursts=False)
    typist.composer.beside = True
    assert typist.keys("escape").take() == [Interrupt()]
    assert typist.keys("ctrl-c").take() == [Interrupt()]
    assert typist.type("hello").keys("enter").take() == [Submit("hello")]


def test_tab_means_nothing_where_no_turn_can_be_told() -> None:
    assert Typist(bursts=False).type("ab").keys("tab").text == "ab"
    typist = Typist(bursts=False)
    typist.composer.busy = True  # a summary, for example
    assert typist.type("ab").keys("tab").text == "ab"
    assert typist.take() == []
    assert working().keys("tab").take() == []


def test_an_interrupt_gives_back_what_was_not_heard() -> None:
    typist = working().type("told").keys("tab").type("queued").keys("enter").type("draft").keys("escape")
    typist.composer.turn_ended(interrupted=True)
    assert typist.text == "told\nqueued\ndraft"
    assert typist.composer.waiting.told == typist.composer.waiting.queue == []


def test_what_waits_is_dim() -> None:
    from octavo.frontends.terminal.composer.pane import Pane, pane_rows

    typist = working().type("told").keys("tab")
    rows = pane_rows(Pane(typist.composer), 80, 24)[0]
    (row,) = [row for row in rows if "heard with" in row.text]
    assert row.spans[0].style == DIM
