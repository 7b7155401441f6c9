"""A repository that a command in the sandbox prepared: what we run in it ourselves must not run its programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from story import answer, conversation, patch, says, shell


@pytest.mark.parametrize("place", [".", "nested"])
async def test_the_diff_of_a_turn_runs_no_filter_outside_the_sandbox(tmp_path: Path, outside: Path, place: str) -> None:
    trap = f"touch {outside}/trapped; cat"
    prepare = (
        f"mkdir -p {place} && cd {place} && git init -q . && git config filter.trap.clean '{trap}' && "
        f"git config filter.trap.process '{trap}' && echo '* filter=trap' > .gitattributes"
    )
    script = [answer(shell(prepare)), answer(patch(f"*** Add File: {place}/x\n+1")), says("done")]
    async with conversation(tmp_path / "w", script) as talk:
        turn = await talk.user("go")
    assert turn.one("exec_command_end")["exit_code"] == 0
    assert turn.all("turn_diff")
    assert not (outside / "trapped").exists()
