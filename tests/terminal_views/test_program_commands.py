"""Slash commands and notifications in a real session."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from model_says import answer, message, says, shell
from whole_program import CONFIG, program

READY = r"context left"


async def test_commands_that_may_not_run_beside_a_turn_say_so_and_the_turn_goes_on(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with program(tmp_path, [answer(gate, message("Good day"))]) as here:
        await here.ask("hello", r"esc to interrupt")
        for name in ("model", "approvals", "review", "new", "init", "compact", "undo", "logout"):
            await here.ask(f"/{name}", rf"^■ .*'/{name}' is disabled")
        await here.ask("/status", r"Context window:")
        await here.ask("/diff", r"^/ D I F F /")
        await here.key("\x1b", r"esc to interrupt")
        gate.set()
        await here.see(r"^• Good day$")
        assert len(here.backend.requests) == 1


async def test_compacting_sends_a_summary_in_place_of_the_conversation(tmp_path: Path) -> None:
    scripts = [says("First", tokens=142_000), says("The gist", tokens=900), says("Second")]
    async with program(tmp_path, scripts) as here:
        await here.ask("first question", r"^• First$")
        await here.shown(r"[3-5]\d% context left")
        await here.idle()
        await here.ask("/compact")
        await here.shown(r"100% context left")
        await here.idle()
        assert not here.sees("The gist")
        await here.ask("second question", r"^• Second$")
        texts = str(here.sent(2)["input"])
        assert "The gist" in texts
        assert "'First'" not in texts


async def test_undo_without_a_snapshot_says_so(tmp_path: Path) -> None:
    async with program(tmp_path) as here:
        await here.ask("/undo", r"^■ ")
        assert here.backend.requests == []


async def test_init_sends_its_instruction_and_does_nothing_where_the_file_is(tmp_path: Path) -> None:
    async with program(tmp_path, [says("Written")]) as here:
        await here.see(READY)
        await here.ask("/init", r"^• Written$")
        await here.idle()
        assert "AGENTS.md" in here.sent(0)["input"][-1]["content"][0]["text"]
        (tmp_path / "ws/AGENTS.md").write_text("Be brief.\n")
        await here.ask("/init", r"^• AGENTS\.md is already there")
        assert len(here.backend.requests) == 1


async def test_mention_types_an_at_sign(tmp_path: Path) -> None:
    async with program(tmp_path) as here:
        await here.see(READY)
        await here.ask("/mention", r"^› @$")
        assert here.draft == "@"


async def test_quitting_while_a_turn_runs_ends_the_session_first(tmp_path: Path) -> None:
    never = asyncio.Event()
    async with program(tmp_path, [says("First", tokens=10), answer(never, message("Too late"))]) as here:
        await here.ask("hello", r"^• First$")
        await here.idle()
        await here.ask("again", r"esc to interrupt")
        await here.ask("/quit")
        ending = await here.ended()
        assert ending.usage is not None
        assert ending.usage.total_tokens == 10
        assert ending.session_id


async def test_what_reports_hold_is_named_and_nothing_is_sent_without_a_yes(tmp_path: Path) -> None:
    environ = {"OCTAVO_FEEDBACK_DSN": "http://key@127.0.0.1:9/1"}
    async with program(tmp_path, [says("First")], environ=environ) as here:
        await here.ask("hello", r"^• First$")
        await here.idle()
        await here.ask("/feedback", r"1\. bug")
        await here.key("1", r"^  - rollout-.*jsonl$")
        await here.key("2", r"^• Nothing was sent\.$")
        await here.ask("/feedback", r"1\. bug")
        await here.key("1", r"^  - codex-logs\.log$")
        await here.key("1", r"^▌")
        await here.key("\x1b[200~it broke\x1b[201~", r"^▌ it broke$")
        await here.key("enter")
        await here.see(r"^• Your report was sent\..*thread")


async def test_a_turn_and_a_question_are_told_to_who_looks_elsewhere(tmp_path: Path) -> None:
    config = 'approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"\n' + CONFIG
    config += "[tui]\nnotifications = true\n"
    scripts = [says("quiet answer"), answer(shell("touch made.txt")), says("many   words")]
    async with program(tmp_path, scripts, config=config) as here:
        await here.ask("first", r"^• quiet answer$")
        await here.idle()
        assert "\x1b]9;" not in here.tty.log
        here.tty.press("\x1b[O")
        await here.ask("second", r"^  \$ ")
        await here.until(lambda: "\x1b]9;Approval requested: " in here.tty.log, "a notification")
        await here.key("y", r"^• many +words$")
        await here.until(lambda: "\x1b]9;many words\x07" in here.tty.log, "another one")
        here.tty.press("\x1b[I")
        assert here.tty.log.count("\x1b]9;") == 2


async def test_a_version_that_an_earlier_start_found_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    facts = {"latest_version": "99.0.0", "last_checked_at": "2099-01-01T00:00:00Z", "dismissed_version": None}
    (tmp_path / "home/version.json").write_text(json.dumps(facts))
    async with program(tmp_path, environ={"OCTAVO_RELEASES_URL": "http://127.0.0.1:9/"}) as here:
        await here.see(r"^│ A newer version is there: .*99\.0\.0")
        await here.see(READY)


async def test_colours_are_not_asked_for_again_of_a_terminal_that_never_told(tmp_path: Path) -> None:
    async with program(tmp_path) as here:
        await here.see(READY)
        asked = here.tty.log.count("\x1b]11;?")
        here.tty.press("\x1b[O\x1b[Ix")
        await here.shown(r"^› x$")
        assert here.tty.log.count("\x1b]11;?") == asked
        here.tty.press("\x1b]11;rgb:0000/0000/0000\x07\x1b[O\x1b[Iy")
        await here.shown(r"^› xy$")
        assert here.tty.log.count("\x1b]11;?") == asked + 1
