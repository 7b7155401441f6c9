"""Commands, searches, git, preferences and reports that need no conversation."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import Any

import pytest
from app_server_client import AppServer, dies
from app_server_place import Place
from model_server import json_reply

FREE = {"sandboxPolicy": {"mode": "danger-full-access"}}
READ_ONLY = {"sandboxPolicy": {"mode": "read-only"}}
WRITE = {"sandboxPolicy": {"mode": "workspace-write", "exclude_tmpdir_env_var": True, "exclude_slash_tmp": True}}
EXEC = "execOneOffCommand"


@pytest.mark.parametrize("policy", [FREE, READ_ONLY, WRITE, {}])
def test_a_command_gives_its_code_and_both_streams(shared: AppServer, policy: Any) -> None:
    command = ["sh", "-c", "echo out; echo err >&2; exit 3"]
    assert shared.result(EXEC, {"command": command, **policy}) == {"exitCode": 3, "stdout": "out\n", "stderr": "err\n"}


def test_other_requests_are_served_while_a_command_runs(place: Place) -> None:
    server = place.server()
    gate = place.workspace / "go"
    command = ["sh", "-c", "while [ ! -e go ]; do sleep 0.01; done; echo done"]
    slow = server.send(EXEC, {"command": command, **FREE})
    quick = server.send("getUserAgent")
    server.answer_to(quick)
    assert all(message.get("id") != slow for message in server.messages)
    assert server.process.stdin
    server.process.stdin.close()
    gate.touch()
    assert server.process.wait(30) == 0
    assert server.everything()[-1] == {"id": slow, "result": {"exitCode": 0, "stdout": "done\n", "stderr": ""}}


def test_a_command_reads_nothing_and_may_print_anything(shared: AppServer) -> None:
    assert shared.result(EXEC, {"command": ["cat"], **FREE})["exitCode"] == 0
    assert shared.result(EXEC, {"command": ["printf", "\\377a"], **FREE})["stdout"] == "\ufffda"
    assert shared.result(EXEC, {"command": ["true"], "timeoutMs": 10**400, **FREE})["exitCode"] == 0
    big = shared.result(EXEC, {"command": ["head", "-c", "3000000", "/dev/zero"], **FREE})
    assert len(big["stdout"]) == 3_000_000


def test_the_sandbox_holds_commands_of_the_client(place: Place) -> None:
    server = place.server()
    inside, outside = place.workspace / "made", place.root / "made"

    def touch(path: Any, policy: Any) -> Any:
        return server.call(EXEC, {"command": ["touch", str(path)], "cwd": str(place.root), **policy})

    assert touch(inside, WRITE)["result"]["exitCode"] == 0
    inside.unlink()
    for path, policy in ((outside, WRITE), (inside, READ_ONLY), (outside, READ_ONLY)):
        error = touch(path, policy)["error"]
        assert error["code"] == -32603
        start = "exec failed: sandbox error: sandbox denied exec error, exit code: 1, stdout: , stderr: "
        assert error["message"].startswith(start)
        assert not path.exists()
    assert touch(outside, FREE)["result"]["exitCode"] == 0


def test_the_environment_follows_the_configuration(place: Place) -> None:
    place.configure('[shell_environment_policy]\nset = { A = "1" }\n')
    server = place.server(env={"MY_TOKEN": "t", "PLAIN": "p"})
    printed = server.result(EXEC, {"command": ["sh", "-c", 'echo "$A $MY_TOKEN $PLAIN"'], **FREE})
    assert printed["stdout"] == "1  p\n"


def test_commands_that_fail_to_run(place: Place) -> None:
    server = place.server()
    assert server.error(EXEC, {"command": []}) == (-32600, "command must not be empty")
    missing = "exec failed: No such file or directory (os error 2)"
    for policy in (FREE, READ_ONLY, WRITE):
        assert server.error(EXEC, {"command": ["/nope"], **policy}) == (-32603, missing)
        assert server.error(EXEC, {"command": ["ls"], "cwd": "/nope", **policy}) == (-32603, missing)
    said = server.error(EXEC, {"command": ["sh", "-c", "kill -9 $$"], **FREE})
    assert said == (-32603, "exec failed: sandbox error: command was killed by a signal")
    assert server.error(EXEC, {"command": ["a\0b"], **FREE})[0] == -32603


def test_at_its_time_limit_a_command_dies_with_its_children(place: Place) -> None:
    server = place.server()
    script = "sleep 600 & echo $! > child; sleep 600"
    begun = time.monotonic()
    said = server.error(EXEC, {"command": ["sh", "-c", script], "timeoutMs": 400, **FREE})
    assert said == (-32603, "exec failed: sandbox error: command timed out")
    assert time.monotonic() - begun < 8
    assert dies(int((place.workspace / "child").read_text()))


SEARCH = "fuzzyFileSearch"


def test_a_search_finds_files_by_letters(place: Place) -> None:
    for name in ("abexy", "abcde", "sub/abce", ".hid/abex", "ignored/abe", "many/qq004"):
        path = place.workspace / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (place.workspace / ".gitignore").write_text("ignored/\n")
    root = str(place.workspace)
    server = place.server()
    files = server.result(SEARCH, {"query": "abe", "roots": [root]})["files"]
    assert [(file["path"], file["score"], file["indices"]) for file in files] == [
        ("abexy", 88, [0, 1, 2]),
        (".hid/abex", 84, [5, 6, 7]),
        ("abcde", 74, [0, 1, 4]),
        ("sub/abce", 72, [4, 5, 7]),
    ]
    assert files[1] == {"root": root, "path": ".hid/abex", "file_name": "abex", "score": 84, "indices": [5, 6, 7]}
    (file,) = server.result(SEARCH, {"query": "qq", "roots": ["many", "/nope"]})["files"]
    assert (file["root"], file["path"]) == ("many", "qq004")


def test_a_search_does_not_name_what_may_not_be_read(place: Place) -> None:
    for name in ("abc.env", "sub/abc.env", "abc.py", "abc/secret"):
        path = place.workspace / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    server = place.server("app-server", "-c", 'deny_read=["*.env", "abc/"]')
    for root in (str(place.workspace), "."):
        files = server.result(SEARCH, {"query": "abc", "roots": [root]})["files"]
        assert [file["path"] for file in files] == ["abc.py"]


def test_a_search_without_anything_to_look_for_is_no_error(shared: AppServer) -> None:
    for params in ({"query": "", "roots": ["/"]}, {"query": "a", "roots": []}, {"query": "a", "roots": ["/nope"]}):
        assert shared.result(SEARCH, params) == {"files": []}


def test_a_root_gives_at_most_fifty_files(place: Place) -> None:
    for number in range(120):
        (place.workspace / f"match{number:03}").touch()
    answer = place.server().result(SEARCH, {"query": "match", "roots": [str(place.workspace)]})
    assert [file["path"] for file in answer["files"]] == [f"match{number:03}" for number in range(50)]


def test_every_search_is_answered_once_whichever_is_newest(place: Place) -> None:
    (place.workspace / "abc").touch()
    server = place.server()
    params = {"query": "a", "roots": [str(place.workspace)], "cancellationToken": "t"}
    ids = [server.send(SEARCH, params) for _ in range(10)]
    assert server.end() == 0
    answers = {message["id"]: message["result"].get("files") for message in server.everything() if "id" in message}
    assert set(ids) <= answers.keys()
    assert len(answers[ids[-1]]) == 1


def git(folder: Any, *words: str) -> str:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_diff_to_a_remote_holds_new_and_changed_files(place: Place) -> None:
    remote, work = place.root / "remote.git", place.workspace
    git(place.root, "init", "-q", "--bare", "-b", "main", str(remote))
    git(work, "init", "-q", "-b", "main")
    (work / "a.txt").write_text("one\n")
    git(work, "add", ".")
    git(work, "commit", "-qm", "first")
    git(work, "remote", "add", "origin", str(remote))
    git(work, "push", "-q", "origin", "main")
    pushed = git(work, "rev-parse", "HEAD")
    (work / "a.txt").write_text("two\n")
    git(work, "commit", "-qam", "second")
    (work / "new.txt").write_text("new\n")
    answer = place.server().result("gitDiffToRemote", {"cwd": str(work)})
    assert answer["sha"] == pushed
    assert "-one\n+two\n" in answer["diff"]
    assert "+++ b/new.txt" in answer["diff"]


def test_there_is_no_diff_outside_of_git(place: Place) -> None:
    odd = f'{place.root}/a"b'
    said = place.server().error("gitDiffToRemote", {"cwd": odd})
    assert said == (-32600, f"failed to compute git diff to remote for cwd: {json.dumps(odd)}")


def test_the_default_model_is_written_beside_comments(place: Place) -> None:
    place.configure('# mine\nmodel = "a" # this one\n\n[profiles.p]\nmodel = "b"\n')
    file = place.home / "config.toml"
    server = place.server()
    assert server.result("setDefaultModel", {"model": "c", "reasoningEffort": "high"}) == {}
    text = file.read_text()
    assert text.startswith("# mine\n")
    assert 'model = "c"' in text
    assert 'model_reasoning_effort = "high"' in text
    assert '[profiles.p]\nmodel = "b"' in text
    assert server.result("setDefaultModel", {}) == {}
    assert 'model = "c"' not in file.read_text()
    assert "model_reasoning_effort" not in file.read_text()
    assert '[profiles.p]\nmodel = "b"' in file.read_text()


def test_the_default_model_goes_into_the_profile_in_force(place: Place) -> None:
    place.configure('profile = "p"\nmodel = "a"\n[profiles.p]\n')
    place.server().result("setDefaultModel", {"model": "c"})
    assert (place.home / "config.toml").read_text() == 'profile = "p"\nmodel = "a"\n[profiles.p]\nmodel = "c"\n'


def test_a_default_model_that_cannot_be_written_is_explained(place: Place) -> None:
    server = place.server()
    place.configure("= broken")
    code, text = server.error("setDefaultModel", {"model": "c"})
    assert (code, text.startswith("failed to persist model selection: ")) == (-32603, True)


def test_the_saved_configuration_is_that_of_the_file(place: Place) -> None:
    server = place.server("-c", "model=flag", "app-server")
    empty = server.result("getUserSavedConfig")["config"]
    assert empty["profiles"] == {}
    assert all(value is None for name, value in empty.items() if name != "profiles")
    place.configure(
        'model = "gpt-5"\napproval_policy = "untrusted"\nprofile = "fast"\n'
        '[sandbox_workspace_write]\nwritable_roots = ["/srv"]\nexclude_slash_tmp = true\n'
        '[tools]\nweb_search = true\n[profiles.fast]\nmodel = "o3"\n'
    )
    config = server.result("getUserSavedConfig")["config"]
    assert (config["model"], config["approvalPolicy"], config["sandboxMode"]) == ("gpt-5", "untrusted", None)
    assert config["sandboxSettings"] == {
        "writableRoots": ["/srv"],
        "networkAccess": False,
        "excludeTmpdirEnvVar": False,
        "excludeSlashTmp": True,
    }
    assert config["tools"] == {"webSearch": True, "viewImage": None}
    assert config["profiles"]["fast"] == {
        "model": "o3",
        "modelProvider": None,
        "approvalPolicy": None,
        "modelReasoningEffort": None,
        "modelReasoningSummary": None,
        "modelVerbosity": None,
        "chatgptBaseUrl": None,
    }


def test_a_file_that_breaks_later_is_told_and_survived(place: Place) -> None:
    server = place.server()
    for text, start in (("= broken", "failed to load config.toml: "), ("model = 5", "failed to parse config.toml: ")):
        place.configure(text)
        code, said = server.error("getUserSavedConfig")
        assert (code, said.startswith(start)) == (-32603, True)
    assert "userAgent" in server.result("getUserAgent")


def test_reports_go_nowhere_unless_somebody_wants_them(place: Place) -> None:
    server = place.server()
    params = {"classification": "bug", "includeLogs": True}
    assert server.result("feedback/upload", params)["threadId"].startswith("no-active-thread-")
    thread = "67e55044-10b1-426f-9247-bb680e5fe0c8"
    assert server.result("feedback/upload", {**params, "conversationId": thread.upper()}) == {"threadId": thread}


def test_reports_go_where_the_environment_says(place: Place) -> None:
    service = place.service(json_reply({}))
    place.model()
    server = place.server(env={"OCTAVO_FEEDBACK_DSN": service.url.replace("http://", "http://key@") + "/7"})
    conversation = server.result("newConversation", {})["conversationId"]
    params = {"classification": "bug", "includeLogs": True, "reason": "slow", "conversationId": conversation}
    assert server.result("feedback/upload", params) == {"threadId": conversation}
    (seen,) = service.seen
    assert seen.target == "/api/7/envelope/"
    assert b"sentry_key=key" in seen.header("x-sentry-auth")  # type: ignore[operator]
    assert f"[Bug]: Codex session {conversation}".encode() in seen.body
    assert b"codex-logs.log" in seen.body
    assert os.fsencode(place.sessions()[0].name) in seen.body
    assert server.result("feedback/upload", {"classification": "other", "includeLogs": False})["threadId"]
    assert b"codex-logs.log" not in service.seen[1].body
