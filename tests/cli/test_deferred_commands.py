"""Commands that are loaded when they are named go by the words that their declarations have."""

from __future__ import annotations

import pytest

from octavo.cli import commands
from octavo.cli.words.spec import Deferred

DEFERRED = [one for one in vars(commands).values() if isinstance(one, Deferred)]


@pytest.mark.parametrize("deferred", DEFERRED, ids=lambda deferred: deferred.words[0])
def test_a_deferred_command_is_called_as_it_calls_itself(deferred: Deferred) -> None:
    assert deferred.load().words == deferred.words
