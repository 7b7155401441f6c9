"""What reaches a client whatever a conversation holds."""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec
import pytest

from octavo.frontends.jsonrpc.channel import Channel
from octavo.frontends.jsonrpc.outgoing import LineWriter


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


async def test_what_is_nested_too_deeply_is_left_out_and_the_next_message_comes(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    channel = Channel(LineWriter(writing))
    endless: list[object] = []
    for _ in range(100_000):
        endless = [endless]
    channel.send({"method": "deep", "params": endless})
    channel.send({"method": "next"})
    await channel.drained()
    assert os.read(reading, 1000) == b'{"method":"next"}\n'


async def test_half_a_surrogate_pair_is_replaced_and_raw_json_stays(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    channel = Channel(LineWriter(writing))
    channel.send({"path": "h\udcffme", "msg": msgspec.Raw(b'{ "as": "written" }')})
    await channel.drained()
    assert msgspec.json.decode(os.read(reading, 1000)) == {"path": "h\ufffdme", "msg": {"as": "written"}}
