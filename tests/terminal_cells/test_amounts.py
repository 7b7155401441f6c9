"""Numbers and times as they are shown."""

from __future__ import annotations

import pytest

from octavo.frontends.terminal.text.amounts import clock, compact, context_left


@pytest.mark.parametrize(
    ("window", "used", "left"),
    [
        (12_000, 0, 0), (9, 0, 0), (258_400, 11_000, 100), (258_400, 73_600, 75),
        (258_400, 99_200, 65), (258_400, 240_000, 7), (258_400, 10**9, 0),
    ],
)  # fmt: skip
def test_context_left(window: int, used: int, left: int) -> None:
    assert context_left(window, used) == left


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59, "59s"), (60, "1m 00s"), (65, "1m 05s"), (3600, "1h 00m 00s"), (3669, "1h 01m 09s")],
)
def test_elapsed_time(seconds: int, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"), (999, "999"), (1050, "1.05K"), (2233, "2.23K"), (9000, "9K"), (20_300, "20.3K"), (132_456, "132K"),
        (1_234_560, "1.23M"), (1_200_000, "1.2M"), (12_345_678_901, "12.3B"), (2 * 10**12, "2T"), (-5, "0"),
    ],
)  # fmt: skip
def test_counts_have_three_digits(number: int, text: str) -> None:
    assert compact(number) == text
