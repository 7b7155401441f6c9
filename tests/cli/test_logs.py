"""Which log lines are wanted."""

from __future__ import annotations

import logging

import pytest

from octavo.cli.logs import TRACE, log_levels


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("error", {"": logging.ERROR}),
        ("debug", {"": logging.DEBUG}),
        ("TRACE", {"": TRACE}),
        ("octavo::http=debug", {"": logging.ERROR, "octavo.http": logging.DEBUG}),
        ("warn,octavo.http=info", {"": logging.WARNING, "octavo.http": logging.INFO}),
        ("octavo.http", {"": logging.ERROR, "octavo.http": TRACE}),
        ("octavo=nonsense,,=debug", {"": logging.ERROR}),
        ("off", {"": logging.CRITICAL + 1}),
    ],
)
def test_the_filter_names_levels_for_targets(text: str, levels: dict[str, int]) -> None:
    assert log_levels(text) == levels
