"""`octavo replay`: recorded runs against the code of now. The page's example runs here."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from app_server_replies import calls, patches, runs, says
from model_server import Reply, Server, completed, stream

from octavo.frontends.replay.outputs import Result, comparable, differences, result_of
from octavo.protocol.items import FunctionCallOutput

PAGE = (Path(__file__).parents[2] / "docs" / "replay.md").read_text()
PATCH = "*** Begin Patch\n*** Update File: a.py\n@@\n-print('hello')\n+print('hello world')\n*** End Patch"
RUN = runs("python3", "a.py")


class Project:
    """A repository and a home, and ways to run the program there."""

    def __init__(self, root: Path) -> None:
        self.home, self.folder = root / "home", root / "project"
        self.home.mkdir()
        self.folder.mkdir()
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(root), "CODEX_HOME": str(self.home)}
        self.environ["TMPDIR"] = str(root / "tmp")  # forks stay, and go with the test
        (root / "tmp").mkdir()
        self.write("print('hello')\n")
        self.git("init", "-q")
        self.commit()

    def write(self, text: str) -> None:
        (self.folder / "a.py").write_text(text)

    def git(self, *words: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@x", *words]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", "x")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "octavo", *words]
        return subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, text=True, check=False, timeout=120
        )

    def record(self, words: list[str], *replies: Reply) -> None:
        """A run of the real program with a model service."""
        with Server(replies) as server:
            service = f'name = "m"\nbase_url = "{server.url}/v1"\nwire_api = "responses"\n'
            (self.home / "config.toml").write_text(f'model_provider = "m"\n[model_providers.m]\n{service}')
            done = self.run(*words)
        (self.home / "config.toml").unlink()
        assert done.returncode == 0, done.stderr

    def session(self) -> str:
        (path,) = self.home.glob("sessions/*/*/*/*.jsonl")
        return path.stem[-36:]

    def replay(self, *words: str) -> tuple[int, Any]:
        done = self.run("replay", "--json", *words)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture
def recorded(project: Project) -> Project:
    """With a run that looks, patches and looks again, as the page records it."""
    (record, _) = commands()
    project.record(record[1:], RUN, patches(PATCH, "c2"), RUN, says("Done."))
    project.git("checkout", "-q", "a.py")
    return project


def commands() -> list[list[str]]:
    """The command lines of the page's example."""
    blocks = PAGE.split("```sh\n")[1:]
    return [shlex.split(block.partition("```")[0]) for block in blocks]


def test_the_example_of_the_page(recorded: Project) -> None:
    _, play = commands()
    done = recorded.run(*play[1:])
    assert (done.returncode, done.stdout) == (0, shown("ok     1 shell"))
    recorded.write("print('oh no'); raise SystemExit(3)\n")
    recorded.commit()
    done = recorded.run(*play[1:])
    assert (done.returncode, done.stdout) == (1, shown("DIFF   1 shell"))
    assert recorded.git("status", "--short") == ""


def shown(start: str) -> str:
    """The block of the page that begins so."""
    place = PAGE.index(f"```\n{start}") + 4
    return PAGE[place : PAGE.index("```", place)]


def test_a_session_is_played_by_the_beginning_of_its_id(recorded: Project) -> None:
    code, report = recorded.replay(recorded.session()[:23])
    assert (code, report["differences"], report["stopped"]) == (0, 0, False)
    assert [step["status"] for step in report["steps"]] == ["same"] * 3
    assert (report["answers"], report["last_message"]) == (4, "Done.")


def test_a_session_goes_on_after_a_difference_if_it_is_told_to(recorded: Project) -> None:
    recorded.write("print('hello')\nprint('more')\n")
    code, report = recorded.replay(recorded.session())
    assert (code, len(report["steps"]), report["stopped"]) == (1, 1, True)
    assert report["steps"][0]["differences"] == [{"what": "output", "before": "hello", "now": "hello\nmore"}]
    code, report = recorded.replay(recorded.session(), "--keep-going")
    assert [step["status"] for step in report["steps"]] == ["different", "same", "different"]
    assert (code, report["stopped"]) == (1, False)


