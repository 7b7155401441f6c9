"""`octavo batch`: many tasks from one list. The page's example runs here."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from octavo.frontends.batch.progress import Progress
from octavo.frontends.batch.results import Result
from octavo.frontends.batch.trees import Tree, changes_in
from octavo.git.run import GitResult, run_git
from octavo.protocol.usage import TokenUsage

PAGE = (Path(__file__).parents[2] / "docs" / "batch.md").read_text()
OCTAVO = (sys.executable, "-m", "octavo")


class Place:
    """A repository, a home, recorded runs, and ways to run the program."""

    def __init__(self, root: Path) -> None:
        self.root, self.home = root, root / "home"
        self.home.mkdir()
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(root), "CODEX_HOME": str(self.home)}
        self.project = self.repository("project")
        self.tape("touch", "touch", "made")
        self.tape("fail", "no", error={"kind": "final", "message": "no such model"})
        self.tape("flaky", "no", error={"kind": "stream", "message": "cut"})

    def repository(self, name: str) -> Path:
        folder = self.root / name
        (folder / "inner").mkdir(parents=True)
        (folder / "a.txt").write_text("one\n")
        (folder / "inner" / "b.txt").write_text("two\n")
        self.git(folder, "init", "-q")
        self.git(folder, "add", "-A")
        self.git(folder, "commit", "-qm", "x")
        return folder

    def git(self, folder: Path, *words: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@x", *words]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout

    def tape(self, name: str, *command: str, error: Any = None) -> None:
        """A recorded run of one call, or one that fails."""
        call = {"type": "function_call", "name": "shell", "arguments": json.dumps({"command": command}), "call_id": "c"}
        said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]}
        end = {"type": "response.completed", "response": {"id": "r", "usage": {"input_tokens": 3, "output_tokens": 2}}}
        lines = [{"events": [{"type": "response.output_item.done", "item": item}, end]} for item in (call, said)]
        if error is not None:
            lines = [{"events": [], "error": error}] * 6
        (self.root / f"{name}.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    def tasks(self, *tasks: Any) -> None:
        lines = [task if isinstance(task, str) else json.dumps(task) for task in tasks]
        (self.root / "tasks.jsonl").write_text("".join(f"{line}\n" for line in lines))

    def command(self, *words: str) -> list[str]:
        return [*OCTAVO, "batch", "tasks.jsonl", *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=self.root,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def results(self, name: str = "tasks.results.jsonl") -> dict[str, Any]:
        lines = [json.loads(line) for line in (self.root / name).read_text().splitlines()]
        assert len({line["id"] for line in lines}) == len(lines)
        return {line["id"]: line for line in lines}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def task(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "prompt": f"do {name}", "folder": "project", "replay": "touch.jsonl", **more}


def test_each_task_works_in_a_tree_of_its_own(place: Place) -> None:
    place.tape("count", "sh", "-c", "ls | wc -l; touch made")
    place.tasks(*(task(str(number), replay="count.jsonl") for number in range(6)))
    done = place.run("--jobs", "3")
    assert (done.returncode, done.stdout) == (0, "")
    assert "6 completed, 0 failed" in done.stderr
    results = place.results()
    assert {one["status"] for one in results.values()} == {"completed"}
    for one in results.values():
        assert one["diff"].startswith("diff --git a/made b/made\nnew file mode 100644")
        assert (one["final_message"], one["usage"]["input_tokens"], one["attempts"]) == ("Done.", 6, 1)
        assert one["commit"] == place.git(place.project, "rev-parse", "HEAD").strip()
    assert len({one["session_id"] for one in results.values()}) == 6
    assert place.git(place.project, "status", "--short") == ""
    assert place.git(place.project, "worktree", "list").count("\n") == 1
    assert list((place.root / ".cache/octavo/batch").iterdir()) == []


async def test_changes_are_told_although_git_tripped_over_another_tree(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[str] = []

    async def trips_first(words: Sequence[str], *more: Any, **others: Any) -> GitResult:
        commands.append(words[0])
        if commands.count(words[0]) == 1:
            return GitResult(128, b"", b"fatal: could not open the worktree")
        return await run_git(words, *more, **others)

    monkeypatch.setattr("octavo.frontends.batch.trees.run_git", trips_first)
    (place.project / "made").touch()
    project, head = str(place.project), place.git(place.project, "rev-parse", "HEAD").strip()
    told = await changes_in(Tree(project, project, f"{project}/.git", head, head, {}))
    assert told is not None
    assert told.startswith("diff --git a/made b/made")


def test_what_has_a_result_is_not_run_again(place: Place) -> None:
    place.tasks(task("a"))
    assert place.run().returncode == 0
    first = place.results()["a"]
    place.tasks(task("a"), task("b"))
    done = place.run()
    assert "1 completed, 0 failed, 1 were done before" in done.stderr
    assert place.results()["a"] == first


def test_a_batch_that_is_killed_loses_nothing_and_runs_nothing_twice(place: Place) -> None:
    place.tape("slow", "sh", "-c", f"touch {place.root}/began-$$; exec sleep 100")
    place.tape("counted", "sh", "-c", "echo ran")
    free = {"sandbox": "danger-full-access"}
    place.tasks(*(task(f"a{n}", replay="counted.jsonl") for n in range(4)), task("slow", replay="slow.jsonl", **free))
    running = subprocess.Popen(place.command("-j", "2"), cwd=place.root, env=place.environ, stderr=subprocess.DEVNULL)
    seen = threading.Event()
    while len(list(place.root.glob("began-*"))) < 1 or len(results_so_far(place)) < 4:
        assert running.poll() is None
        seen.wait(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    (place.root / "tasks.results.jsonl").open("a").write('{"id":"torn')
    before = results_so_far(place)
    place.tape("slow", "true")
    assert place.run().returncode == 0
    after = place.results()
    assert set(after) == {"a0", "a1", "a2", "a3", "slow"}
    assert {name: after[name] for name in before} == before
    assert place.git(place.project, "worktree", "list").count("\n") == 1
    assert list((place.root / ".cache/octavo/batch").iterdir()) == []


def results_so_far(place: Place) -> dict[str, Any]:
    path = place.root / "tasks.results.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    whole = [json.loads(line) for line in lines if line.endswith("}")]
    return {one["id"]: one for one in whole}


def test_an_interrupt_ends_it_with_its_commands(place: Place) -> None:
    place.tape(
        "slow", "sh", "-c", f"echo $$ > {place.root}/pid.new; mv {place.root}/pid.new {place.root}/pid; exec sleep 100"
    )
    place.tasks(task("slow", replay="slow.jsonl", sandbox="danger-full-access"))
    running = subprocess.Popen(place.command(), cwd=place.root, env=place.environ, stderr=subprocess.PIPE, text=True)
    seen = threading.Event()
    while not (place.root / "pid").exists():
        assert running.poll() is None
        seen.wait(0.02)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert "goes on with what is left" in said
    assert running.returncode == -signal.SIGINT
    with pytest.raises(ProcessLookupError):
        os.kill(int((place.root / "pid").read_text()), 0)


def test_failures_are_retried_by_the_rule(place: Place) -> None:
    place.tasks(
        task("good"),
        task("bad", replay="fail.jsonl"),
        task("cut", replay="flaky.jsonl", retries=1),
        task("no", folder="x"),
    )
    service = 'name = "m"\nbase_url = "http://127.0.0.1:9"\nstream_max_retries = 0\n'
    (place.home / "config.toml").write_text(f'model_provider = "m"\n[model_providers.m]\n{service}')
    done = place.run()
    assert done.returncode == 1
    results = place.results()
    assert (results["bad"]["status"], results["bad"]["attempts"], results["bad"]["error"]) == (
        "failed",
        1,
        "no such model",
    )
    assert (results["cut"]["attempts"], results["cut"]["error_kind"]) == (
        2,
        {"responseStreamDisconnected": {"httpStatusCode": None}},
    )
    assert "there is no folder" in results["no"]["error"]
    place.tape("fail", "true")
    done = place.run("--again")
    lines = (place.root / "tasks.results.jsonl").read_text().splitlines()
    assert [json.loads(line)["status"] for line in lines if json.loads(line)["id"] == "bad"] == ["failed", "completed"]


def test_a_commit_a_folder_inside_and_one_without_git(place: Place) -> None:
    first = place.git(place.project, "rev-parse", "HEAD").strip()
    (place.project / "a.txt").write_text("changed\n")
    place.git(place.project, "commit", "-qam", "y")
    plain = place.root / "plain"
    plain.mkdir()
    (plain / "p.txt").write_text("p\n")
    place.tape("look", "sh", "-c", "cat a.txt b.txt p.txt 2> /dev/null; echo more >> p.txt; pwd")
    place.tasks(
        task("old", commit=first, replay="look.jsonl"),
        task("inside", folder="project/inner", replay="look.jsonl"),
        task("plain", folder="plain", replay="look.jsonl"),
        task("url", folder=None, repository=f"file://{place.project}", commit="HEAD~1", replay="touch.jsonl"),
        task("none", commit="nope"),
    )
    place.run()
    results = place.results()
    assert (results["old"]["commit"], results["url"]["commit"]) == (first, first)
    assert "b/inner/p.txt" in results["inside"]["diff"]
    assert results["plain"]["diff"].endswith("@@ -1 +1,2 @@\n p\n+more\n")
    assert (plain / "p.txt").read_text() == "p\n"
    assert results["url"]["diff"].startswith("diff --git a/made")
    assert "has no commit nope" in results["none"]["error"]


def test_settings_and_limits_of_a_task(place: Place) -> None:
    place.tasks(
        task("limited", limits={"max_turns": 1}),
        task("read", sandbox="read-only"),
        task("model", model="gpt-5", config={"model_reasoning_effort": "low"}),
    )
    assert place.run().returncode == 1
    results = place.results()
    assert "max_turns is 1" in results["limited"]["error"]
    assert results["read"]["diff"] == ""
    (saved,) = [
        path for path in place.home.glob("sessions/*/*/*/*.jsonl") if results["model"]["session_id"] in path.name
    ]
    assert '"model":"gpt-5"' in saved.read_text()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "holds no task"),
        (["{"], "tasks.jsonl:1"),
        ([{"prompt": ""}], "the prompt is empty"),
        ([{"prompt": "x", "colour": 1}], "tasks.jsonl:1: Object contains unknown field `colour`"),
        ([{"prompt": "x", "id": "a"}, {"prompt": "y", "id": "a"}], "tasks 1 and 2 have the same id, 'a'"),
        ([{"prompt": "x", "folder": "a", "repository": "b"}], "a folder or a repository, not both"),
        ([{"prompt": "x", "limits": {"max_fun": 1}}], "unknown limit 'max_fun'"),
        ([{"prompt": "x", "limits": {"max_turns": -1}}], "`-1` for `max_turns`, expected a number above 0"),
        ([{"prompt": "x", "limits": {"max_turns": True}}], "max_turns"),
        ([{"prompt": "x", "config": {"time_limit": "soon"}}], "`soon` for `time_limit`"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused_in_a_line(place: Place, lines: list[Any], said: str) -> None:
    place.tasks(*lines)
    done = place.run()
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_results_of_something_else_and_of_another_batch_are_left_alone(place: Place) -> None:
    place.tasks(task("a"))
    for notes in ("my notes\n", "my notes", '{"id":"a","prompt":"a task"}\n'):
        (place.root / "notes.txt").write_text(notes)
        done = place.run("-o", "notes.txt")
        assert done.returncode == 2
        assert "no result" in done.stderr
        assert (place.root / "notes.txt").read_text() == notes
    import fcntl

    with (place.root / "tasks.results.jsonl").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "another batch writes to" in place.run().stderr


def test_a_task_that_cannot_begin_says_nothing_of_the_next_in_the_same_folder(place: Place) -> None:
    (place.root / "plain").mkdir()
    place.tasks(task("a", folder="plain", commit="main"), task("b", folder="plain"))
    assert place.run("-j", "1").returncode == 1
    assert {name: one["status"] for name, one in place.results().items()} == {"a": "failed", "b": "completed"}


def test_a_service_that_cannot_be_reached_is_tried_again(place: Place) -> None:
    unreachable = 'model_provider = "x"\n[model_providers.x]\nname = "x"\nbase_url = "http://127.0.0.1:9/v1"\n'
    (place.home / "config.toml").write_text(unreachable + "request_max_retries = 0\nstream_max_retries = 0\n")
    place.tasks({"id": "a", "prompt": "x", "folder": "project"})
    assert place.run("--retries", "1").returncode == 1
    assert place.results()["a"]["attempts"] == 2


def test_the_example_of_the_page(place: Place) -> None:
    block = PAGE.split("```jsonl\n")[1].partition("```")[0]
    (place.root / "tasks.jsonl").write_text(block.replace('"prompt"', '"replay": "touch.jsonl", "prompt"'))
    (command,) = [shlex.split(line) for line in PAGE.split("```sh\n")[1].splitlines()[:1]]
    done = subprocess.run(
        [*OCTAVO, *command[1:]],
        cwd=place.root,
        env=place.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert {one["status"] for one in place.results().values()} == {"completed"}


def test_the_row_of_progress() -> None:
    now = [0.0]
    progress = Progress(4, clock=lambda: now[0])
    progress.began()
    progress.began()
    now[0] = 30.0
    progress.ended(Result("a", "failed", 1, usage=TokenUsage(total_tokens=1500)))
    assert progress.row() == "██████░░░░░░░░░░░░░░░░░░ 1/4, 1 failed, 1 running, 1,500 tokens, 0:30, 1:30 left"
