"""Whole runs of `exec`: what is sent, what is printed, what is kept, and the exit code."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from exec_model_server import answer, fails, runs, says
from exec_place import Place

HI = answer(says("Hi"))


def test_the_smallest_run(place: Place) -> None:
    place.model(answer(says("Hi"), tokens=(42, 12, 5)))
    result = place.exec("--json", "hi")
    assert (result.code, result.err) == (0, "")
    assert result.types == ["thread.started", "turn.started", "item.completed", "turn.completed"]
    assert result.events[2]["item"] == {"id": "item_0", "type": "agent_message", "text": "Hi"}
    assert result.events[3]["usage"] == {"input_tokens": 42, "cached_input_tokens": 12, "output_tokens": 5}


def test_people_get_the_message_on_stdout_and_the_rest_on_stderr(place: Place) -> None:
    place.model(answer(says("a\nb\n"), tokens=(1300, 100, 34)))
    result = place.exec("hi")
    assert result.out == b"a\nb\n"
    assert result.err.endswith("\nuser\nhi\ncodex\na\nb\n\ntokens used\n1,234\n")


def test_usage_adds_up_over_all_requests(place: Place) -> None:
    use = (10, 4, 1)
    place.model(answer(runs("true"), tokens=use), answer(runs("true", "c2"), tokens=use), answer(says("x"), tokens=use))
    assert place.exec("--json", "hi").events[-1]["usage"] == {
        "input_tokens": 30,
        "cached_input_tokens": 12,
        "output_tokens": 3,
    }


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_text_is_utf_8_in_any_locale(place: Place, locale: str) -> None:
    place.model(answer(says("é ✓")), answer(says("é ✓")))
    env = {"LC_ALL": locale, "PYTHONUTF8": "0"}
    assert place.exec("hé", env=env).out == "é ✓\n".encode()
    assert "é ✓" in place.exec("--json", "hé", env=env).out.decode()


def test_no_message_is_no_output_but_an_error(place: Place) -> None:
    place.model(answer(), answer())
    result = place.exec("hi")
    assert (result.code, result.out) == (1, b"")
    assert "the answer holds neither text nor a call" in result.err


def test_the_last_message_goes_to_a_file_exactly(place: Place) -> None:
    place.model(answer(says("All done.")))
    assert place.exec("-o", "f", "hi").out == b"All done.\n"
    assert (place.workspace / "f").read_bytes() == b"All done."


def test_without_a_message_the_file_is_emptied_with_a_warning(place: Place) -> None:
    (place.workspace / "f").write_text("old")
    place.model(400)
    result = place.exec("--json", "-o", "f", "hi")
    assert result.code == 1
    assert result.err == "Warning: no last agent message; wrote empty content to f\n"
    assert (place.workspace / "f").read_bytes() == b""


def test_a_file_that_cannot_be_written_changes_nothing_else(place: Place) -> None:
    place.model(answer(runs("mkdir folder")), HI)
    result = place.exec("--json", "-s", "workspace-write", "-o", "folder", "hi")
    assert result.code == 0
    assert result.err == 'Failed to write last message file "folder": Is a directory (os error 21)\n'


def test_the_last_message_follows_no_link_that_commands_may_have_put(place: Place, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    for link in (place.workspace / "planted", place.workspace / "folder"):
        link.symlink_to(precious if link.name == "planted" else tmp_path)
    swap = answer(runs(f"rm -f f; ln -s {precious} f"))
    place.model(*[swap, answer(says("evil"))] * 3)
    for name in ("planted", "folder/precious", "f"):
        result = place.exec("--json", "-s", "workspace-write", "-o", name, "hi")
        assert (result.code, precious.read_text()) == (0, "mine")
        assert result.err.startswith(f'Failed to write last message file "{name}": ')


def test_the_last_message_follows_a_link_of_the_users_elsewhere(place: Place) -> None:
    mine = place.home / "mine"
    mine.write_text("old")
    (place.home / "link").symlink_to(mine)
    place.model(answer(says("new")), answer(says("new")))
    assert place.exec("--json", "-o", str(place.home / "link"), "hi").code == 0
    assert mine.read_text() == "new"
    assert b"new" in place.exec("--json", "-o", "/dev/stdout", "hi").out


def test_a_retry_that_works_is_no_failure(place: Place) -> None:
    place.model([], HI)
    result = place.exec("--json", "hi")
    assert result.code == 0
    assert [event["message"] for event in result.events if event["type"] == "error"] == ["Reconnecting... 1/1"]
    assert result.types[-1] == "turn.completed"


def test_retries_that_are_used_up_fail_the_turn(place: Place) -> None:
    model = place.model([], [])
    result = place.exec("--json", "hi")
    assert result.code == 1
    assert result.types == ["thread.started", "turn.started", "error", "error", "turn.failed"]
    assert result.events[3]["message"] == result.events[4]["error"]["message"]
    assert result.events[3]["message"].startswith("stream disconnected before completion:")
    assert len(model.requests) == 2


def test_a_full_window_is_not_retried(place: Place) -> None:
    model = place.model(fails("context_length_exceeded"))
    result = place.exec("--json", "hi")
    assert (result.code, len(model.requests)) == (1, 1)
    assert result.types == ["thread.started", "turn.started", "error", "turn.failed"]


def test_a_failing_command_does_not_fail_the_run(place: Place) -> None:
    place.model(answer(runs("exit 3")), HI)
    result = place.exec("--json", "hi")
    assert result.code == 0
    assert [event["item"]["exit_code"] for event in result.events if "command" in event.get("item", {})] == [None, 3]


def test_long_output_is_one_line(place: Place) -> None:
    place.model(answer(runs("head -c 200000 /dev/zero | tr '\\0' x")), HI)
    (item,) = [
        event["item"] for event in place.exec("--json", "hi").events if event.get("item", {}).get("exit_code") == 0
    ]
    assert item["aggregated_output"] == "x" * 200_000


@pytest.mark.parametrize(
    ("words", "sandbox"),
    [
        ([], "read-only"),
        (["--full-auto", "-s", "read-only"], "workspace-write [workdir, /tmp, $TMPDIR]"),
        (["--yolo", "-s", "read-only"], "danger-full-access"),
        (["--full-auto", "--add-dir", "extra"], "workspace-write [workdir, /tmp, $TMPDIR, {workspace}/extra]"),
        (
            ["--full-auto", "-c", "sandbox_workspace_write.network_access=true"],
            "workspace-write [workdir, /tmp, $TMPDIR] (network access enabled)",
        ),
    ],
)
def test_flags_decide_what_may_be_touched(place: Place, words: list[str], sandbox: str) -> None:
    place.model(HI)
    assert f"\nsandbox: {sandbox.format(workspace=place.workspace)}\n" in place.exec(*words, "hi").err


def test_an_added_folder_in_read_only_mode_gets_a_remark(place: Place) -> None:
    place.model(HI)
    result = place.exec("--json", "--add-dir", "x", "hi")
    assert (result.code, len(result.err.splitlines())) == (0, 1)
    assert "--add-dir" in result.err


@pytest.mark.parametrize("words", [["-c", 'approval_policy="untrusted"'], ["-p", "asks"]])
def test_nothing_makes_exec_ask(place: Place, words: list[str]) -> None:
    place.model(HI, more='[profiles.asks]\napproval_policy = "on-request"')
    assert "\napproval: never\n" in place.exec(*words, "hi").err


def test_options_of_the_terminal_before_exec_count_for_nothing(place: Place) -> None:
    model = place.model(HI)
    result = place.octavo("-m", "other", "-s", "danger-full-access", "exec", "--skip-git-repo-check", "hi")
    assert "\nsandbox: read-only\n" in result.err
    assert model.requests[0]["model"] == "gpt-5-codex"


def test_overrides_of_all_levels_count_and_the_inner_one_wins(place: Place) -> None:
    model = place.model(HI, HI)
    skip = "--skip-git-repo-check"
    place.octavo("-c", "model=a", "exec", skip, "-c", "model_reasoning_effort=low", "-c", "model=gpt-5", "hi")
    assert (model.requests[0]["model"], model.requests[0]["reasoning"]["effort"]) == ("gpt-5", "low")
    place.octavo(
        "exec", skip, "-c", "model=a", "-c", "model_reasoning_effort=low", "resume", "--last", "-c", "model=gpt-5", "x"
    )
    assert (model.requests[1]["model"], model.requests[1]["reasoning"]["effort"]) == ("gpt-5", "low")


def test_pictures_stand_before_the_prompt(place: Place) -> None:
    model = place.model(HI)
    picture = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    )
    (place.workspace / "a.png").write_bytes(picture)
    place.exec("-i", "a.png,none.png", "--", "hi")
    first, second, third = model.requests[0]["input"][-1]["content"]
    assert first["image_url"] == "data:image/png;base64," + base64.b64encode(picture).decode()
    assert second["type"] == "input_text"
    assert "none.png" in second["text"]
    assert third["text"] == "hi"


def test_a_key_from_the_environment_beats_the_stored_one(place: Place) -> None:
    model = place.model(HI, HI, HI)
    (place.home / "auth.json").write_text('{"OPENAI_API_KEY": "stored"}')
    base = {"OPENAI_BASE_URL": model.url}
    for key in ("k", "  "):
        place.exec("-c", "model_provider=openai", "hi", env={**base, "CODEX_API_KEY": key})
    (place.home / "auth.json").unlink()
    place.exec("-c", "model_provider=openai", "hi", env={**base, "OPENAI_API_KEY": "ignored"})
    assert [headers.get("authorization") for headers in model.headers] == ["Bearer k", "Bearer stored", None]


def test_the_originator_is_our_own_unless_the_environment_names_one(place: Place) -> None:
    model = place.model(HI, HI)
    place.exec("hi")
    place.exec("hi", env={"CODEX_INTERNAL_ORIGINATOR_OVERRIDE": "z"})
    assert [headers["originator"] for headers in model.headers] == ["codex_exec", "z"]
    assert model.headers[1]["user-agent"].startswith("z/")
    meta = json.loads(place.rollouts()[1].read_text().splitlines()[0])["payload"]
    assert (meta["originator"], meta["source"]) == ("z", "exec")


def test_variables_of_the_env_file_reach_commands(place: Place) -> None:
    model = place.model(answer(runs("echo $FOO-$CODEX_X")), HI)
    (place.home / ".env").write_text("FOO=bar\nCODEX_X=no\n")
    place.exec("--json", "hi", env={"FOO": "orig"})
    assert "bar-\n" in model.requests[1]["input"][-1]["output"]


def test_commands_can_call_apply_patch(place: Place) -> None:
    patch = "*** Begin Patch\n*** Add File: {}.txt\n+hi\n*** End Patch"
    script = f"applypatch '{patch.format('one')}'; printf '%s' '{patch.format('two')}' | cat | \"$(which apply_patch)\""
    # A login shell would set a PATH of its own.
    place.model(answer(runs(script, shell=("bash", "-c"))), HI)
    assert place.exec("--full-auto", "hi").code == 0
    assert (place.workspace / "one.txt").read_text() == "hi\n"
    assert (place.workspace / "two.txt").read_text() == "hi\n"
    assert not (place.home / "tmp").exists()


def test_a_home_without_room_for_links_gets_a_warning(place: Place) -> None:
    place.model(HI)
    (place.home / "tmp").write_text("in the way")
    result = place.exec("--json", "hi")
    assert result.code == 0
    assert result.err.startswith("WARNING: proceeding, even though we could not update PATH: ")


def test_colours_can_be_forced(place: Place) -> None:
    place.model(HI, HI)
    assert "\x1b[36muser\x1b[0m" in place.exec("--color", "always", "hi").err
    assert "\x1b" not in place.exec("hi").err


def test_log_lines_stay_off_stdout_and_show_no_key(place: Place) -> None:
    place.model(HI)
    result = place.exec("--json", "hi", env={"RUST_LOG": "debug", "CODEX_API_KEY": "sk-secret"})
    assert result.types[-1] == "turn.completed"
    assert "status=200" in result.err
    assert "sk-secret" not in result.err


def test_stdout_ends_although_a_command_left_something_behind(place: Place) -> None:
    place.model(answer(runs("sleep 60 >/dev/null 2>&1 & echo started")), HI)
    with place.start("exec", "--skip-git-repo-check", "--json", "hi") as process:
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert b"turn.completed" in out


def test_a_recorded_run_can_be_played_without_the_model(place: Place) -> None:
    model = place.model(answer(runs("echo played")), answer(says("Done"), tokens=(5, 0, 1)))
    first = place.exec("--json", "--record", "tape.jsonl", "hi")
    again = place.exec("--json", "--replay", "tape.jsonl", "-c", "model_provider=openai", "hi")
    assert len(model.requests) == 2
    assert first.code == again.code == 0
    assert first.events[1:] == again.events[1:]
    assert stat.S_IMODE(os.stat(place.workspace / "tape.jsonl").st_mode) == 0o600


def test_a_tape_that_is_not_there_is_one_line(place: Place) -> None:
    result = place.exec("--json", "--replay", "none.jsonl", "hi")
    assert (result.code, result.out) == (1, b"")
    assert len(result.err.splitlines()) == 1


def test_many_deltas_change_nothing(place: Place) -> None:
    delta = {"type": "response.output_text.delta", "delta": "x"}
    added = {"type": "response.output_item.added", "item": {**says(""), "content": []}}
    created, *rest = HI
    place.model([created, added, *[delta] * 2000, *rest])
    assert place.exec("--json", "hi").types == ["thread.started", "turn.started", "item.completed", "turn.completed"]


def test_a_reader_that_leaves_ends_the_run_quietly(place: Place) -> None:
    place.model(answer(runs("echo x")), HI)
    process = place.start("exec", "--skip-git-repo-check", "--json", "hi")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    assert process.wait(timeout=30) == 1
    assert err == b""


def test_the_program_works_from_a_bare_environment(place: Place) -> None:
    place.model(HI)
    env = {"CODEX_HOME": str(place.home)}
    words = [sys.executable, "-m", "octavo", "exec", "--skip-git-repo-check", "hi"]
    result = subprocess.run(
        words, env=env, cwd=place.workspace, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, b"Hi\n")


@pytest.mark.parametrize("content", [b"<html>Not Found</html>", b"", b"<svg/>"])
def test_a_picture_by_name_alone_is_a_text_for_the_model(place: Place, content: bytes) -> None:
    model = place.model(answer(says("ok")))
    (place.workspace / "a.png").write_bytes(content)
    assert place.exec("-i", "a.png", "--", "hi").code == 0
    words, prompt = model.input_texts()[-2:]
    assert (words.startswith("The local image at `"), prompt) == (True, "hi")
    assert not any(part["type"] == "input_image" for part in model.requests[0]["input"][-1]["content"])


def test_who_names_a_picture_that_is_not_there_is_told(place: Place) -> None:
    place.model(answer(says("ok")))
    done = place.exec("-i", "nope.png", "--", "hi")
    assert (done.code, done.out) == (0, b"ok\n")
    told = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    reason = "No such file or directory (os error 2)"
    path = place.workspace / "nope.png"
    assert told == [
        f"warning: Codex could not read the local image at `{path}`: failed to read image at {path}: {reason}"
    ]