def test_changes_that_are_not_committed_are_played_against_and_stay(recorded: Project) -> None:
    recorded.write("print('mine')\n")
    assert recorded.replay(recorded.session())[0] == 1
    assert recorded.replay(recorded.session(), "--commit", "HEAD")[0] == 0
    assert (recorded.folder / "a.py").read_text() == "print('mine')\n"


def test_two_turns_and_the_folder_by_its_name(project: Project) -> None:
    inside = str(project.folder / "made")
    first = ["exec", "--full-auto", "first"]
    project.record(first, runs("sh", "-c", f"pwd; mkdir {inside}; ls -d {inside}"), says("One"))
    project.record(["exec", "--full-auto", "resume", "--last", "second"], runs("ls"), says("Two"))
    (project.folder / "made").rmdir()
    code, report = project.replay(project.session())
    assert (code, report["turns"], report["last_message"]) == (0, 2, "Two")
    assert not (project.folder / "made").exists()


@pytest.mark.parametrize("is_tape", [True, False])
def test_agents_are_not_asked_and_their_calls_are_skipped(project: Project, is_tape: bool) -> None:
    scout = ["-c", 'agents.scout.description="Looks."']
    ask = calls("agent_scout", {"task": "look"}, "a1")
    work = [runs("echo", "of the scout", call_id="s1"), says("Seen.")]
    project.record(["exec", *scout, "--record", "run.jsonl", "go"], ask, *work, runs("echo", "hi"), says("Done."))
    own = [path for path in project.home.glob("sessions/*/*/*/*.jsonl") if '"subagent"' not in path.read_text()]
    code, report = project.replay("run.jsonl" if is_tape else str(own[0]), *scout)
    assert [(step["title"], step["status"], step["why"]) for step in report["steps"]] == [
        ('{"task": "look"}', "skipped", "agents are not asked"),
        ("echo hi", "same", ""),
    ]
    assert (code, report["last_message"]) == (0, "Done.")


def test_the_note_of_a_compaction_is_no_answer_to_the_user(project: Project) -> None:
    narrow = ["-c", "model_auto_compact_token_limit=1000"]
    look, note = runs("echo", "hi"), says("A note.")
    item = {"type": "function_call", "name": "shell", "arguments": '{"command": ["pwd"]}', "call_id": "c0"}
    full = stream({"type": "response.output_item.done", "item": item}, completed(2000))
    project.record(["exec", *narrow, "--record", "run.jsonl", "go"], full, note, look, says("Done."))
    for words in (narrow, []):  # whether there is still so little room or not
        code, report = project.replay("run.jsonl", *words)
        assert [step["status"] for step in report["steps"]] == ["same", "same"]
        assert (code, report["notes"], report["last_message"]) == (0, [], "Done.")


def test_a_recording_of_the_other_wire_is_played(project: Project) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "shell", "arguments": '{"command": ["echo", "hi"]}'}}
    asked = chat({"tool_calls": [{"index": 0, **call}]}, "tool_calls")
    wire = ["-c", 'model_providers.m.wire_api="chat"']
    project.record(["exec", *wire, "--record", "run.jsonl", "go"], asked, chat({"content": "Done."}, "stop"))
    code, report = project.replay("run.jsonl")
    assert [(step["title"], step["status"]) for step in report["steps"]] == [("echo hi", "same")]
    assert (code, report["last_message"], report["cwd"]) == (0, "Done.", str(project.folder))


def chat(delta: dict[str, Any], finish: str) -> Reply:
    """A whole answer of the chat wire."""
    return stream({"choices": [{"delta": delta}]}, {"choices": [{"delta": {}, "finish_reason": finish}]})


def test_a_fork_may_hand_a_task_to_an_agent(project: Project) -> None:
    scout = '[agents.scout]\ndescription = "Looks."\n'
    project.record(["exec", "-c", 'agents.scout.description="Looks."', "go"], runs("echo", "hi"), says("Done."))
    with Server([calls("agent_scout", {"task": "look"}, "a1"), says("Seen."), says("Otherwise.")]) as server:
        service = f'name = "m"\nbase_url = "{server.url}/v1"\nwire_api = "responses"\n'
        text = f'model_provider = "m"\n[model_providers.m]\n{service}{scout}'
        (project.home / "config.toml").write_text(text)
        code, report = project.replay(project.session(), "--from", "2")
    assert (code, report["last_message"]) == (0, "Otherwise.")


