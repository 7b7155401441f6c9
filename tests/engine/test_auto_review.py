"""A reviewer that decides in the user's place, where it does not decide."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from story import answer, conversation, says, shell

from octavo.engine import auto_review


async def test_a_reviewer_that_takes_too_long_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_review, "LIMIT_SECONDS", 0.01)
    call = shell("touch made", with_escalated_permissions=True)
    script = [answer(call), answer(asyncio.Event()), says("Done.")]
    settings: dict[str, Any] = {"approval_policy": "on-request", "approvals_reviewer": "auto_review"}
    async with conversation(tmp_path, script, **settings) as talk:
        told = await talk.user("go")
    assert told.one("auto_review_ended")["status"] == "timedOut"
    assert not (tmp_path / "made").exists()
