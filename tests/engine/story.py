"""Conversations as stories: the model says this, the user does that, and these events come.

    async with conversation(tmp_path, [says("hi")]) as talk:
        turn = await talk.user("hello")
        assert turn.one("task_complete")["last_agent_message"] == "hi"

The model is a script, everything else is real. Events and requests are shown as
clients and servers see them: as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from model_says import *  # noqa: F403 - who tells a story needs all that a model may say
from model_says import Json as Json  # noqa: PLC0414 - named, as it is also used here

from octavo.config.config import Config
from octavo.config.load import ConfigFlags, ConfigSources, load_config
from octavo.engine.conversation import Conversation
from octavo.engine.services import Services
from octavo.engine.start import fork_conversation, new_conversation, resume_conversation
from octavo.model.backend import ModelBackend, ModelRequest
from octavo.model.scripted import Script, ScriptedBackend
from octavo.protocol import asides, ops
from octavo.protocol.events import Aside, Event
from octavo.protocol.json_text import encode_json
from octavo.protocol.policy import ApprovalPolicy, ReadOnly, ReviewDecision, SandboxPolicy
from octavo.protocol.source import SessionSource
from octavo.protocol.turn_items import TextInput

PATIENCE = 15.0
"""Seconds after which a story that does not go on is called stuck."""

READ_ONLY = ReadOnly()

NOON = 1_764_008_532.3


# --- what the client sees ------------------------------------------------------------------


ASIDES = {
    str(kind.__struct_config__.tag)
    for kind in vars(asides).values()
    if isinstance(kind, type) and issubclass(kind, Aside)
}


class Told(list[Json]):
    """Events in order, each `{"id": …, "msg": {"type": …, …}}`."""

    def kinds(self, *without: str) -> list[str]:
        """The types in order, `raw_response_item`, asides and the ones named left out."""
        left_out = {"raw_response_item", *ASIDES, *without}
        return [kind for event in self if (kind := event["msg"]["type"]) not in left_out]

    def all(self, kind: str) -> list[Json]:
        """The payloads of one type."""
        return [event["msg"] for event in self if event["msg"]["type"] == kind]

    def one(self, kind: str) -> Json:
        """The payload of a type that came exactly once."""
        (payload,) = self.all(kind)
        return payload

    def ids(self) -> set[str]:
        return {event["id"] for event in self}

    @property
    def items(self) -> list[Json]:
        """What was recorded, in order."""
        return [payload["item"] for payload in self.all("raw_response_item")]


class Talk:
    """A running conversation, its model and everything that it told so far."""

    def __init__(self, conversation: Conversation, backend: ModelBackend) -> None:
        self.conversation, self.backend = conversation, backend
        self.told = Told()
        self._unread = 0

    # --- the user ---

    async def user(self, text: str) -> Told:
        """Say something and hear everything up to the end of the turn."""
        return await self.rest_of(await self.say(text))

    async def say(self, text: str) -> str:
        """Say something; the id of the turn if it starts one."""
        return await self.submit(ops.UserInputOp((TextInput(text),)))

    async def user_turn(self, text: str, **settings: Any) -> Told:
        """A turn with settings of its own, which last."""
        return await self.rest_of(await self.submit(self.turn_op(text, **settings)))

    def turn_op(
        self,
        text: str,
        *,
        cwd: str | Path = "/",
        approval: ApprovalPolicy = "never",
        sandbox: SandboxPolicy = READ_ONLY,
        model: str = "gpt-5-codex",
        schema: Any = None,
    ) -> ops.UserTurn:
        return ops.UserTurn((TextInput(text),), str(cwd), approval, sandbox, model, final_output_json_schema=schema)

    async def submit(self, op: ops.Op, submission_id: str | None = None) -> str:
        return await self.conversation.submit(op, submission_id)

    async def decide(self, decision: ReviewDecision) -> Json:
        """Wait for the next question and answer it; the question."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event = await self._next()
                kind = event["msg"]["type"]
                if kind == "exec_approval_request":
                    await self.submit(ops.ExecApproval(event["id"], decision))
                    break
                if kind == "apply_patch_approval_request":
                    await self.submit(ops.PatchApproval(event["id"], decision))
                    break
            question: Json = event["msg"]
            return question

    async def interrupt(self) -> str:
        return await self.submit(ops.Interrupt())

    # --- the events ---

    async def until(self, kind: str, **fields: Any) -> Json:
        """Read on to the next event of a type (and with these fields)."""
        async with asyncio.timeout(PATIENCE):
            while True:
                payload: Json = (await self._next())["msg"]
                if payload["type"] == kind and all(payload.get(key) == value for key, value in fields.items()):
                    return payload

    async def rest_of(self, turn_id: str) -> Told:
        """Read to the end of a turn; everything from where the last reading began."""
        start = self._unread
        async with asyncio.timeout(PATIENCE):
            while True:
                event = await self._next()
                if event["id"] == turn_id and event["msg"]["type"] in ("task_complete", "turn_aborted"):
                    self._unread = len(self.told)
                    return Told(self.told[start:])

    async def shut_down(self) -> Told:
        """End in good order; everything that was not read before."""
        start = self._unread
        await self.submit(ops.Shutdown())
        await self.until("shutdown_complete")
        self._unread = len(self.told)
        return Told(self.told[start:])

    async def reply(self, op: ops.Op, kind: str) -> Json:
        """Ask something that one event answers."""
        await self.submit(op)
        return await self.until(kind)

    async def _next(self) -> Json:
        event = as_json(await self.conversation.next_event())
        self.told.append(event)
        return event

    # --- what lies behind ---

    @property
    def requests(self) -> list[Json]:
        """The bodies that a model in memory got."""
        requests: list[ModelRequest] = getattr(self.backend, "requests")  # noqa: B009 - not every backend has it
        return [json.loads(msgspec.json.encode(request.payload)) for request in requests]

    def input(self, number: int = -1) -> list[Json]:
        """The input items of one request."""
        found: list[Json] = self.requests[number]["input"]
        return found

    @property
    def path(self) -> str:
        return self.conversation.configured.rollout_path

    @property
    def saved(self) -> list[Json]:
        """The lines of the saved session."""
        with open(self.path, "rb") as file:
            return [json.loads(line) for line in file.read().splitlines()]

    def saved_items(self) -> list[Json]:
        return [line["payload"] for line in self.saved if line["type"] == "response_item"]


