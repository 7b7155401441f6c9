"""Where the prompt comes from, and what ends a run before it begins."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess

import pytest
from exec_model_server import answer, says
from exec_place import OCTAVO, Place

HI = answer(says("Hi"))


@pytest.mark.parametrize(
    ("piped", "sent"),
    [
        (b"piped stuff\n", "b\n\n<stdin>\npiped stuff\n</stdin>"),
        (b"no line end", "b\n\n<stdin>\nno line end\n</stdin>"),
        (b"", "b"),
        (b" \n", "b"),
    ],
)
def test_what_is_piped_in_follows_the_prompt_of_an_argument(place: Place, piped: bytes, sent: str) -> None:
    model = place.model(HI)
    assert place.exec("b", stdin=piped).code == 0
    assert model.input_texts()[-1] == sent


def test_a_socket_as_stdin_is_not_read(place: Place) -> None:
    model = place.model(HI)
    ours, theirs = socket.socketpair()  # as programs on Node have it, which leave it open
    with ours, theirs:
        assert place.start("exec", "--skip-git-repo-check", "b", stdin=theirs).wait(30) == 0
    assert model.input_texts()[-1] == "b"


def test_a_prompt_argument_works_with_stdin_closed(place: Place) -> None:
    model = place.model(HI)
    result = place.exec("b", preexec_fn=lambda: os.close(0))
    assert (result.code, result.out) == (0, b"Hi\n")
    assert model.input_texts()[-1] == "b"


@pytest.mark.parametrize("words", [[], ["-"]])
def test_a_prompt_from_stdin_keeps_its_line_breaks(place: Place, words: list[str]) -> None:
    model = place.model(HI)
    result = place.exec(*words, stdin="zwei\nZeilen é\n".encode())
    assert model.input_texts()[-1] == "zwei\nZeilen é\n"
    assert result.err.startswith("Reading prompt from stdin...\n") is (words == [])


def test_two_dashes_let_a_prompt_start_with_a_dash(place: Place) -> None:
    model = place.model(HI)
    assert place.exec("--", "--json").code == 0
    assert model.input_texts()[-1] == "--json"


@pytest.mark.parametrize(
    ("words", "stdin", "err"),
    [
        (["-"], b" \n", "No prompt provided via stdin.\n"),
        ([], b"", "Reading prompt from stdin...\nNo prompt provided via stdin.\n"),
        (
            [],
            b"\xff",
            "Reading prompt from stdin...\nFailed to read prompt from stdin: stream did not contain valid UTF-8\n",
        ),
    ],
)
def test_without_a_prompt_nothing_is_asked(place: Place, words: list[str], stdin: bytes, err: str) -> None:
    model = place.model(HI)
    result = place.exec("--json", *words, stdin=stdin)
    assert (result.code, result.out, result.err) == (1, b"", err)
    assert model.requests == []


def test_a_terminal_is_not_waited_for(place: Place) -> None:
    terminal, other_end = os.openpty()
    process = place.start("exec", "--skip-git-repo-check", stdin=other_end)
    _, err = process.communicate(timeout=30)
    os.close(terminal)
    os.close(other_end)
    assert process.returncode == 1
    assert err == b"No prompt provided. Either specify one as an argument or pipe the prompt into stdin.\n"


def test_the_prompt_is_read_before_any_other_check(place: Place) -> None:
    result = place.octavo("exec", "-c", "nonsense", "--output-schema", "none.json", stdin=b"")
    assert result.err.endswith("No prompt provided via stdin.\n")


def test_the_schema_is_read_before_the_configuration(place: Place) -> None:
    result = place.exec("-c", "nonsense", "--output-schema", "none.json", "hi")
    assert result.err == "Failed to read output schema file none.json: No such file or directory (os error 2)\n"


def test_a_schema_that_is_no_json_is_refused(place: Place) -> None:
    (place.workspace / "s.json").write_text("{oops")
    result = place.exec("--json", "--output-schema", "s.json", "hi")
    assert (result.code, result.out) == (1, b"")
    assert result.err.startswith("Output schema file s.json is not valid JSON: ")


def test_the_schema_holds_for_its_turn_alone(place: Place) -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "integer"}}}
    (place.workspace / "s.json").write_text(json.dumps(schema))
    model = place.model(HI, HI)
    place.exec("--output-schema", "s.json", "hi")
    place.exec("again", "resume", "--last")
    assert model.requests[0]["text"]["format"] == {
        "type": "json_schema",
        "strict": True,
        "schema": schema,
        "name": "codex_output_schema",
    }
    assert "text" not in model.requests[1]


@pytest.mark.parametrize(
    ("words", "code", "err"),
    [
        (["-c", "foo"], 1, "Error parsing -c overrides: Invalid override (missing '='): foo\n"),
        (["-p", "nobody"], 1, "Error: config profile `nobody` not found\n"),
        (["--enable", "nope"], 1, "Error: Unknown feature flag: nope\n"),
    ],
)
def test_a_bad_setting_is_one_line(place: Place, words: list[str], code: int, err: str) -> None:
    result = place.exec("--json", *words, "hi")
    assert (result.code, result.out, result.err) == (code, b"", err)


@pytest.mark.parametrize("words", [["--json"], [], ["--yolo"]])
def test_outside_a_repository_nothing_is_sent(place: Place, words: list[str]) -> None:
    model = place.model(HI)
    result = place.octavo("exec", *words, "hi")
    assert (result.code, result.out) == (1, b"")
    assert result.err == "Not inside a trusted directory and --skip-git-repo-check was not specified.\n"
    assert model.requests == []


def test_a_git_file_in_a_folder_above_is_a_repository(place: Place) -> None:
    place.model(HI)
    (place.root / ".git").write_text("")
    assert place.octavo("exec", "hi").code == 0


def test_the_folder_to_work_in_is_the_one_that_is_checked(place: Place) -> None:
    place.model(HI)
    inside = place.root / "other"
    (inside / ".git").mkdir(parents=True)
    assert place.octavo("exec", "-C", "../other", "hi").code == 0


def test_ctrl_c_while_reading_the_prompt_kills(place: Place) -> None:
    with place.start("exec", stdin=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"Reading prompt from stdin...\n"
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT


def test_a_login_of_the_wrong_kind_is_removed_and_told(place: Place) -> None:
    model = place.model(HI, more='forced_login_method = "chatgpt"')
    (place.home / "auth.json").write_text('{"OPENAI_API_KEY": "k"}')
    result = place.octavo("exec", "--json", "hi")
    assert (result.code, result.out) == (1, b"")
    assert result.err == "ChatGPT login is required, but an API key is currently being used. Logging out.\n"
    assert not (place.home / "auth.json").exists()
    assert model.requests == []


def test_a_working_folder_that_was_removed_is_one_line(place: Place) -> None:
    gone = place.root / "gone"
    script = f"mkdir {gone} && cd {gone} && rmdir {gone} && exec {' '.join(OCTAVO)} exec hi"
    result = subprocess.run(
        ["sh", "-c", script], env=place.environ(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
