"""Rate limits from headers."""

from __future__ import annotations

import pytest

from octavo.model.rate_limits import rate_limits_from
from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow


def limits(**primary: str) -> RateLimitWindow | None:
    headers = {f"x-codex-primary-{name.replace('_', '-')}": value for name, value in primary.items()}
    return rate_limits_from(headers.get).primary


def test_an_answer_that_tells_nothing_makes_an_empty_snapshot() -> None:
    headers: dict[str, str] = {}
    assert rate_limits_from(headers.get) == RateLimitSnapshot(None, None)


def test_both_windows_are_read() -> None:
    headers = {
        "x-codex-primary-used-percent": "1",
        "x-codex-secondary-used-percent": "99.5",
        "x-codex-secondary-window-minutes": "10080",
        "x-codex-secondary-reset-at": "1704069000",
        "x-codex-primary-over-secondary-limit-percent": "5",
        "x-codex-primary-reset-after-seconds": "60",
    }
    assert rate_limits_from(headers.get) == RateLimitSnapshot(
        RateLimitWindow(1.0, None, None), RateLimitWindow(99.5, 10080, 1704069000)
    )


@pytest.mark.parametrize("used", ["nan", "inf", "-inf", "abc", "", "1_0", " 5", "１"])
def test_a_percentage_that_is_no_number_is_no_window(used: str) -> None:
    assert limits(used_percent=used, window_minutes="5") is None


@pytest.mark.parametrize(
    ("fields", "window"),
    [
        ({"used_percent": "0", "window_minutes": "0"}, None),
        ({"used_percent": "0.0"}, None),
        ({"used_percent": "0", "reset_at": "0"}, RateLimitWindow(0.0, None, 0)),
        ({"used_percent": "0", "window_minutes": "5"}, RateLimitWindow(0.0, 5, None)),
        ({"used_percent": "12.5", "window_minutes": "10.5"}, RateLimitWindow(12.5, None, None)),
        ({"used_percent": "12.5", "reset_at": "2024-01-01T00:00:00Z"}, RateLimitWindow(12.5, None, None)),
        ({"used_percent": "1", "reset_at": "99999999999999999999"}, RateLimitWindow(1.0, None, None)),
        ({"window_minutes": "5", "reset_at": "5"}, None),
    ],
)
def test_what_a_window_needs(fields: dict[str, str], window: RateLimitWindow | None) -> None:
    assert limits(**fields) == window
