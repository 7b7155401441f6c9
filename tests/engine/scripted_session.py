"""A scripted session as a program, for tests that kill it or take things away from it.

    python scripted_session.py WORKSPACE HOME [RESUME]

Each event goes to stdout as a line of JSON, and then a byte is awaited on stdin:
whoever reads the events decides how far the session comes. With `OCTAVO_FILE_LIMIT`
no file may grow beyond so many bytes.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from story import (
    added,
    answer,
    conversation,
    message,
    patch,
    plan,
    reasoning,
    says,
    shell,
    text_delta,
)

from octavo.model.scripted import Script
from octavo.protocol import ops
from octavo.protocol.events import Event, ShutdownComplete, TaskComplete
from octavo.protocol.turn_items import TextInput

TURNS = 3


def script() -> list[Script]:
    """Three turns with thoughts, messages, commands, a plan and a patch."""
    answers: list[Script] = []
    for number in range(TURNS):
        said = message(f"said {number}", item_id=f"m{number}")
        answers += [
            answer(
                reasoning(f"thought {number}"),
                added(said),
                text_delta("said "),
                said,
                shell(f"echo output {number}", f"s{number}"),
                plan((f"step {number}", "pending"), call_id=f"p{number}"),
            ),
            answer(message(f"patching {number}"), patch(f"*** Add File: f{number}\n+{number}", f"e{number}")),
            says(f"done {number}"),
        ]
    return answers


async def main(workspace: str, home: str, resume: str | None = None) -> None:
    async with conversation(Path(workspace), script(), home=Path(home), resume=resume) as talk:
        for number in range(TURNS):
            await talk.submit(ops.UserInputOp((TextInput(f"ask {number}"),)))
            await show_until(talk.conversation.next_event, TaskComplete)
        await talk.submit(ops.Shutdown())
        await show_until(talk.conversation.next_event, ShutdownComplete)


async def show_until(next_event: Callable[[], Awaitable[Event]], last: type) -> None:
    while True:
        event = await next_event()
        os.write(1, msgspec.json.encode(event) + b"\n")
        if not os.read(0, 1):
            sys.exit(1)
        if isinstance(event.msg, last):
            return


if __name__ == "__main__":
    if limit := os.environ.get("OCTAVO_FILE_LIMIT"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    asyncio.run(main(*sys.argv[1:]))
