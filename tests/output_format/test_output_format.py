from __future__ import annotations

import json

import pytest

from octavo.tools.output_format import shell_output_json, to_text_form, truncate_for_model


def _shown(output: str, exit_code: int = 0, seconds: float = 0.0) -> str:
    text = to_text_form(shell_output_json(output, exit_code, seconds))
    assert text is not None
    return text


def test_the_json_is_compact_with_a_fixed_order_of_keys() -> None:
    text = shell_output_json("hi é\u2028\x1f\n", 3, 0.1)
    assert text == '{"output":"hi é\u2028\\u001f\\n","metadata":{"exit_code":3,"duration_seconds":0.1}}'


@pytest.mark.parametrize(
    ("seconds", "in_json", "in_text"),
    [
        (0.0, "0.0", "0"),
        (0.049, "0.0", "0"),
        (0.05, "0.1", "0.1"),
        (0.25, "0.3", "0.3"),
        (0.35, "0.4", "0.4"),
        (2.96, "3.0", "3"),
        (12.34, "12.3", "12.3"),
        (100000.04, "100000.0", "100000"),
        (3600.66, "3600.7", "3600.7"),
    ],
)
def test_time_is_rounded_to_tenths_with_halves_upwards(seconds: float, in_json: str, in_text: str) -> None:
    assert shell_output_json("", 0, seconds).endswith(f'"duration_seconds":{in_json}}}}}')
    assert _shown("", seconds=seconds) == f"Exit code: 0\nWall time: {in_text} seconds\nOutput:\n"


def test_the_text_form_keeps_the_output_as_it_is() -> None:
    assert _shown("hi\n", 3) == "Exit code: 3\nWall time: 0 seconds\nOutput:\nhi\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "[]",
        '{"output":"x"}',
        '{"output":"x","metadata":{"exit_code":0}}',
        '{"output":1,"metadata":{"exit_code":0,"duration_seconds":0}}',
        '{"output":"x","metadata":{"exit_code":"0","duration_seconds":0}}',
        '{"output":"x","metadata":{"exit_code":0,"duration_seconds":1e300}}',
        '{"output":"x","metadata":{"exit_code":0,"duration_seconds":0',
        "\ud800",
    ],
)
def test_what_is_not_a_whole_result_has_no_text_form(text: str) -> None:
    assert to_text_form(text) is None


def test_whole_seconds_and_unknown_fields_are_read() -> None:
    text = '{"more":1,"output":"x","metadata":{"exit_code":-1,"duration_seconds":3,"more":2}}'
    assert to_text_form(text) == "Exit code: -1\nWall time: 3 seconds\nOutput:\nx"


def test_many_lines_keep_their_head_and_tail() -> None:
    lines = [f"{number}\n" for number in range(1, 401)]
    cut = truncate_for_model("".join(lines))
    expected = "".join((*lines[:128], "\n[... omitted 144 of 400 lines ...]\n\n", *lines[-128:]))
    assert cut == f"Total output lines: 400\n\n{expected}"
    head = "Exit code: 0\nWall time: 0 seconds\nTotal output lines: 400\nOutput:\n"
    assert _shown("".join(lines)) == head + expected


def test_one_long_line_keeps_only_its_head() -> None:
    cut = truncate_for_model("x" * 20_000)
    expected = f"Total output lines: 1\n\n{'x' * 5120}\n[... output truncated to fit 10240 bytes ...]\n\n"
    assert cut == expected
    assert _shown("x" * 20_000) == f"Exit code: 0\nWall time: 0 seconds\nOutput:\n{expected}"


def test_the_limits_themselves_are_not_cut() -> None:
    for text in ("x\n" * 256, "x\n" * 255 + "x", "x" * 10_240, "é" * 5_120, ""):
        assert truncate_for_model(text) is text


@pytest.mark.parametrize("last", ["x\n", "x"])
def test_one_line_too_many_is_cut(last: str) -> None:
    cut = truncate_for_model("x\n" * 256 + last)
    middle = "x\n" * 128 + "\n[... omitted 1 of 257 lines ...]\n\n"
    assert cut == f"Total output lines: 257\n\n{middle}" + "x\n" * 127 + last


