"""Tab tells the turn that runs, Enter lets a message wait for its end; one setting swaps them."""

from __future__ import annotations

from typist import Typist

from octavo.frontends.terminal.composer.status import Status
from octavo.frontends.terminal.effects import Steer, Submit
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
    assert typist.composer.heard("something else") is None
    assert typist.composer.heard("look here first") is not None
    assert typist.composer.told == []
    assert typist.composer.turn_ended() == [Submit("then this")]


def test_where_enter_tells_tab_waits() -> None:
    typist = working(enter_steers=True).type("now").keys("enter")
    assert typist.take() == [Steer("now")]
    assert typist.type("later").keys("tab").take() == []
    assert typist.composer.turn_ended() == [Submit("later")]


def test_pictures_are_told_too() -> None:
    typist = working().paste("/ws/shot.png").type("like this").keys("tab")
    assert typist.take() == [Steer("[shot.png 7x5] like this", ("/ws/shot.png",))]


def test_what_is_no_message_waits_or_runs_as_ever() -> None:
    assert working().type("!ls").keys("tab").composer.queue
    assert working(enter_steers=True).type("!ls").keys("enter").composer.told == []


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
    assert typist.composer.told == typist.composer.queue == []


def test_what_waits_is_dim() -> None:
    from octavo.frontends.terminal.composer.pane import Pane, pane_rows

    typist = working().type("told").keys("tab")
    rows = pane_rows(Pane(typist.composer), 80, 24)[0]
    (row,) = [row for row in rows if "heard with" in row.text]
    assert row.spans[0].style == DIM
