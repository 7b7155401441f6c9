"""How much memory idle conversations take, in bytes each: a program, since a test run has a heap of its own.

python idle_conversations.py FOLDER COUNT
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import sys
from pathlib import Path

from story import conversation, says


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def main(folder: Path, count: int) -> float:
    """Each has had a turn, since one that has not holds next to nothing."""
    async with contextlib.AsyncExitStack() as stack:

        async def open_one() -> None:
            talk = await stack.enter_async_context(conversation(folder / "w", [says("hi")], home=folder / "home"))
            await talk.user("hello")

        for _ in range(10):
            await open_one()
        gc.collect()
        before = resident_bytes()
        for _ in range(count):
            await open_one()
        gc.collect()
        return (resident_bytes() - before) / count


if __name__ == "__main__":
    print(round(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))))
