"""Plain lines have no status line: nothing below the draft changes by itself, and no command runs for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from plain_talk import PlainTalk
from story import make_config

from octavo.config.schema import Tui
from octavo.frontends.terminal.looks import Looks


def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    raise AssertionError("nothing is to be started")


def test_a_status_line_of_the_configuration_is_passed_over(tmp_path: Path) -> None:
    talk, warned = PlainTalk(), list[str]()
    config = make_config(tmp_path, tui=Tui(status_line=("bogus",), status_line_command=("line",)))
    looks = Looks(talk.screen, talk.app, lambda: config, start, lambda: None, warned.append, has_footer=False)
    looks.begin()
    looks.refresh()
    looks.tell_faults()
    assert talk.app.status_line is None
    assert warned == []
