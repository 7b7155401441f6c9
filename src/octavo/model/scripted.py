"""A model that answers from a script, in memory (`docs/models.md`).

For tests and for playing recorded runs: no socket, no login, no variable. Every
request that it gets is kept for inspection. A script that runs out is an error of
its own, never a wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from octavo.errors import ConfigError
from octavo.model.backend import ModelRequest
from octavo.model.errors import (
    AnswerIncomplete,
    ContextWindowExceeded,
    FatalModelError,
    FinalModelError,
    ModelError,
    RetryableHttp,
    RetryableTransport,
    StreamBroken,
)
from octavo.model.events import ModelEvent, RateLimits
from octavo.model.rate_limits import rate_limits_from
from octavo.model.responses_stream import ResponsesStream


class ScriptedError(msgspec.Struct, frozen=True, omit_defaults=True):
    """How an attempt fails.

    `http` (with `status`, perhaps `delay` in seconds and `request_id`) and `transport`
    may be attempted again; the others end the call. `message` is the reason of an `incomplete` answer,
    and what the server said with an `http` refusal.
    """

    kind: Literal["http", "transport", "stream", "model", "final", "context_window", "incomplete"]
    message: str = ""
    status: int = 503
    delay: float | None = None
    request_id: str | None = None

    def to_exception(self) -> RetryableHttp | RetryableTransport | FatalModelError:
        """What a backend raises for it."""
        match self.kind:
            case "http":
                return RetryableHttp(self.status, self.delay, self.request_id, self.message)
            case "transport":
                return RetryableTransport(self.message)
            case "stream":
                return FatalModelError(StreamBroken(self.message, self.delay))
            case "model":
                return FatalModelError(ModelError(self.message))
            case "final":
                return FatalModelError(FinalModelError(self.message))
            case "context_window":
                return FatalModelError(ContextWindowExceeded())
            case "incomplete":
                return FatalModelError(AnswerIncomplete(self.message))


Step = ModelEvent | Mapping[str, Any] | asyncio.Event
"""A model event, an event of the Responses stream as it stands in its JSON, or a barrier to wait at."""


class Script(msgspec.Struct, frozen=True):
    """What one attempt gets.

    With Responses events it behaves like a server: the limits in `headers` come first,
    and the end of the script is the end of the body. Model events are given out as
    they are, so the last of a whole answer has to be `Completed`.
    """

    steps: Sequence[Step]
    error: ScriptedError | Exception | None = None
    headers: Mapping[str, str] = {}


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a recorded run."""

    events: list[dict[str, Any]]
    error: ScriptedError | None = None
    headers: dict[str, str] = {}


class ScriptedBackend:
    """Answers the n-th attempt from the n-th script. `requests` are the attempts so far."""

    def __init__(self, scripts: Sequence[Script | Sequence[Step]], name: str = "the script") -> None:
        self._scripts = [one if isinstance(one, Script) else Script(one) for one in scripts]
        self._name = name
        self.requests: list[ModelRequest] = []

    @classmethod
    def from_file(cls, path: str) -> ScriptedBackend:
        """Play a recorded run: JSON Lines, one attempt a line. Raises `ConfigError` that names the line."""
        try:
            with open(path, "rb") as file:
                lines = file.read().split(b"\n")
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {error.strerror}") from None
        scripts = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                attempt = msgspec.json.decode(line, type=_Line)
            except msgspec.DecodeError as error:
                raise ConfigError(f"{path}:{number}: not a recorded attempt: {error}") from None
            scripts.append(Script(attempt.events, attempt.error, attempt.headers))
        return cls(scripts, path)

    async def attempt(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `ModelBackend.attempt`."""
        place = len(self.requests)
        self.requests.append(request)
        if place >= len(self._scripts):
            text = f"{self._name} has answers for {place} attempts, and one more was made"
            raise FatalModelError(FinalModelError(text))
        script = self._scripts[place]
        stream = ResponsesStream(request.deltas)
        plays_server = any(isinstance(step, Mapping) for step in script.steps)
        if plays_server or script.headers:
            headers = {name.lower(): value for name, value in script.headers.items()}
            yield RateLimits(rate_limits_from(headers.get), headers.get("openai-model"))
        for step in script.steps:
            if isinstance(step, asyncio.Event):
                await step.wait()
            elif isinstance(step, Mapping):
                if (event := stream.feed(msgspec.json.encode(step))) is not None:
                    yield event
            else:
                yield step
        if script.error is not None:
            raise script.error.to_exception() if isinstance(script.error, ScriptedError) else script.error
        if plays_server:
            try:
                for event in stream.end():
                    yield event
            except ModelError as error:
                raise FatalModelError(error) from None
