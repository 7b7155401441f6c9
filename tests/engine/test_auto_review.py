"""A reviewer that decides in the user's place, where it does not decide."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from story import answer, conversation, patch, says, shell

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


async def test_a_large_patch_hides_no_file_and_no_link_from_the_reviewer(tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to("/var/tmp")
    long = "\n".join(["+" + "x" * 100] * 200)
    body = f"*** Add File: a\n{long}\n*** Add File: docs/never\n+evil\n*** Add File: /var/tmp/z\n{long}"
    script = [answer(patch(body)), says('{"outcome": "deny", "rationale": "no"}'), says("Done.")]
    settings: dict[str, Any] = {"approval_policy": "on-request", "approvals_reviewer": "auto_review"}
    async with conversation(tmp_path, script, **settings) as talk:
        told = await talk.user("go")
        asked = str(talk.input(1))
    assert told.one("auto_review_ended")["status"] == "denied"
    assert f"{tmp_path}/docs/never" in asked
    assert "\\n/var/tmp/never\\n" in asked


async def test_a_patch_of_too_many_files_for_the_reviewer_is_refused(tmp_path: Path) -> None:
    body = "\n".join(f"*** Add File: {'n' * 200}{number}\n+x" for number in range(100))
    script = [answer(patch(f"{body}\n*** Add File: /var/tmp/never\n+x")), says("Done.")]
    settings: dict[str, Any] = {"approval_policy": "on-request", "approvals_reviewer": "auto_review"}
    async with conversation(tmp_path, script, **settings) as talk:
        told = await talk.user("go")
    assert "too many files" in told.one("auto_review_ended")["verdict"]["rationale"]
    assert not (tmp_path / f"{'n' * 200}0").exists()


async def test_a_patch_that_the_sandbox_stopped_behind_a_link_is_not_let_through_unseen(outside: Path) -> None:
    workspace, other = outside / "w", outside / "other"
    workspace.mkdir()
    other.mkdir()
    (workspace / "docs").symlink_to(other)
    script = [answer(patch("*** Add File: docs/never\n+evil")), says("Done.")]
    settings: dict[str, Any] = {"approval_policy": "on-request", "approvals_reviewer": "auto_review"}
    async with conversation(workspace, script, **settings) as talk:
        told = await talk.user("go")
    assert "cannot see where it leads" in told.one("auto_review_ended")["verdict"]["rationale"]
    assert list(other.iterdir()) == []