def test_full_access_is_not_played_with_full_access(project: Project, outside: Path) -> None:
    free = ["exec", "--dangerously-bypass-approvals-and-sandbox", "x"]
    project.record(free, runs("touch", str(outside / "made")), says("Done."))
    (outside / "made").unlink()
    code, report = project.replay(project.session())
    assert (code, report["steps"][0]["status"]) == (1, "different")
    assert not (outside / "made").exists()


def test_a_fork_goes_on_with_a_live_model(recorded: Project) -> None:
    session = recorded.session()
    with Server([runs("echo", "live", call_id="c9"), says("Otherwise.")]) as server:
        service = f'name = "m"\nbase_url = "{server.url}/v1"\nwire_api = "responses"\n'
        (recorded.home / "config.toml").write_text(f'model_provider = "m"\n[model_providers.m]\n{service}')
        code, report = recorded.replay(session, "--from", "2")
        asked = json.dumps(server.seen[0].json)
    assert (code, report["last_message"]) == (0, "Otherwise.")
    assert [step["answer"] for step in report["steps"]] == [1]
    assert "hello" in asked
    assert (Path(report["workspace"]) / "a.py").exists()
    assert len(list(recorded.home.glob("sessions/*/*/*/*.jsonl"))) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such"], "'no-such' is "),
        (["empty.jsonl"], "empty session file"),
        (["torn.jsonl"], "torn.jsonl:1: not a recorded attempt"),
        (["old.jsonl"], "recorded by an older version"),
        (["run.jsonl", "--commit", "nope"], "has no commit nope"),
        (["run.jsonl", "-C", "/no/such"], "is not there any more"),
        (["run.jsonl", "--from", "0"], "a number from 1 to 5"),
        (["run.jsonl", "--from", "x"], "a number is needed"),
    ],
)
def test_what_cannot_be_played_is_said_in_a_line(recorded: Project, words: list[str], said: str) -> None:
    (recorded.folder / "empty.jsonl").write_text("")
    (recorded.folder / "torn.jsonl").write_text('{"events": [')
    (recorded.folder / "old.jsonl").write_text('{"events": []}\n')
    done = recorded.run("replay", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("3 passed in 0.12s", "3 passed in 1.5s"),
        ("Sun Nov 29 17:56:49 UTC 2026", "Mon Nov 30 08:00:01 UTC 2026"),
        ("at 2026-11-29T17:56:49.123Z", "at 2026-11-30T08:00:00Z"),
        ("pid 123 began", "pid 45678 began"),
        ("wrote /tmp/tmpab12/x", "wrote /tmp/tmpzz99/x"),
        ("<object at 0x7fcba8aaa150>", "<object at 0x7fcba8aab2f0>"),
        ("listening on 127.0.0.1:34567", "listening on 127.0.0.1:40001"),
        ("took 1m 3s", "took 2m 1.5s"),
        ("id 01a22873-cc92-7891-abef-0566d8ed3609", "id 11a22873-cc92-7891-abef-0566d8ed3600"),
        ("end  \n", "end\n"),
    ],
)
def test_what_differs_by_its_nature_counts_only_if_it_is_to(before: str, now: str) -> None:
    assert comparable(before, (), exact=False) == comparable(now, (), exact=False)
    assert differences(Result(before), Result(now), (), exact=True) or before.rstrip() == now.rstrip()


@pytest.mark.parametrize(("before", "now"), [("3 passed", "4 passed"), ("version 1.2", "version 1.3"), ("a", "b")])
def test_what_means_something_counts(before: str, now: str) -> None:
    assert differences(Result(before), Result(now), (), exact=False)


def test_answers_are_read_in_both_of_their_forms() -> None:
    packed = FunctionCallOutput("c", '{"output":"x\\n","metadata":{"exit_code":3,"duration_seconds":0.1}}')
    plain = FunctionCallOutput("c", "Exit code: 3\nWall time: 0.1 seconds\nOutput:\nx\n")
    assert result_of(packed) == result_of(plain) == Result("x\n", 3)
    assert result_of(FunctionCallOutput("c", "Plan updated")) == Result("Plan updated")
