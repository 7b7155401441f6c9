"""Limits in `exec`: one line, exit code 4, and a session that goes on."""

from __future__ import annotations

import pytest
from exec_model_server import answer, runs, says
from exec_place import Place

BUSY = [answer(runs(f"echo {number}", f"c{number}"), tokens=(1000, 0, 10)) for number in range(4)]
PRICE = '[prices."gpt-5-codex"]\ninput = 1.0\noutput = 10.0\n'


@pytest.mark.parametrize(
    ("words", "more", "calls"),
    [
        (("--max-turns", "2"), "", 2),
        (("--max-tokens", "1_500"), "", 2),
        (("--max-cost", "0.003"), PRICE, 3),
        ((), "max_turns = 2", 2),
        (("-p", "ci"), "max_turns = 1\n[profiles.ci]\nmax_turns = 3", 3),
    ],
)
def test_a_limit_ends_the_run_with_4(place: Place, words: tuple[str, ...], more: str, calls: int) -> None:
    server = place.model(*BUSY, more=more)
    result = place.exec(*words, "go")
    assert (result.code, result.out) == (4, b"")
    assert len(server.requests) == calls
    assert [line for line in result.err.splitlines() if "Stopped at a limit" in line] != []


def test_programs_read_of_it_and_the_session_goes_on(place: Place) -> None:
    server = place.model(*BUSY[:1], answer(says("Hi")))
    result = place.exec("--json", "--max-turns", "1", "go")
    assert result.code == 4
    assert result.types[-2:] == ["error", "turn.failed"]
    assert result.events[-1]["error"]["message"].startswith("Stopped at a limit: calls of the model: 1")
    again = place.exec("resume", "--last", "go on")
    assert (again.code, again.out) == (0, b"Hi\n")
    assert [item["type"] for item in server.requests[1]["input"]][-3:] == [
        "function_call",
        "function_call_output",
        "message",
    ]


def test_the_time_limit_ends_a_command(place: Place) -> None:
    place.model(answer(runs("sleep 1000")))
    result = place.exec("--time-limit", "2s", "go")
    assert result.code == 4
    assert "time_limit is over (2 seconds)" in result.err


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("--max-turns", "many"), 2, "invalid value 'many' for '--max-turns': a number is needed"),
        (("--max-turns", "0"), 1, "invalid value: `0` for `max_turns`, expected a number above 0"),
        (("--max-cost", "nan"), 1, "expected a number above 0"),
        (("--time-limit", "soon"), 1, "expected a time like 90s, 10m or 1h30m"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(place: Place, words: tuple[str, ...], code: int, text: str) -> None:
    server = place.model()
    result = place.exec(*words, "go")
    assert (result.code, result.out) == (code, b"")
    assert text in result.err
    assert server.requests == []


def test_rules_hold_in_exec_unless_they_are_ignored(place: Place) -> None:
    (place.home / "rules").mkdir()
    (place.home / "rules" / "default.rules").write_text('prefix_rule(pattern=["echo"], decision="forbidden")\n')
    server = place.model(*[answer(runs("echo hi")), answer(says("Done"))] * 2)
    place.exec("go")
    assert "a rule of the user forbids `echo`" in server.requests[1]["input"][-1]["output"]
    place.exec("--ignore-rules", "go")
    assert "forbids" not in server.requests[3]["input"][-1]["output"]
