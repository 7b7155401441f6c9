from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from octavo.tools.errors import RespondToModel
from octavo.tools.reading import test_sync_tool


async def _meet(participants: int, name: str = "here", timeout_ms: int = 5000, **more: Any) -> str:
    barrier = {"id": name, "participants": participants, "timeout_ms": timeout_ms}
    return await test_sync_tool.run(json.dumps({"barrier": barrier, **more}), "/")


async def _error(*arguments: Any, **more: Any) -> str:
    with pytest.raises(RespondToModel) as caught:
        await _meet(*arguments, **more)
    return str(caught.value)


async def test_without_arguments_it_just_answers() -> None:
    assert await test_sync_tool.run("{}", "/") == "ok"
    assert await test_sync_tool.run('{"sleep_before_ms":1,"sleep_after_ms":1,"barrier":null}', "/") == "ok"


async def test_calls_that_meet_all_answer() -> None:
    assert await asyncio.gather(*(_meet(3) for _ in range(3))) == ["ok"] * 3
    assert await asyncio.gather(*(_meet(2) for _ in range(4))) == ["ok"] * 4


async def test_a_call_that_nobody_meets_gives_up() -> None:
    assert await _error(2, timeout_ms=5) == "test_sync_tool barrier wait timed out"
    assert await _meet(1) == "ok"


async def test_another_number_of_calls_is_refused_while_one_waits() -> None:
    first = asyncio.create_task(_meet(2))
    await asyncio.sleep(0)
    assert await _error(3) == "barrier here already registered with 2 participants"
    assert list(await asyncio.gather(first, _meet(2))) == ["ok", "ok"]


async def test_a_call_that_is_cancelled_leaves_the_barrier() -> None:
    first = asyncio.create_task(_meet(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert list(await asyncio.gather(_meet(3), _meet(3), _meet(3))) == ["ok"] * 3


async def test_zero_is_refused() -> None:
    assert await _error(0) == "barrier participants must be greater than zero"
    assert await _error(1, timeout_ms=0) == "barrier timeout must be greater than zero"
    assert (await _error(1, sleep_before_ms=-1)).startswith("failed to parse function arguments: ")
