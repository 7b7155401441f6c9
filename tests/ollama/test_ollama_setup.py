"""Getting ready to ask a local Ollama server: is it there, has it the model, and how a pull is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import count

import pytest
from model_server import Reply, Seen, Server, json_reply

from octavo.model.ollama import OllamaError, ensure_local_model

GIB = 2**30
MODEL = "gpt-oss:20b"
NO_SERVER = (
    "OSS setup failed: No running Ollama server detected. Start it with: `ollama serve` (after installing). "
    "Install instructions: https://github.com/ollama/ollama?tab=readme-ov-file#ollama"
)


def lines(*reports: object) -> bytes:
    return b"".join(json.dumps(report).encode() + b"\n" for report in reports)


def server(pull: Sequence[bytes] = (), tags: Reply | None = None, probe: Reply | None = None) -> Server:
    """It has no model unless `tags` says so, and gives these pieces as the answer to a pull."""

    def answer(seen: Seen) -> Reply:
        if seen.target == "/api/pull":
            return Reply(body=pull)
        if seen.target == "/api/tags":
            return tags or json_reply({"models": []})
        return probe or json_reply({})

    return Server(answer)


def clock(*seconds: float) -> Callable[[], float]:
    times: Iterator[float] = iter(seconds)
    return lambda: next(times)


async def told(running: Server, base: str = "/v1", time: Callable[[], float] | None = None) -> str:
    """What the user reads meanwhile."""
    text: list[str] = []
    seconds = count()
    await ensure_local_model(running.url + base, MODEL, {}, text.append, time or (lambda: float(next(seconds))))
    return "".join(text)


async def test_a_model_that_is_there_is_not_pulled_and_nothing_is_said() -> None:
    with server(tags=json_reply({"models": [{"name": MODEL}]})) as running:
        assert await told(running) == ""
        assert [seen.target for seen in running.seen] == ["/v1/models", "/api/tags"]
        for seen in running.seen:
            assert (seen.header("originator"), seen.header("user-agent")) == (None, None)


@pytest.mark.parametrize(
    ("base", "targets"),
    [
        ("/v1/", ["/v1/models", "/api/tags"]),
        ("/v1//", ["/v1/models", "/api/tags"]),
        ("/", ["/api/tags", "/api/tags"]),
        ("/ollama", ["/ollama/api/tags", "/ollama/api/tags"]),
    ],
)
async def test_the_root_is_what_stands_before_v1(base: str, targets: list[str]) -> None:
    def answer(seen: Seen) -> Reply:
        return json_reply({"models": [{"name": MODEL}]})

    with Server(answer) as running:
        await told(running, base)
        assert [seen.target for seen in running.seen] == targets


async def test_another_tag_of_the_model_is_another_model() -> None:
    with server([lines({"status": "success"})], json_reply({"models": [{"name": "gpt-oss:120b"}]})) as running:
        assert await told(running) == f"Pulling model {MODEL}...\n\n"
        assert running.seen[-1].json == {"model": MODEL, "stream": True}


async def test_progress_is_one_line_that_is_written_again() -> None:
    pull = lines(
        {"status": "pulling manifest"},
        {"status": "checking the disk"},
        {"status": "done"},
        {"status": "pulling a", "digest": "a", "total": GIB // 2},
        {"status": "pulling b", "digest": "b", "total": GIB // 2, "completed": GIB // 4},
        {"status": "pulling a", "digest": "a", "completed": GIB // 4},
        {"status": "verifying sha256 digest"},
        {"status": "success"},
    )
    with server([pull]) as running:
        text = await told(running, time=clock(10, 12, 20, 30, 42))
    assert text.split("\r") == [
        f"Pulling model {MODEL}...\n",
        "checking the disk",
        "done             ",
        "\x1b[2KDownloading model: total 0.50 GB\n",
        "0.00/0.50 GB (0.0%) 0.0 MB/s",
        "0.25/1.00 GB (25.0%) 25.6 MB/s",
        "0.50/1.00 GB (50.0%) 25.6 MB/s",
        "0.50/1.00 GB (50.0%) 16.0 MB/s\n",
    ]


async def test_reports_may_come_in_pieces_and_with_noise_between() -> None:
    whole = b"\xff\xfe\nnot json\n[]\n\n" + lines({"status": "größer", "digest": 5}, {"status": "success"})
    with server([whole[at : at + 3] for at in range(0, len(whole), 3)]) as running:
        assert await told(running) == f"Pulling model {MODEL}...\n\rgrößer\n"


@pytest.mark.parametrize(
    "odd", [{"total": "much"}, {"completed": None}, {"digest": None}, {"status": 7}, {"error": ""}]
)
async def test_reports_with_odd_values_do_no_harm(odd: dict[str, object]) -> None:
    report = {"digest": "a", "total": 10, "completed": 5} | odd
    with server([lines(odd, report, {"status": "success"})]) as running:
        assert (await told(running)).endswith("\n")


@pytest.mark.parametrize(
    ("pull", "reason"),
    [
        (lines({"status": "x"}, {"error": "no such model"}), "Pull failed: no such model"),
        (lines({"status": "x"}), "Pull stream ended unexpectedly without success."),
        (b'{"status": "success"', "Pull stream ended unexpectedly without success."),
        (b"", "Pull stream ended unexpectedly without success."),
    ],
)
async def test_a_pull_that_does_not_succeed_says_why(pull: bytes, reason: str) -> None:
    with server([pull] if pull else []) as running, pytest.raises(OllamaError) as failure:
        await told(running)
    assert str(failure.value) == f"OSS setup failed: {reason}"


@pytest.mark.parametrize("probe", [Reply(500), Reply(404), Reply(drop=True)])
async def test_what_does_not_answer_well_is_no_server(probe: Reply) -> None:
    with server(probe=probe) as running, pytest.raises(OllamaError) as failure:
        await told(running)
    assert str(failure.value) == NO_SERVER


async def test_a_list_that_is_refused_leads_to_a_pull() -> None:
    with server([lines({"status": "success"})], Reply(500)) as running:
        await told(running)
        assert running.seen[-1].target == "/api/pull"


@pytest.mark.parametrize("body", [b"nonsense", b"{}", b'{"models": 3}', b"[" * 100_000, b'{"models": [7, {"no": 1}]}'])
async def test_a_list_that_cannot_be_read_leads_to_no_pull(body: bytes) -> None:
    with server(tags=Reply(body=[body])) as running:
        assert await told(running) == ""
        assert running.seen[-1].target == "/api/tags"
