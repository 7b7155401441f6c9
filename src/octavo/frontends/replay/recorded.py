"""What is played: the user's turns, the model's answers, and what tools answered then (`docs/replay.md`).

It comes from a saved session or from a file of `exec --record`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import msgspec

from octavo.errors import OctavoError
from octavo.files.plain_file import open_patiently
from octavo.model.scripted import ScriptedError
from octavo.protocol.items import (
    CustomToolCall,
    FunctionCall,
    LocalShellCall,
    Message,
    Reasoning,
    ResponseItem,
    ToolOutput,
    WebSearchCall,
    encode_item,
    message_text,
)
from octavo.protocol.policy import SandboxMode, sandbox_mode
from octavo.protocol.turn_items import ImageInput, TextInput, UserInput, turn_item_of
from octavo.rollout.lines import BAD_JSON, TurnContextLine, decode_line, kind_of
from octavo.rollout.read import LoadedRollout, history_entries, load_rollout
from octavo.rollout.saved_items import decode_items

Call = FunctionCall | CustomToolCall | LocalShellCall


class NotPlayable(OctavoError):
    """The file holds nothing that can be played; the text says why."""


class Answer(msgspec.Struct):
    """One answer of the model: the events of its stream, its calls in their order, and what they got."""

    events: list[dict[str, Any]]
    calls: list[Call]
    outputs: list[ToolOutput] = []
    error: ScriptedError | None = None


class Turn(msgspec.Struct):
    """What the user said, and all answers to it; settings are known of saved sessions only."""

    inputs: tuple[UserInput, ...]
    answers: list[Answer]
    settings: TurnContextLine | None = None


class Recording(msgspec.Struct, frozen=True):
    """A whole run. `cwd` is where it was made, empty where nobody knows; `sandbox_mode` what it ran in at the end.

    `summaries` are the notes of its compactions, which belong to no turn; saved sessions hold none.
    """

    name: str
    cwd: str
    turns: tuple[Turn, ...]
    sandbox_mode: SandboxMode | None = None
    summaries: tuple[Answer, ...] = ()

    @property
    def answers(self) -> list[Answer]:
        """All answers, in order."""
        return [answer for turn in self.turns for answer in turn.answers]


def read_recording(path: str) -> Recording:
    """What the file holds. Raises `NotPlayable`, and `RolloutReadError` for a session that cannot be read."""
    try:
        with open_patiently(path) as file:
            first = next((line for line in file if line.strip()), b"")
    except OSError as error:
        raise NotPlayable(f"cannot read {path}: {error.strerror or error}") from None
    is_tape = b'"events"' in first and kind_of(first) is None
    recording = _tape(path) if is_tape else _session(load_rollout(path))
    if not recording.turns:
        raise NotPlayable(f"{path} holds no answer of a model to anything that a user said")
    return recording


# --- saved sessions ---------------------------------------------------------------------------


def _session(saved: LoadedRollout) -> Recording:
    reader = _Reader()
    for line in saved.lines:
        if kind_of(line) == "turn_context":
            reader.attempt(_settings(line))
        else:
            for entry in history_entries(line):
                if isinstance(entry, ResponseItem):
                    reader.item(entry)
    turns = reader.whole()
    known = [sandbox_mode(turn.settings.sandbox_policy) for turn in turns if turn.settings is not None]
    return Recording(saved.conversation_id, saved.meta.cwd, turns, known[-1] if known else None)


def _settings(line: bytes) -> TurnContextLine | None:
    decoded = decode_line(line)
    try:
        return msgspec.json.decode(decoded.payload, type=TurnContextLine) if decoded is not None else None
    except BAD_JSON:
        return None


class _Reader:
    """Sorts the items of a session into turns and answers."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._begins = True
        self._settings: TurnContextLine | None = None

    def attempt(self, settings: TurnContextLine | None) -> None:
        """The model is asked: what comes next is another answer."""
        self._begins = True
        self._settings = settings or self._settings
        if self._turns:
            self._turns[-1].settings = self._settings

    def item(self, item: ResponseItem) -> None:
        if isinstance(item, Message) and item.role == "user":
            said = turn_item_of(item, lambda: "")
            if said is not None and said.user_message is not None:
                self._turns.append(Turn(said.user_message.content, [], self._settings))
                self._begins = True
        elif isinstance(item, ToolOutput):
            if self._turns and self._turns[-1].answers:
                self._turns[-1].answers[-1].outputs.append(item)
        elif isinstance(item, Message | Reasoning | WebSearchCall | Call) and self._turns:
            self._of_model(item)

    def whole(self) -> tuple[Turn, ...]:
        """The turns in which the model said anything."""
        return tuple(turn for turn in self._turns if turn.answers)

    def _of_model(self, item: ResponseItem) -> None:
        if isinstance(item, Message) and item.role != "assistant":
            return
        answers = self._turns[-1].answers
        if self._begins or not answers:
            answers.append(Answer([], []))
            self._begins = False
        done = {"type": "response.output_item.done", "item": msgspec.json.decode(encode_item(item))}
        answers[-1].events.append(done)
        if isinstance(item, Call):
            answers[-1].calls.append(item)