@pytest.mark.parametrize("text", ["é" * 6_000, "aé" * 4_000, "日" * 5_000, "a😀" * 3_000])
def test_characters_are_never_split(text: str) -> None:
    head, _, rest = truncate_for_model(text).removeprefix("Total output lines: 1\n\n").partition("\n[")
    assert text.startswith(head)
    assert 5_117 <= len(head.encode()) <= 5_120
    assert rest == "... output truncated to fit 10240 bytes ...]\n\n"


def test_long_lines_share_the_bytes_between_head_and_tail() -> None:
    lines = [f"{number:03}é{'y' * 200}\n" for number in range(300)]
    text = "".join(lines)
    body = truncate_for_model(text).removeprefix("Total output lines: 300\n\n")
    head, tail = body.split("\n[... omitted 44 of 300 lines ...]\n\n")
    assert len(body.encode()) == 10_240
    assert len(head.encode()) == 5_120
    assert text.startswith(head)
    assert text.endswith(tail)


def test_up_to_128_long_lines_have_no_tail() -> None:
    body = truncate_for_model(("z" * 99 + "\n") * 128)
    assert body.endswith("\n[... output truncated to fit 10240 bytes ...]\n\n")


def test_only_line_feeds_end_lines() -> None:
    text = "a\x0b\x0c\r\u2028\x85" * 300
    assert truncate_for_model(text) is text


def test_a_second_cut_may_break_the_json_which_then_stays_as_it_is() -> None:
    stored = truncate_for_model(shell_output_json('"' * 6_000, 0, 0))
    assert len(stored.encode()) <= 10_240 + len("Total output lines: 1\n\n")
    assert to_text_form(stored) is None


def test_a_cut_result_is_json_again() -> None:
    result = json.loads(shell_output_json("x\n" * 1000, 0, 1.26))
    assert result["output"] == truncate_for_model("x\n" * 1000)
    assert result["metadata"] == {"exit_code": 0, "duration_seconds": 1.3}


@pytest.mark.parametrize(
    ("remark", "total"),
    [
        ("[... omitted 1 of 9 lines ...]", "9"),
        ("[... omitted 1 of 0009 lines ...]", "9"),
        ("[... omitted 1 of 4294967295 lines ...]", "4294967295"),
        ("[... omitted 1 of 4294967296 lines ...]", None),
        ("[... omitted 1 of x lines ...] [... omitted 1 of 9 lines ...]", None),
        ("[... omitted 1 of 9\n lines ...]", None),
        ("[... omitted 1 of -1 lines ...]", None),
    ],
)
def test_a_remark_that_the_command_printed_counts_too(remark: str, total: str | None) -> None:
    line = f"Total output lines: {total}\n" if total else ""
    assert _shown(remark) == f"Exit code: 0\nWall time: 0 seconds\n{line}Output:\n{remark}"


def test_a_header_that_the_command_printed_is_dropped_with_one_blank_line() -> None:
    shown = _shown("Total output lines: x\n\n\n[... omitted 1 of 9 lines ...]")
    assert shown.endswith("Total output lines: 9\nOutput:\n\n[... omitted 1 of 9 lines ...]")


def test_a_limit_of_the_users_takes_the_place_of_the_usual_one() -> None:
    text = "".join(f"{number}\n" for number in range(1000))
    assert truncate_for_model(text, 4000) is text
    cut = truncate_for_model(text, 20)
    assert (
        cut
        == "Total output lines: 1000\n\n0\n1\n2\n3\n4\n\n[... output truncated to fit 20 bytes ...]\n\n7\n998\n999\n"
    )
    assert truncate_for_model("ab", 0) == "Total output lines: 1\n\n\n[... output truncated to fit 0 bytes ...]\n\n"
    halves = truncate_for_model("é" * 10, 10)
    assert halves.count("é") == 4  # no character is split