def as_json(event: Event) -> Json:
    decoded: Json = json.loads(encode_json(event))
    return decoded


def texts(items: Sequence[Json]) -> list[str]:
    """Items in short: the text of messages, `name(id)` of calls and `id: output` of outputs."""
    return [_short(item) for item in items]


def _short(item: Json) -> str:
    match item["type"]:
        case "message":
            return "".join(part.get("text", "<image>") for part in item["content"])
        case "function_call" | "custom_tool_call":
            return f"{item['name']}({item['call_id']})"
        case "function_call_output" | "custom_tool_call_output":
            return f"{item['call_id']}: {item['output']}"
        case kind:
            return f"<{kind}>"


def after_context(items: Sequence[Json]) -> list[str]:
    """The same without the messages that describe the environment and the user's instructions."""
    prefixes = ("<environment_context>", "<user_instructions>")
    return [text for text in texts(items) if not text.startswith(prefixes)]


# --- starting ------------------------------------------------------------------------------------


def make_config(workspace: Path, home: Path | None = None, **settings: Any) -> Config:
    """A configuration for a mock provider that is never called twice by itself; `settings` as in config.toml."""
    home = home or workspace.parent / f"{workspace.name}-home"
    home.mkdir(parents=True, exist_ok=True)
    provider = {
        "name": "mock",
        "base_url": "http://127.0.0.1:9/v1",
        "wire_api": "responses",
        "request_max_retries": 0,
        "stream_max_retries": settings.pop("stream_max_retries", 0),
    } | settings.pop("provider", {})
    defaults: Json = {
        "model": "gpt-5-codex",
        "model_provider": "mock",
        "model_providers": {"mock": provider},
        "approval_policy": "never",
        "sandbox_mode": "workspace-write",
    }
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"} | settings.pop("environ", {})
    flags = ConfigFlags(base_instructions=settings.pop("base_instructions", "You help."))
    overrides = tuple((defaults | settings).items())
    nowhere = str(home / "none")
    return load_config(ConfigSources(str(home), str(workspace), environ, overrides, flags, managed_path=nowhere))


def make_services(backend: ModelBackend, source: SessionSource = "exec", **changes: Any) -> Services:
    """Services whose clock stands still, and with which retries come at once."""
    defaults: Json = {"now": lambda: NOON, "jitter": lambda: 0.0}
    return Services(backend, source, "octavo_test", **(defaults | changes))


@asynccontextmanager
async def conversation(
    workspace: Path,
    model: Sequence[Script] | ModelBackend = (),
    /,
    *,
    home: Path | None = None,
    resume: str | None = None,
    fork: tuple[str, int] | None = None,
    services: Mapping[str, Any] = {},
    **settings: Any,
) -> AsyncIterator[Talk]:
    """A conversation in `workspace`: new, or one that goes on with a saved session. It is closed at the end."""
    workspace.mkdir(parents=True, exist_ok=True)
    config = make_config(workspace, home, **settings)
    backend = ScriptedBackend(model) if isinstance(model, Sequence) else model
    given = make_services(backend, **services)
    if resume is not None:
        opened = await resume_conversation(config, given, resume)
    elif fork is not None:
        opened = await fork_conversation(config, given, *fork)
    else:
        opened = await new_conversation(config, given)
    try:
        yield Talk(opened, backend)
    finally:
        await opened.close()


@contextmanager
def folder_outside_tmp() -> Iterator[Path]:
    """A fresh folder where the sandbox lets nothing write unless it is a root."""
    folder = Path(os.path.realpath(tempfile.mkdtemp(dir="/var/tmp")))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def a_long_sleep() -> str:
    """A command that nobody else on this machine runs, for `processes_with` to look for."""
    return f"sleep 9{int.from_bytes(os.urandom(5), 'big')}"


def processes_with(marker: str) -> list[int]:
    """The processes whose command line holds the marker, zombies apart."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ") if entry.name.isdigit() else b""
            if marker.encode() in words:
                found.append(int(entry.name))
        except OSError:
            continue  # it ended
    return found
