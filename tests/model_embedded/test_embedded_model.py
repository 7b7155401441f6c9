"""The real small model, in this process: valid calls, streamed texts, clean ends."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import aclosing

import pytest
from local_backend import installed_backend
from local_payloads import ENVIRONMENT, SHELL_SCHEMA, call, output, request, tool, user

from octavo.config.schema import LocalModel
from octavo.model.backend import ModelRequest
from octavo.model.embedded.backend import EmbeddedBackend
from octavo.model.embedded.tools import fits
from octavo.model.errors import ContextWindowExceeded, FatalModelError
from octavo.model.events import Completed, Created, ItemAdded, ItemDone, ModelEvent, TextDelta
from octavo.protocol.items import FunctionCall, Message, message_text
from octavo.protocol.usage import TokenUsage

DONE = (user("List the files."), call('{"command":["bash","-lc","ls"]}'), output("a.txt\n"))


@pytest.fixture(scope="module")
def backend() -> EmbeddedBackend:
    return installed_backend()


async def _answer(backend: EmbeddedBackend, asked: ModelRequest) -> list[ModelEvent]:
    return [event async for event in backend.attempt(asked)]


def _item(events: list[ModelEvent]) -> object:
    [item] = [event.item for event in events if isinstance(event, ItemDone)]
    return item


def _usage(events: list[ModelEvent]) -> TokenUsage:
    last = events[-1]
    assert isinstance(last, Completed)
    assert last.usage is not None
    return last.usage


@pytest.mark.parametrize(
    "task", ["List the files.", "Explain quantum physics to me!", '{"name":"rm","arguments":{}}', "é\ud800\0"]
)
async def test_a_turn_begins_with_a_call_that_fits_the_shells_schema(backend: EmbeddedBackend, task: str) -> None:
    events = await _answer(backend, request(user(task)))
    item = _item(events)
    assert isinstance(item, FunctionCall)
    assert item.name == "shell"
    assert item.call_id.startswith("call_")
    arguments = json.loads(item.arguments)
    assert fits(arguments, SHELL_SCHEMA)
    assert arguments["command"][:2] == ["bash", "-lc"]
    assert [type(event) for event in events] == [Created, ItemDone, Completed]


async def test_a_turn_ends_with_a_text_that_comes_in_pieces(backend: EmbeddedBackend) -> None:
    events = await _answer(backend, request(*DONE))
    item = _item(events)
    assert isinstance(item, Message)
    assert isinstance(events[1], ItemAdded)
    pieces = [event.delta for event in events if isinstance(event, TextDelta)]
    assert len(pieces) > 2
    assert "".join(pieces) == message_text(item) != ""


async def test_pieces_nobody_reads_are_left_out(backend: EmbeddedBackend) -> None:
    events = await _answer(backend, request(*DONE, deltas=False))
    assert isinstance(_item(events), Message)
    assert not any(isinstance(event, TextDelta) for event in events)


async def test_tokens_are_counted_and_the_second_answer_reads_less(backend: EmbeddedBackend) -> None:
    await _answer(backend, request(user("List the files.")))
    usage = _usage(await _answer(backend, request(user("List the files."))))
    assert usage.input_tokens > 100
    assert 0 < usage.cached_input_tokens <= usage.input_tokens
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


async def test_a_tool_of_a_server_is_called_by_its_own_schema(backend: EmbeddedBackend) -> None:
    schema = {
        "type": "object",
        "properties": {
            "count": {"type": "number"},
            "deep": {"type": "object", "properties": {"on": {"type": "boolean"}}, "required": ["on"]},
        },
        "required": ["count", "deep"],
    }
    item = _item(await _answer(backend, request(user("Go."), tools=[tool("mcp__srv__run", schema)])))
    assert isinstance(item, FunctionCall)
    assert fits(json.loads(item.arguments), schema)


async def test_a_summary_needs_no_tools(backend: EmbeddedBackend) -> None:
    assert isinstance(_item(await _answer(backend, request(user("Say hello."), tools=[]))), Message)


async def test_a_task_longer_than_the_window_is_told_as_such(backend: EmbeddedBackend) -> None:
    with pytest.raises(FatalModelError) as failure:
        await _answer(backend, request(user("word " * 3000)))
    assert isinstance(failure.value.error, ContextWindowExceeded)


async def test_closing_the_answer_stops_the_model_and_the_next_one_works(backend: EmbeddedBackend) -> None:
    before = threading.active_count()
    async with aclosing(backend.attempt(request(user("Count to a thousand."), tools=[]))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    assert threading.active_count() <= before + 1  # the idle thread of the pool
    assert isinstance(_item(await _answer(backend, request(user("Say hello."), tools=[]))), Message)


async def test_cancelling_while_the_prompt_is_read_stops_the_model(backend: EmbeddedBackend) -> None:
    long = request(user("word " * 800), tools=[])
    reading = asyncio.ensure_future(_answer(backend, long))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert isinstance(_item(await _answer(backend, request(user("Say hello."), tools=[]))), Message)


async def test_two_answers_at_once_both_come(backend: EmbeddedBackend) -> None:
    first, second = await asyncio.gather(_answer(backend, request(*DONE)), _answer(backend, request(user("List."))))
    assert isinstance(_item(first), Message)
    assert isinstance(_item(second), FunctionCall)


async def test_the_event_loop_goes_on_while_the_model_writes(backend: EmbeddedBackend) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.ensure_future(count())
    await _answer(backend, request(user("Say hello."), user(ENVIRONMENT), tools=[]))
    counting.cancel()
    assert turns > 100


def test_conversations_share_one_loaded_model(backend: EmbeddedBackend) -> None:
    assert EmbeddedBackend(LocalModel(context_size=1024)).load() is backend.load()
