"""`exec resume`: which session goes on."""

from __future__ import annotations

import pytest
from exec_model_server import answer, says
from exec_place import Place

ONE, TWO, THREE = (answer(says(text)) for text in ("One", "Two", "Three"))


def thread(place: Place, *words: str, stdin: bytes | None = None) -> str:
    result = place.exec("--json", *words, stdin=stdin)
    assert result.code == 0, result.err
    thread_id: str = result.events[0]["thread_id"]
    return thread_id


def test_the_newest_session_goes_on_in_the_same_file(place: Place) -> None:
    model = place.model(ONE, TWO)
    first = thread(place, "first")
    assert thread(place, "second", "resume", "--last") == first
    assert len(place.rollouts()) == 1
    assert model.input_texts()[-3:] == ["first", "One", "second"]


@pytest.mark.parametrize("spelling", [str, str.upper])
def test_a_session_goes_on_by_its_id(place: Place, spelling: type[str]) -> None:
    model = place.model(ONE, TWO, THREE)
    first = thread(place, "first")
    thread(place, "another")
    assert thread(place, "resume", spelling(first), "again") == first
    assert model.input_texts()[-3:] == ["first", "One", "again"]


def test_the_prompt_may_come_from_stdin(place: Place) -> None:
    model = place.model(ONE, TWO)
    first = thread(place, "first")
    assert thread(place, "resume", first, stdin=b"piped\n") == first
    assert model.input_texts()[-1] == "piped\n"


def test_last_takes_a_single_word_as_the_prompt(place: Place) -> None:
    model = place.model(ONE, TWO)
    first = thread(place, "first")
    assert thread(place, "resume", "--last", "second") == first
    assert model.input_texts()[-1] == "second"


def test_last_and_an_id_exclude_each_other(place: Place) -> None:
    result = place.exec("resume", "--last", "id", "prompt")
    assert result.code == 2
    assert result.err.startswith("error: the argument '--last' cannot be used with '[SESSION_ID]'\n")


@pytest.mark.parametrize("wanted", ["11111111-2222-3333-4444-555555555555", "nonsense"])
def test_a_session_that_nobody_has_ends_the_run(place: Place, wanted: str) -> None:
    model = place.model(ONE)
    result = place.exec("--json", "resume", wanted, "x")
    assert (result.code, result.out) == (1, b"")
    assert result.err == f"no rollout found for thread id {wanted}\n"
    assert model.requests == []


def test_last_without_a_session_starts_one(place: Place) -> None:
    place.model(ONE)
    assert thread(place, "resume", "--last", "x")


def test_options_after_resume_win(place: Place) -> None:
    model = place.model(ONE, TWO)
    thread(place, "first")
    result = place.exec("-m", "gpt-5", "x", "resume", "--last", "-m", "o3", "--json")
    assert result.types[0] == "thread.started"
    assert model.requests[1]["model"] == "o3"


def test_settings_are_those_of_the_command_line_not_of_the_session(place: Place) -> None:
    place.model(ONE, TWO)
    thread(place, "--full-auto", "first")
    assert "\nsandbox: read-only\n" in place.exec("second", "resume", "--last").err


def test_pictures_may_stand_on_either_side_of_the_id(place: Place) -> None:
    model = place.model(ONE, TWO, THREE)
    first = thread(place, "first")
    assert thread(place, "--image", "none.png", "resume", first, stdin=b"a") == first
    assert thread(place, "resume", first, "--image", "none.png", "--image", "other.png", stdin=b"b") == first
    assert "none.png" in model.input_texts(1)[-2]
    assert "other.png" in model.input_texts(2)[-2]


def test_usage_counts_the_requests_of_this_process(place: Place) -> None:
    place.model(answer(says("One"), tokens=(100, 40, 7)), answer(says("Two"), tokens=(10, 4, 1)))
    thread(place, "first")
    result = place.exec("--json", "second", "resume", "--last")
    assert result.events[-1]["usage"] == {"input_tokens": 10, "cached_input_tokens": 4, "output_tokens": 1}
