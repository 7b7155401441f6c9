"""What survives when the process is killed, the disk is full or the clock is wrong."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from story import Json, after_context, answer, conversation, says, shell, texts

from octavo.rollout.errors import RolloutCreateError, RolloutReadError

PROGRAM = Path(__file__).with_name("scripted_session.py")
POINTS = 200 if os.environ.get("OCTAVO_SOAK") else 10


@contextmanager
def session(tmp_path: Path, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """The scripted session in a process of its own."""
    argv = [sys.executable, str(PROGRAM), str(tmp_path / "w"), str(tmp_path / "home")]
    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env={**os.environ, **environ}
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def shown_events(process: subprocess.Popen[bytes], how_many: int | None = None) -> list[Json]:
    """Let the session go on until it has shown so many events, or to its end."""
    assert process.stdin is not None
    assert process.stdout is not None
    lines: IO[bytes] = os.fdopen(os.dup(process.stdout.fileno()), "rb")
    found: list[Json] = []
    with lines:
        while (how_many is None or len(found) < how_many) and (line := lines.readline()):
            found.append(json.loads(line))
            try:
                process.stdin.write(b".")
            except BrokenPipeError:
                break
    return found


def rollout(tmp_path: Path) -> str:
    (path,) = (tmp_path / "home").glob("sessions/**/*.jsonl")
    return str(path)


def expected(shown: list[Json]) -> list[str]:
    """What the model must know after a resume, in order, given what a client was shown."""
    found = []
    for event in shown:
        msg = event["msg"]
        match msg["type"]:
            case "user_message" | "agent_message":
                found.append(msg["message"])
            case "exec_command_end":
                found += [f"shell({msg['call_id']})", f"{msg['call_id']}: output {msg['call_id'][1:]}"]
            case "patch_apply_end":
                found += [f"apply_patch({msg['call_id']})", f"{msg['call_id']}: Success."]
    return found


def known(items: list[Json]) -> list[str]:
    """The items in the same short form."""
    short = []
    for text in after_context(items):
        head, colon, rest = text.partition(": Exit code: 0\n")
        short.append(f"{head}: {rest.split('Output:', 1)[1].split()[0]}" if colon else text)
    return [text.replace(": output", ": output " + text[1:2]) if ": output" in text else text for text in short]


def is_subsequence(wanted: list[str], seen: list[str]) -> bool:
    left = iter(seen)
    return all(text in left for text in wanted)


async def check_resumes(tmp_path: Path, shown: list[Json]) -> None:
    async with conversation(tmp_path / "w", [says("fine")], home=tmp_path / "home", resume=rollout(tmp_path)) as talk:
        turn = await talk.user("next")
        assert turn.one("task_complete")["last_agent_message"] == "fine"
        items: list[dict[str, Any]] = talk.input()
    seen = known(items)
    assert is_subsequence(expected(shown), seen), (expected(shown), seen)
    pairs = [(item["call_id"], item["type"].endswith("_output")) for item in items if "call_id" in item]
    calls = {call_id for call_id, _ in pairs}
    assert sorted(pairs) == sorted((call_id, is_output) for call_id in calls for is_output in (False, True))
    assert all(pairs.index((call_id, False)) < pairs.index((call_id, True)) for call_id in calls)
    assert all(seen.count(text) == 1 for text in seen if text.startswith(("said", "patching", "done", "ask")))
    told = [one for one in turn[0]["msg"]["initial_messages"] if one["type"] in ("user_message", "agent_message")]
    shown_words = [one["msg"] for one in shown if one["msg"]["type"] in ("user_message", "agent_message")]
    assert told[: len(shown_words)] == shown_words


@pytest.mark.parametrize("seed", range(POINTS))
async def test_a_killed_session_goes_on_with_all_that_it_had_shown(tmp_path: Path, seed: int) -> None:
    how_many = random.Random(seed).randrange(2, 105)
    with session(tmp_path) as process:
        shown = shown_events(process, how_many)
    await check_resumes(tmp_path, shown)


async def test_a_session_that_cannot_be_saved_any_more_says_so_and_goes_on(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("a"), says("b")]) as talk:
        await talk.user("one")
        Path(talk.path).unlink()
        turn = await talk.user("two")
        assert turn.one("task_complete")["last_agent_message"] == "b"
        assert turn.one("warning")["message"] == "What happens in this session is not saved: its file was removed."


async def test_a_session_that_ran_to_its_end(tmp_path: Path) -> None:
    with session(tmp_path) as process:
        shown = shown_events(process)
    assert shown[-1]["msg"]["type"] == "shutdown_complete"
    assert len(expected(shown)) == 3 * (4 + 2 + 2)
    await check_resumes(tmp_path, shown)


@pytest.mark.parametrize("limit", [2_700, 3_000, 9_000])
async def test_a_full_disk_ends_the_saving_and_not_the_session(tmp_path: Path, limit: int) -> None:
    with session(tmp_path, OCTAVO_FILE_LIMIT=str(limit)) as process:
        shown = shown_events(process)
    kinds = [event["msg"]["type"] for event in shown]
    assert kinds.count("task_complete") == 3
    assert [event["msg"]["last_agent_message"] for event in shown if event["msg"]["type"] == "task_complete"] == [
        f"done {number}" for number in range(3)
    ]
    assert kinds[-2:] == ["error", "shutdown_complete"]
    assert shown[-2]["msg"]["message"] == "Failed to shutdown rollout recorder"
    await check_resumes(tmp_path, [])


async def test_a_home_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "sessions").write_text("in the way")
    with pytest.raises(RolloutCreateError) as caught:
        async with conversation(tmp_path / "w", home=home):
            pass
    assert str(caught.value).startswith("failed to initialize rollout recorder: ")
    assert "\n" not in str(caught.value)


async def test_a_session_that_is_gone_cannot_be_resumed(tmp_path: Path) -> None:
    with pytest.raises(RolloutReadError, match="No such file"):
        async with conversation(tmp_path / "w", resume=str(tmp_path / "gone.jsonl")):
            pass


async def test_a_clock_that_goes_back_does_no_harm(tmp_path: Path) -> None:
    times = iter(range(2_000_000_000, 0, -86_400))
    script = [answer(shell("echo hi")), says("one")]
    async with conversation(tmp_path / "w", script, services={"now": lambda: float(next(times))}) as talk:
        await talk.user("go")
        path = talk.path
        stamps = [line["timestamp"] for line in talk.saved]
        assert stamps == sorted(stamps, reverse=True)
    async with conversation(tmp_path / "w", [says("two")], resume=path) as talk:
        await talk.user("on")
        assert [text.split(":")[0] for text in after_context(talk.input())] == ["go", "shell(c1)", "c1", "one", "on"]


async def test_a_workspace_that_vanishes(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    async with conversation(workspace, [answer(shell("echo hi")), says("done")]) as talk:
        workspace.rmdir()
        turn = await talk.user("go")
        assert turn.one("task_complete")["last_agent_message"] == "done"
        assert texts(talk.input())[-1].startswith("c1: execution error: Io(Os { code: 2, kind: NotFound")
