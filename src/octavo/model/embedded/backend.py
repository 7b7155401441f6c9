"""The model backend that runs llama.cpp in this process (`docs/local-models.md`).

It takes chat payloads and guarantees, whatever the model: a tool call that comes
out fits its tool's schema, every turn ends, and nothing of an attempt goes on once
its iterator is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Any

from octavo.config.schema import LocalModel
from octavo.model.backend import ChatPayload, ModelRequest
from octavo.model.embedded.answer import LocalAnswer
from octavo.model.embedded.engine import Chunk, LlamaEngine, load_engine
from octavo.model.embedded.request import local_request
from octavo.model.embedded.weights import LocalModelUnavailable, loading_notice
from octavo.model.errors import FatalModelError, FinalModelError
from octavo.model.events import Created, ModelEvent, TextDelta
from octavo.model.instructions import read_prompt


class EmbeddedBackend:
    """Answers with a local model, loaded once: by `load`, or else on first use.

    Loading holds up everything else in the process, so a program does best to `load` before
    its event loop runs. `seed` makes the answers repeatable; `new_call_id` names the calls.
    """

    def __init__(
        self, settings: LocalModel, seed: int | None = None, new_call_id: Callable[[], str] | None = None
    ) -> None:
        self._settings, self._seed = settings, seed
        self._new_call_id = new_call_id or _random_call_id
        self._engine: LlamaEngine | None = None
        self._loading = threading.Lock()

    def load(self, tell: Callable[[str], None] | None = None) -> LlamaEngine:
        """The loaded model. Blocks the first time; raises `LocalModelUnavailable`.

        `tell` gets a line beforehand if it is going to take a while.
        """
        with self._loading:
            if self._engine is None:
                if tell is not None and (notice := loading_notice(self._settings.model_path)):
                    tell(notice)
                self._engine = load_engine(self._settings)
            return self._engine

    async def attempt(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """One answer: a call, or a text as it is written, with its token counts. Raises `FatalModelError` alone."""
        payload = request.payload
        if not isinstance(payload, ChatPayload):
            raise FatalModelError(FinalModelError("the local model speaks Chat Completions only"))
        try:
            engine = self._engine if self._engine is not None else await asyncio.to_thread(self.load)
        except LocalModelUnavailable as error:
            raise FatalModelError(FinalModelError(str(error))) from error
        asked = local_request(
            payload,
            read_prompt("local"),
            context_size=engine.context_size,
            is_small=engine.is_small,
            seed=self._seed,
        )
        answer = LocalAnswer(asked.tools, self._new_call_id)
        yield Created()
        async with contextlib.aclosing(_generate(engine, asked.body)) as chunks:
            async for chunk in chunks:
                for event in answer.read(chunk):
                    if request.deltas or not isinstance(event, TextDelta):
                        yield event
        yield answer.completed()


async def _generate(engine: LlamaEngine, body: dict[str, Any]) -> AsyncGenerator[Chunk, None]:
    """The chunks of one answer. The library blocks, so it works on a thread, which has ended when this is closed."""
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[Chunk | None] = asyncio.Queue()
    stop = threading.Event()

    def pass_on(chunk: Chunk) -> bool:
        loop.call_soon_threadsafe(chunks.put_nowait, chunk)
        return stop.is_set()

    def work() -> None:
        try:
            engine.generate(body, pass_on)
        finally:
            loop.call_soon_threadsafe(chunks.put_nowait, None)

    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        while (chunk := await chunks.get()) is not None:
            yield chunk
    finally:
        stop.set()
        await asyncio.shield(working)


def _random_call_id() -> str:
    return f"call_{os.urandom(12).hex()}"
