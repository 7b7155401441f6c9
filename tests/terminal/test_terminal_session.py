"""The conversation behind the interface, and the lines that are left when it is over."""

from __future__ import annotations

import asyncio

import pytest

from octavo.engine.conversation import Conversation
from octavo.errors import OctavoError
from octavo.frontends.terminal.ending import Ending, last_lines
from octavo.frontends.terminal.session import Session
from octavo.protocol import events, ops
from octavo.protocol.usage import TokenUsage


class Talk:
    """As a conversation: what was handed in, and events to hand out."""

    def __init__(self) -> None:
        self.given: list[ops.Op] = []
        self.waiting: asyncio.Queue[events.Event] = asyncio.Queue()
        self.is_closed = False

    async def submit(self, op: ops.Op) -> str:
        self.given.append(op)
        if isinstance(op, ops.Shutdown):
            self.waiting.put_nowait(events.Event("", events.ShutdownComplete()))
        return "1"

    async def next_event(self) -> events.Event:
        return await self.waiting.get()

    async def close(self) -> None:
        self.is_closed = True


class Listener:
    def __init__(self) -> None:
        self.heard: list[events.Msg] = []
        self.failures: list[BaseException] = []

    def deliver(self, event: events.Event) -> None:
        self.heard.append(event.msg)


def session(
    talk: Talk, listener: Listener, gate: asyncio.Event | None = None, error: Exception | None = None
) -> Session:
    async def opening() -> Conversation:
        if gate is not None:
            await gate.wait()
        if error is not None:
            raise error
        return talk  # type: ignore[return-value]

    return Session(opening(), listener.deliver, listener.failures.append, listener.failures.append)


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_is_asked_before_it_stands_is_handed_in_then_in_order() -> None:
    talk, gate = Talk(), asyncio.Event()
    one = session(talk, Listener(), gate)
    asked: list[ops.Op] = [ops.AddToHistory("a"), ops.ListCustomPrompts(), ops.AddToHistory("b")]
    for op in asked:
        one.submit(op)
    await settled()
    assert talk.given == []
    gate.set()
    await settled()
    assert talk.given == asked
    await one.close()
    assert talk.is_closed


async def test_events_are_handed_on_until_nobody_listens() -> None:
    talk, listener = Talk(), Listener()
    one = session(talk, listener)
    talk.waiting.put_nowait(events.Event("", events.Warning("first")))
    await settled()
    one.mute()
    talk.waiting.put_nowait(events.Event("", events.Warning("second")))
    await settled()
    assert listener.heard == [events.Warning("first")]
    await one.close()


async def test_a_session_that_cannot_begin_says_why() -> None:
    listener = Listener()
    one = session(Talk(), listener, error=OctavoError("no disk"))
    await settled()
    assert [str(failure) for failure in listener.failures] == ["no disk"]
    await one.shut_down()


async def test_shutting_down_waits_for_the_end_and_closes() -> None:
    talk = Talk()
    one = session(talk, Listener())
    await settled()
    await one.shut_down()
    assert talk.given == [ops.Shutdown()]
    assert talk.is_closed


async def test_an_agent_that_does_not_end_is_left() -> None:
    class Deaf(Talk):
        async def submit(self, op: ops.Op) -> str:
            return "1"

    talk = Deaf()
    one = session(talk, Listener())
    await settled()
    await one.shut_down(0.0)
    assert talk.is_closed


async def test_a_defect_is_told() -> None:
    listener = Listener()
    session(Talk(), listener, error=ValueError("broken"))
    await settled()
    assert [type(failure) for failure in listener.failures] == [ValueError]


@pytest.mark.parametrize(
    ("usage", "line"),
    [
        (
            TokenUsage(20_500, 500, 300, 100, 20_900),
            "total=20,300 input=20,000 (+ 500 cached) output=300 (reasoning 100)",
        ),
        (TokenUsage(10, 0, 2, 0, 12), "total=12 input=10 output=2"),
    ],
)
def test_the_last_lines_tell_the_tokens_and_how_to_go_on(usage: TokenUsage, line: str) -> None:
    text = last_lines(Ending(usage, "the-id"), color=False)
    assert text == f"Token usage: {line}\nTo continue this session, run octavo resume the-id\n"
    assert "\x1b[36moctavo resume the-id\x1b[39m" in last_lines(Ending(usage, "the-id"), color=True)


def test_nothing_is_left_where_no_token_was_used() -> None:
    assert last_lines(Ending(None, "the-id"), color=True) == ""
    assert last_lines(Ending(TokenUsage(), "the-id"), color=True) == ""
    assert last_lines(Ending(None, "the-id", farewell="Logged out."), color=True) == "Logged out.\n"


def test_the_last_lines_tell_what_could_not_be_saved() -> None:
    lost = "The last of this session could not be saved: No space left on device (os error 28)\n"
    unsaved = "No space left on device (os error 28)"
    assert last_lines(Ending(None, "the-id", unsaved), color=False) == lost
    told = last_lines(Ending(TokenUsage(1, 0, 1, 0, 2), "the-id", unsaved), color=False)
    assert told.startswith(lost + "Token usage: ")
