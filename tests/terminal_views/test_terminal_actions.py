"""What views and commands have done outside: git, saved sessions, reports, versions, the recording."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from octavo.config.load import ConfigSources, load_config
from octavo.frontends.terminal import updates
from octavo.frontends.terminal.actions.backtrack import fork_position
from octavo.frontends.terminal.actions.diff import NO_CHANGE, NO_REPOSITORY, changes
from octavo.frontends.terminal.actions.feedback import feedback_files, send_feedback
from octavo.frontends.terminal.actions.review_targets import last_commits, local_branches
from octavo.frontends.terminal.effects.shows import SendFeedback
from octavo.frontends.terminal.recording import open_recording
from octavo.git.run import GitError
from octavo.http.client import HttpClient
from octavo.protocol.events import Event, TaskStarted
from octavo.protocol.ops import Interrupt


def git(folder: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *args]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "a.txt").write_text("one\n")
    (folder / ".gitignore").write_text("*.log\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


# --- diff ---


async def test_the_diff_has_changed_and_new_files_in_gits_colours(repository: Path) -> None:
    (repository / "a.txt").write_text("ONE\n")
    (repository / "new file.txt").write_text("fresh\n")
    (repository / "kept.log").write_text("x\n")
    text = await changes(str(repository))
    assert "\x1b[31m-one\x1b[m" in text
    assert "+\x1b[m\x1b[32mfresh" in text
    assert "new file.txt" in text
    assert "kept.log" not in text


async def test_no_repository_and_no_change_are_said(tmp_path: Path, repository: Path) -> None:
    assert await changes(str(tmp_path)) == NO_REPOSITORY
    assert await changes(str(repository)) == NO_CHANGE


async def test_programs_that_the_repository_names_do_not_run(repository: Path) -> None:
    git(repository, "config", "diff.external", "touch external-ran")
    git(repository, "config", "diff.evil.textconv", "touch textconv-ran; cat")
    (repository / ".gitattributes").write_text("*.txt diff=evil\n")
    (repository / "a.txt").write_text("ONE\n")
    assert "ONE" in await changes(str(repository))
    assert not (repository / "external-ran").exists()
    assert not (repository / "textconv-ran").exists()


# --- review ---


async def test_branches_with_the_usual_base_first(repository: Path) -> None:
    git(repository, "branch", "feature")
    git(repository, "branch", "alpha")
    assert await local_branches(str(repository)) == ("main", ["main", "alpha", "feature"])
    git(repository, "checkout", "-q", "--detach")
    assert (await local_branches(str(repository)))[0] is None


async def test_commits_with_the_newest_first(repository: Path, tmp_path: Path) -> None:
    git(repository, "commit", "-qm", "second | step", "--allow-empty")
    commits = await last_commits(str(repository))
    assert [commit.subject for commit in commits] == ["second | step", "first"]
    assert commits[0].sha == git(repository, "rev-parse", "HEAD")
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-q")
    assert await last_commits(str(empty)) == []
    with pytest.raises(GitError, match="not in a git repository"):
        await last_commits(str(tmp_path))
    with pytest.raises(GitError, match="not in a git repository"):
        await local_branches(str(tmp_path))


# --- saved sessions ---


def said(text: str) -> list[dict[str, object]]:
    content = [{"type": "input_text", "text": text}]
    return [
        {"type": "response_item", "payload": {"type": "message", "role": "user", "content": content}},
        {"type": "event_msg", "payload": {"type": "user_message", "message": text, "kind": "plain"}},
    ]


def saved(home: Path, number: int, *texts: str, source: str = "cli", provider: str = "mine") -> Path:
    folder = home / "sessions" / "2025" / "09" / f"{number:02}"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"00000000-0000-4000-8000-0000000000{number:02}"
    stamp = f"2025-09-{number:02}T10:00:00.000Z"
    meta = {
        "id": name, "timestamp": stamp, "cwd": "/w", "originator": "codex_cli_rs", "cli_version": "0.1.0",
        "instructions": None, "source": source, "model_provider": provider,
    }  # fmt: skip
    lines: list[dict[str, object]] = [{"type": "session_meta", "payload": meta}]
    lines += [line for text in texts for line in said(text)]
    path = folder / f"rollout-2025-09-{number:02}T10-00-00-{name}.jsonl"
    path.write_text("".join(json.dumps({"timestamp": stamp, **line}) + "\n" for line in lines))
    return path


def test_where_to_cut_for_an_earlier_message(tmp_path: Path) -> None:
    path = str(saved(tmp_path, 1, "one", "two", "one", "three"))
    shown = ("one", "two", "one", "three")
    assert [fork_position(path, shown, place) for place in range(4)] == [0, 1, 2, 3]


def test_messages_that_were_never_shown_do_not_shift_the_place(tmp_path: Path) -> None:
    report = "<user_action>\n  <context>…</context>\n  <action>review</action>\n</user_action>\n"
    path = str(saved(tmp_path, 1, "one", report, "two", report, "three"))
    shown = ("one", "two", "three")
    assert [fork_position(path, shown, place) for place in range(3)] == [0, 2, 4]
    assert fork_position(path, ("zero", "one"), 0) is None


# --- feedback ---


def test_the_files_of_a_report_are_named_only_where_reports_go_somewhere(tmp_path: Path) -> None:
    path = saved(tmp_path, 1, "one")
    environ = {"OCTAVO_FEEDBACK_DSN": "http://key@127.0.0.1:9/1"}
    assert feedback_files({}, str(path)) is None
    assert feedback_files(environ, str(path)) == ("codex-logs.log", path.name)
    assert feedback_files(environ, str(tmp_path / "missing")) == ("codex-logs.log",)


async def test_without_a_receiver_nothing_is_sent(tmp_path: Path) -> None:
    http = HttpClient(None, {})
    text = await send_feedback(http, {}, SendFeedback("bug", "note"), "id", str(tmp_path / "log"), "")
    assert "nowhere" in text
    await http.aclose()


# --- versions ---


def known(home: Path, **values: object) -> None:
    facts = {"latest_version": "9.0.0", "last_checked_at": "2025-01-01T00:00:00Z", "dismissed_version": None}
    (home / "version.json").write_text(json.dumps(facts | values) + "\n")


CHANNEL = {"OCTAVO_RELEASES_URL": "http://127.0.0.1:9/latest"}


@pytest.mark.parametrize(
    ("latest", "present", "newer"),
    [
        ("0.54.0", "0.53.0", True),
        ("0.53.0", "0.53.0", False),
        ("0.9.0", "0.10.0", False),
        (" 1.0.0\n", "0.10.0", True),
        ("0.11.0-beta.1", "0.10.0", False),
        ("1.0", "0.10.0", False),
        ("-1.0.0", "0.10.0", False),
    ],
)
def test_versions_are_compared_as_three_numbers(latest: str, present: str, newer: bool) -> None:
    assert updates.is_newer(latest, present) is newer


def test_a_newer_version_is_known_from_an_earlier_start(tmp_path: Path) -> None:
    assert updates.known_update(str(tmp_path), CHANNEL, "1.0.0") is None
    known(tmp_path)
    update = updates.known_update(str(tmp_path), {**CHANNEL, "OCTAVO_UPDATE_COMMAND": "tool upgrade 'octavo'"}, "1.0.0")
    assert update == updates.Update("9.0.0", ("tool", "upgrade", "octavo"), False)
    assert updates.known_update(str(tmp_path), CHANNEL, "9.0.0") is None
    assert updates.known_update(str(tmp_path), {}, "1.0.0") is None, "no channel of ours, no news"
    (tmp_path / "version.json").write_text("{")
    assert updates.known_update(str(tmp_path), CHANNEL, "1.0.0") is None


def test_a_dismissed_version_is_remembered_and_the_file_keeps_its_format(tmp_path: Path) -> None:
    known(tmp_path)
    updates.dismiss(str(tmp_path), "9.0.0")
    update = updates.known_update(str(tmp_path), CHANNEL, "1.0.0")
    assert update is not None
    assert update.is_dismissed
    text = (tmp_path / "version.json").read_text()
    assert text.endswith("}\n")
    assert list(json.loads(text)) == ["latest_version", "last_checked_at", "dismissed_version"]


def test_what_is_known_is_stale_after_twenty_hours(tmp_path: Path) -> None:
    assert updates.is_stale(str(tmp_path), 0.0)
    known(tmp_path, last_checked_at="1970-01-02T00:00:00Z")
    assert not updates.is_stale(str(tmp_path), 86_400 + 20 * 3600.0)
    assert updates.is_stale(str(tmp_path), 86_400 + 20 * 3600.0 + 1)
    known(tmp_path, last_checked_at="never")
    assert updates.is_stale(str(tmp_path), 0.0)


async def test_a_build_without_a_channel_asks_nobody_and_failures_are_silent(tmp_path: Path) -> None:
    await updates.refresh(str(tmp_path), {}, 0.0)
    await updates.refresh(str(tmp_path), CHANNEL, 0.0)
    assert not (tmp_path / "version.json").exists()


# --- recording ---


def test_the_recording_is_off_unless_asked_for(tmp_path: Path) -> None:
    config = load_config(ConfigSources(str(tmp_path), str(tmp_path), {}))
    assert open_recording(config, {}) is None
    assert open_recording(config, {"CODEX_TUI_RECORD_SESSION": "no"}) is None


def test_the_recording_holds_what_went_through(tmp_path: Path) -> None:
    config = load_config(ConfigSources(str(tmp_path), str(tmp_path), {}))
    path = tmp_path / "deep" / "record.jsonl"
    environ = {"CODEX_TUI_RECORD_SESSION": "1", "CODEX_TUI_SESSION_LOG_PATH": str(path)}
    recording = open_recording(config, environ, lambda: 0.25)
    assert recording is not None
    recording.event(Event("1", TaskStarted(1000)))
    recording.op(Interrupt())
    recording.note("insert_history_cell", lines=3)
    recording.close()
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(record["dir"], record["kind"]) for record in records] == [
        ("meta", "session_start"),
        ("to_tui", "codex_event"),
        ("from_tui", "op"),
        ("to_tui", "insert_history_cell"),
        ("meta", "session_end"),
    ]
    assert records[0]["ts"] == "1970-01-01T00:00:00.250Z"
    assert records[0]["cwd"] == str(tmp_path)
    assert records[1]["payload"]["msg"]["type"] == "task_started"
    assert records[2]["payload"] == {"type": "interrupt"}
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_the_recording_has_a_place_of_its_own(tmp_path: Path) -> None:
    config = load_config(ConfigSources(str(tmp_path), str(tmp_path), {}))
    recording = open_recording(config, {"CODEX_TUI_RECORD_SESSION": "yes"}, lambda: 0.0)
    assert recording is not None
    recording.close()
    assert (tmp_path / "log" / "session-19700101T000000Z.jsonl").exists()
