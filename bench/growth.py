"""What one more turn costs in a long conversation: own CPU at turn 2,000 against turn 100.

The model is in memory and sends nothing, so the figure is the engine's own. Run it
with the interpreter that has the package: `.venv/bin/python bench/growth.py`.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator

from octavo.config.load import ConfigSources, load_config
from octavo.engine.services import Services
from octavo.engine.start import new_conversation
from octavo.model import events as model
from octavo.model.backend import ModelRequest
from octavo.protocol import events, items, ops
from octavo.protocol.turn_items import TextInput

EARLY, LATE, AROUND = 100, 2000, 20
PLAN = json.dumps({"plan": [{"step": "x", "status": "pending"}]})


class Talker:
    """A model that answers every question with a call and then a message."""

    def __init__(self) -> None:
        self.count = 0

    async def attempt(self, request: ModelRequest) -> AsyncIterator[model.ModelEvent]:
        self.count += 1
        if self.count % 2:
            yield model.ItemDone(items.FunctionCall("update_plan", PLAN, f"call-{self.count}"))
        else:
            yield model.ItemDone(items.Message("assistant", (items.OutputText("word " * 200),)))
        yield model.Completed()


async def measure() -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(ConfigSources(codex_home=folder, cwd=folder, environ=dict(os.environ)))
        conversation = await new_conversation(config, Services(Talker(), "exec", "octavo"))
        costs = []
        for _ in range(LATE + AROUND):
            start = time.process_time()
            await conversation.submit(ops.UserInputOp((TextInput("hello " * 50),)))
            while not isinstance((await conversation.next_event()).msg, events.TaskComplete):
                pass
            costs.append(time.process_time() - start)
        await conversation.close()
    return costs


def main() -> None:
    costs = asyncio.run(measure())
    early, late = (statistics.median(costs[turn - AROUND : turn + AROUND]) for turn in (EARLY, LATE))
    print(f"turn {EARLY}: {early * 1e6:.0f} us   turn {LATE}: {late * 1e6:.0f} us   ratio {late / early:.2f}")


if __name__ == "__main__":
    main()
