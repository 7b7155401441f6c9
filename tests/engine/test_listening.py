"""Any number of listeners: each hears everything, and the slow ones have a rule."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from story import PATIENCE, added, answer, conversation, message, says, text_delta

from octavo.engine.backlog import Backlog
from octavo.engine.broadcast import MOST_WAITING, Broadcast, ConversationEnded, Subscription
from octavo.protocol import events, ops
from octavo.protocol.events import Event
from octavo.protocol.turn_items import TextInput


def kind_of(event: Event) -> str:
    return str(type(event.msg).__struct_config__.tag)


def numbered(number: int) -> Event:
    return Event(str(number), events.BackgroundEvent("x"))


def pair(number: int, text: str) -> list[Event]:
    """A delta and its flat companion, as the engine tells them."""
    delta = events.AgentMessageContentDelta("conversation", str(number), "item", text)
    return [Event(str(number), delta), Event(str(number), events.AgentMessageDelta(text))]


async def until_complete(heard: Subscription) -> list[str]:
    kinds: list[str] = []
    while kinds[-1:] != ["task_complete"]:
        kinds.append(kind_of(await heard.next()))
    return kinds


async def ids(heard: Subscription) -> list[int]:
    return [int(event.id) async for event in heard]


async def test_each_listener_hears_the_whole_turn(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("hi")]) as talk:
        with talk.conversation.subscribe() as first, talk.conversation.subscribe(wait=False) as second:
            await talk.submit(ops.UserInputOp((TextInput("hello"),)))
            heard = await asyncio.gather(until_complete(first), until_complete(second))
    assert heard[0][0] == "session_configured"  # what was told before goes to the first
    assert heard[1] == heard[0][heard[0].index("task_started") :]
    assert {"user_message", "agent_message", "task_complete"} <= set(heard[1])


async def test_a_turn_that_nobody_hears_goes_on_to_its_end(tmp_path: Path) -> None:
    many = answer(added(message("")), *(text_delta("x") for _ in range(MOST_WAITING * 3)), message("done"))
    async with conversation(tmp_path / "w", [many]) as talk:
        await talk.submit(ops.UserInputOp((TextInput("hello"),)))
        async with asyncio.timeout(PATIENCE):
            while not any(line["payload"].get("message") == "done" for line in talk.saved):
                await asyncio.sleep(0)
        told = await until_complete(talk.conversation.subscribe())
    assert told.count("agent_message_delta") == MOST_WAITING * 3


async def test_a_slow_listener_is_waited_for_and_loses_nothing(tmp_path: Path) -> None:
    count = MOST_WAITING * 2
    many = answer(added(message("")), *(text_delta("x") for _ in range(count)), message("done"))
    async with conversation(tmp_path / "w", [many]) as talk:
        slow, quick = talk.conversation.subscribe(), talk.conversation.subscribe(wait=False)
        await talk.submit(ops.UserInputOp((TextInput("hello"),)))
        for _ in range(200):  # as far as it gets without the slow one
            await asyncio.sleep(0)
        told = [kind_of(event) for event in quick._waiting]
        assert "task_complete" not in told
        assert told.count("agent_message_delta") < count
        assert (await until_complete(slow)).count("agent_message_delta") == count
        assert (await until_complete(quick)).count("agent_message_delta") == count
        assert quick.missed == 0


async def test_a_listener_that_is_closed_holds_nobody_up(tmp_path: Path) -> None:
    many = answer(added(message("")), *(text_delta("x") for _ in range(MOST_WAITING * 2)), message("done"))
    async with conversation(tmp_path / "w", [many]) as talk:
        forgetful = talk.conversation.subscribe()
        turn = await talk.submit(ops.UserInputOp((TextInput("hello"),)))
        reading = asyncio.create_task(talk.rest_of(turn))
        for _ in range(200):
            await asyncio.sleep(0)
        assert not reading.done()
        forgetful.close()
        assert (await reading).one("task_complete")["last_agent_message"] == "done"


async def test_what_the_last_listener_left_is_for_the_next() -> None:
    broadcast = Broadcast()
    broadcast.tell(numbered(0))
    first = broadcast.subscribe()
    for number in (1, 2):
        broadcast.tell(numbered(number))
    assert (await first.next()).id == "0"
    first.close()
    first.close()
    broadcast.tell(numbered(3))
    second, third = broadcast.subscribe(), broadcast.subscribe()
    broadcast.tell(numbered(4))
    broadcast.end()
    assert (await ids(first), await ids(second), await ids(third)) == ([], [1, 2, 3, 4], [4])


async def test_after_the_last_event_there_is_an_end(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w") as talk:
        heard = talk.conversation.subscribe()
        await talk.submit(ops.Shutdown())
        assert [kind_of(event) async for event in heard][-1] == "shutdown_complete"
        with pytest.raises(ConversationEnded):
            await heard.next()
        with pytest.raises(ConversationEnded):
            await talk.conversation.next_event()


async def test_closing_a_conversation_ends_whoever_listens(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w") as talk:
        heard = asyncio.create_task(ids(talk.conversation.subscribe()))
        await asyncio.sleep(0)
    with pytest.raises(ValueError, match="''"):  # the announcement's id, then the end
        await heard


async def test_taking_the_next_event_can_be_given_up_without_losing_it() -> None:
    broadcast = Broadcast()
    heard = broadcast.subscribe()
    waiting = asyncio.create_task(heard.next())
    await asyncio.sleep(0)
    broadcast.tell(numbered(7))
    waiting.cancel()
    await asyncio.wait({waiting})
    assert (await heard.next()).id == "7"


async def test_two_tasks_cannot_share_a_subscription_by_mistake() -> None:
    broadcast = Broadcast()
    heard = broadcast.subscribe()
    waiting = asyncio.create_task(heard.next())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="two tasks"):
        await heard.next()
    broadcast.tell(numbered(1))
    assert (await waiting).id == "1"


def test_of_what_waits_too_long_deltas_go_first_and_in_pairs() -> None:
    backlog = Backlog(10_000)
    backlog.add(Event("t", events.TaskStarted(None)))
    backlog.add(Event("t", events.AgentMessage("kept")))
    for number in range(200):
        for event in pair(number, "x" * 50):
            backlog.add(event)
    left = [event for event in backlog.events if event.id != "t"]
    assert [event.id for event in list(backlog.events)[:2]] == ["t", "t"]
    assert backlog.missed == 400 - len(left) > 0
    assert [kind_of(event) for event in left] == ["agent_message_content_delta", "agent_message_delta"] * (
        len(left) // 2
    )
    assert [int(event.id) for event in left[::2]] == list(range(200 - len(left) // 2, 200))


def test_ends_and_questions_never_go() -> None:
    backlog = Backlog(2_000)
    question = events.ExecApprovalRequest("c1", ("ls",), "/")
    never = (events.TaskComplete("x" * 100), events.TurnAborted("interrupted"), question)
    for number in range(50):
        backlog.add(Event(str(number), never[number % 3]))
        backlog.add(Event("w", events.Warning("w" * 100)))
    left = [int(event.id) for event in backlog.events if event.id != "w"]
    assert left == list(range(50))
    assert backlog.missed > 0


async def test_a_listener_that_nobody_waits_for_is_told_what_it_missed() -> None:
    broadcast = Broadcast(most_bytes=10_000)
    quick, slow = broadcast.subscribe(), broadcast.subscribe(wait=False)
    for number in range(500):
        broadcast.tell(numbered(number))
    assert broadcast.is_ahead
    broadcast.end()
    heard = await ids(slow)
    assert await ids(quick) == list(range(500))
    assert heard == list(range(500 - len(heard), 500))
    assert slow.missed == 500 - len(heard) > 0
    assert not broadcast.is_ahead