def whole_answer(answer: Answer) -> list[dict[str, Any]]:
    """The events of a stream, with its end."""
    if any(event.get("type") == "response.completed" for event in answer.events) or answer.error is not None:
        return answer.events
    return [*answer.events, {"type": "response.completed", "response": {"id": "replay"}}]


# --- files of `exec --record` -------------------------------------------------------------------


class _Line(msgspec.Struct, frozen=True):
    events: list[dict[str, Any]]
    error: ScriptedError | None = None
    heard: list[msgspec.Raw] | None = None
    subagent: str | None = None
    summary: bool = False


def _tape(path: str) -> Recording:
    lines = [line for line in _lines(path) if line.subagent is None]
    folder, mode = "", None
    if not any(line.heard for line in lines):
        raise NotPlayable(
            f"{path} was recorded by an older version: it holds no outputs to compare with; record it once more"
        )
    turns: list[Turn] = []
    summaries: list[Answer] = []
    for line in lines:
        heard = [item for raw in line.heard or () for item in decode_items(bytes(raw))]
        outputs = [item for item in heard if isinstance(item, ToolOutput)]
        if turns and turns[-1].answers:
            turns[-1].answers[-1].outputs.extend(outputs)
        if line.summary:
            summaries.append(Answer(line.events, [], [], line.error))
            continue
        folder = folder or _told(heard, "cwd")
        mode = next((one for one in get_args(SandboxMode) if one == _told(heard, "sandbox_mode")), mode)
        inputs = tuple(_said(heard))
        if inputs:
            turns.append(Turn(inputs, []))
        if turns:
            turns[-1].answers.append(Answer(line.events, list(_calls(line.events)), [], line.error))
    return Recording(os.path.basename(path), folder, tuple(turns), mode, tuple(summaries))


def _lines(path: str) -> Iterator[_Line]:
    with open_patiently(path) as file:
        for number, text in enumerate(file, 1):
            if not text.strip():
                continue
            try:
                yield msgspec.json.decode(text, type=_Line)
            except BAD_JSON as error:
                raise NotPlayable(f"{path}:{number}: not a recorded attempt: {error}") from None


def _said(heard: Iterable[ResponseItem]) -> Iterator[TextInput | ImageInput]:
    for item in heard:
        said = turn_item_of(item, lambda: "")
        if said is not None and said.user_message is not None:
            yield from said.user_message.content


def _told(heard: Iterable[ResponseItem], name: str) -> str:
    """What the model was told of its environment under this name."""
    texts = (message_text(item) for item in heard if isinstance(item, Message))
    found = (re.search(rf"<{name}>(.*?)</{name}>", text) for text in texts)
    return next((one[1] for one in found if one is not None), "")


def _calls(events: Iterable[dict[str, Any]]) -> Iterator[Call]:
    for event in events:
        if event.get("type") == "response.output_item.done":
            for item in decode_items(msgspec.json.encode(event.get("item"))):
                if isinstance(item, Call):
                    yield item
