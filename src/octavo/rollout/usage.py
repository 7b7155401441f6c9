"""The tokens that a saved session took, answer by answer (`docs/usage.md`)."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from octavo.protocol.usage import TokenUsage
from octavo.rollout.file_lines import file_lines
from octavo.rollout.lines import BAD_JSON, decode_line, decode_meta, kind_of, timestamp_of

T = TypeVar("T")

QUARTER = 900
"""Seconds in a quarter of an hour. Every zone's days begin with one, so answers of the same quarter are of one day."""


class Answer(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Answers of a model at one time: Unix time in seconds, tokens, and how many answers they are.

    Cached tokens are input, reasoning is output.
    """

    at: int
    input: int
    cached: int
    output: int
    reasoning: int
    count: int = 1


class Stretch(msgspec.Struct, frozen=True, array_like=True):
    """Answers in a row of one model for one folder; either is empty where the file does not say."""

    model: str
    cwd: str
    answers: list[Answer]


class SessionUsage(msgspec.Struct, frozen=True, array_like=True):
    """What a session took. A fork begins with the answers that were copied from `source`, another session's id."""

    id: str
    source: str | None
    stretches: list[Stretch]

    @property
    def answers(self) -> list[Answer]:
        """All of them in order."""
        return [answer for stretch in self.stretches for answer in stretch.answers]


def summed_up(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same, with answers of one model, folder and quarter of an hour as one."""
    found: dict[tuple[str, str], dict[int, Answer]] = {}
    for stretch in stretches:
        by_quarter = found.setdefault((stretch.model, stretch.cwd), {})
        for answer in stretch.answers:
            quarter = answer.at // QUARTER
            before = by_quarter.get(quarter)
            by_quarter[quarter] = answer if before is None else _together(before, answer)
    return [Stretch(model, cwd, list(answers.values())) for (model, cwd), answers in found.items()]


def _together(one: Answer, other: Answer) -> Answer:
    return Answer(
        one.at,
        one.input + other.input,
        one.cached + other.cached,
        one.output + other.output,
        one.reasoning + other.reasoning,
        one.count + other.count,
    )


def split_copies(fork: SessionUsage, source: SessionUsage) -> tuple[list[Stretch], list[Stretch]]:
    """What a fork begins with and has from its source, and what is its own."""
    copied = 0
    for own, other in zip(fork.answers, source.answers, strict=False):
        if msgspec.structs.replace(own, at=other.at) != other:  # a copy has the time of the fork
            break
        copied += 1
    copies, rest = [], []
    for stretch in fork.stretches:
        copies.append(Stretch(stretch.model, stretch.cwd, stretch.answers[:copied]))
        rest.append(Stretch(stretch.model, stretch.cwd, stretch.answers[copied:]))
        copied = max(copied - len(stretch.answers), 0)
    return copies, rest


class _Settings(msgspec.Struct):
    model: str = ""
    cwd: str = ""


class _Info(msgspec.Struct):
    total_token_usage: TokenUsage
    last_token_usage: TokenUsage


class _Event(msgspec.Struct):
    type: str
    info: _Info | None = None


_NOT_OURS = (b'"entered_review_mode"', b'"exited_review_mode"', b'"turn_aborted"')


class _Reader:
    """Follows the lines of a file. An answer is told by its own count; the same totals again tell of no new one.

    What is counted during a review is left out: the reviewer has a session of its own.
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.stretches: list[Stretch] = []
        self._settings = _Settings()
        self._total: TokenUsage | None = None
        self._in_review = False

    def follow(self, line: bytes) -> None:
        """Take the next line."""
        match kind_of(line):
            case "session_meta":
                self._meta(line)
            case "turn_context":
                self._settings = _decoded(line, _Settings) or self._settings
            case "event_msg" if b'"token_count"' in line:
                self._count(line)
            case "event_msg" if any(name in line for name in _NOT_OURS):
                event = _decoded(line, _Event)
                self._in_review = event.type == "entered_review_mode" if event is not None else self._in_review

    def _meta(self, line: bytes) -> None:
        decoded = decode_line(line)
        meta = decode_meta(decoded.payload) if decoded is not None else None
        if meta is not None:
            self.ids.append(meta.id)
            self._settings = _Settings(self._settings.model, meta.cwd)

    def _count(self, line: bytes) -> None:
        event = _decoded(line, _Event)
        if event is None or event.type != "token_count" or event.info is None or self._in_review:
            return
        usage, before, self._total = event.info.last_token_usage, self._total, event.info.total_token_usage
        if self._total == before or not usage.input_tokens + usage.output_tokens:
            return
        model, cwd = self._settings.model, self._settings.cwd
        if not self.stretches or (self.stretches[-1].model, self.stretches[-1].cwd) != (model, cwd):
            self.stretches.append(Stretch(model, cwd, []))
        answer = Answer(
            _seconds(timestamp_of(line)),
            usage.input_tokens,
            usage.cached_input_tokens,
            usage.output_tokens,
            usage.reasoning_output_tokens,
        )
        self.stretches[-1].answers.append(answer)


def read_usage(path: str) -> SessionUsage:
    """What the session saved at `path` took. Raises `OSError`."""
    reader = _Reader()
    for _, line in file_lines(path, 0, os.path.getsize(path), lambda _: False):
        reader.follow(line)
    own, *others = reader.ids or [""]
    return SessionUsage(own, others[0] if others else None, reader.stretches)


def _decoded(line: bytes, wanted: type[T]) -> T | None:
    decoded = decode_line(line)
    try:
        return msgspec.json.decode(decoded.payload, type=wanted) if decoded is not None else None
    except BAD_JSON:
        return None


def _seconds(timestamp: str) -> int:
    """Unix time; 0 where the text makes no sense."""
    try:
        return int(datetime.datetime.fromisoformat(timestamp).timestamp())
    except ValueError:
        return 0
