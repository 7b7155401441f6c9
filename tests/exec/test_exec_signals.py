"""How a run of `exec` ends when it is told to."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from exec_model_server import ModelServer, answer, runs, says
from exec_place import Place


@contextmanager
def running_command(place: Place, *words: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A run whose command waits, and the process id of that command."""
    fifo = place.workspace / "pid"
    os.mkfifo(fifo)
    place.model(answer(runs(f"echo $$ > {fifo}; exec sleep 60")), answer(says("late")))
    with place.start("exec", "--skip-git-repo-check", "--yolo", *words, "go") as process:
        pid = int(line_of(fifo))
        try:
            yield process, pid
        finally:
            process.kill()


def line_of(fifo: Path) -> bytes:
    """What the command writes; a command that never starts must not hold the tests up."""
    descriptor = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert select.select([descriptor], [], [], 30)[0], "the command did not start"
        return os.read(descriptor, 100)
    finally:
        os.close(descriptor)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_ctrl_c_ends_the_command_and_the_run_quietly(place: Place) -> None:
    with running_command(place, "--json") as (process, pid):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"")
    assert not is_alive(pid)
    types = [json.loads(line)["type"] for line in out.decode().splitlines()]
    assert types == ["thread.started", "turn.started", "item.started"]


def test_ctrl_c_shows_people_the_tokens_but_no_abort(place: Place) -> None:
    with running_command(place) as (process, _):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, b"")
    assert b"task interrupted" not in err
    assert err.endswith(b"tokens used\n0\n")


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_kill_after_the_command_is_gone(place: Place, signum: signal.Signals) -> None:
    with running_command(place, "--json") as (process, pid):
        process.send_signal(signum)
        process.communicate(timeout=20)
    assert process.returncode == -signum
    assert not is_alive(pid)


def test_a_signal_leaves_no_folder_of_ours_behind(place: Place) -> None:
    with running_command(place) as (process, _):
        assert (place.home / "tmp").exists()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert not (place.home / "tmp").exists()


def test_an_interrupted_session_can_go_on(place: Place) -> None:
    with running_command(place, "--json") as (process, _):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    model = place.model(answer(says("Back")))
    result = place.exec("--json", "again", "resume", "--last")
    assert result.code == 0
    calls = [item["type"] for item in model.requests[0]["input"] if item["type"].startswith("function_call")]
    assert calls in ([], ["function_call", "function_call_output"])


def test_no_last_message_file_is_written_after_a_signal(place: Place) -> None:
    with running_command(place, "-o", "f") as (process, _):
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert not (place.workspace / "f").exists()


def test_a_signal_is_heard_while_the_reader_pauses(place: Place) -> None:
    created, *rest = answer(*(says("x" * 100_000) for _ in range(5)))
    model: ModelServer = place.model([created, *rest])
    with place.start("exec", "--skip-git-repo-check", "--json", "go") as process:
        assert process.stdout is not None
        process.stdout.readline()
        model.asked.acquire(timeout=20)
        while len(os.read(process.stdout.fileno(), 10)) < 10:
            pass
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == -signal.SIGTERM


def test_ctrl_c_while_the_model_answers(place: Place) -> None:
    created, *_ = answer()
    model = place.model([created], hold=True)
    with place.start("exec", "--skip-git-repo-check", "--json", "go") as process:
        assert model.asked.acquire(timeout=20)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"")
    assert [json.loads(line)["type"] for line in out.splitlines()] == ["thread.started", "turn.started"]


def test_a_signal_that_is_ignored_stays_ignored(place: Place) -> None:
    model = place.model(answer(says("Done")), hold=True)

    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with place.start("exec", "--skip-git-repo-check", "go", preexec_fn=ignore) as process:
        assert model.asked.acquire(timeout=20)
        process.send_signal(signal.SIGHUP)
        model.release.set()
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, b"Done\n")
