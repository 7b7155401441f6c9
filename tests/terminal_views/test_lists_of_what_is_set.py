"""`/usage`, `/permissions`, `/hooks` and `/skills`: what is shown, and what choosing does to files."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from model_says import says
from terminal_keys import ENTER, Hands, shown
from whole_program import CONFIG, program

from octavo.frontends.terminal.cells.cell import Palette
from octavo.frontends.terminal.cells.status import Usage
from octavo.frontends.terminal.cells.usage import DaysCell, SessionUsageCell
from octavo.frontends.terminal.effects.screen import OpenPager
from octavo.frontends.terminal.effects.settings import TrustHook
from octavo.frontends.terminal.views.hooks_list import hook_question
from octavo.frontends.usage_sums import Sum
from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow
from octavo.tools.user_hooks.definitions import Hook

READY = r"context left"
NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)


def test_usage_is_told_in_tokens_money_and_limits() -> None:
    session = Sum(2, 12_000, 3000, 500, 0, 0, {"USD": 0.125})
    limits = RateLimitSnapshot(RateLimitWindow(25.0, 300, None), None)
    cell = SessionUsageCell(session, Usage(None, limits, NOW, is_answered=True), NOW)
    assert [row.text for row in cell.scrollback(80, Palette()) if row.text] == [
        "/usage",
        "This session",
        "  12.5K tokens in 2 answers  (12K input, 25% of it cached, 500 output)",
        "  0.12 USD",
        "5h limit:  [█████░░░░░░░░░░░░░░░] 25% used",
    ]
    days = [("2026-11-24", session), ("2026-11-23", Sum(1, 6000, 0, 250, 0, 6250))]
    together = Sum(3, 18_000, 3000, 750, 0, 6250, {"USD": 0.125})
    rows = [row.text for row in DaysCell(days, together).scrollback(80, Palette())]
    assert rows[1:4] == [
        "  2026-11-24   12.5K  ████████████████████  0.12 USD",
        "  2026-11-23   6.25K  ██████████            ?",
        "  Together     18.8K                        0.12 USD + ?",
    ]
    assert all(len(row.text) <= 30 for row in DaysCell(days, together).scrollback(30, Palette()))


def test_what_is_said_instead_of_limits_is_whole_in_a_narrow_terminal() -> None:
    rows = [row.text for row in SessionUsageCell(None, Usage(), NOW).scrollback(40, Palette())]
    assert rows[-2:] == ["Limits: send a message to load usage", "  data"]


def test_usage_without_any_price_shows_no_column_of_question_marks() -> None:
    took = Sum(2, 12_000, 3000, 500, 0, 12_500)
    session = SessionUsageCell(took, Usage(), NOW).scrollback(80, Palette())
    days = DaysCell((("2026-11-24", took), ("2026-11-23", took)), took).scrollback(80, Palette())
    assert "?" not in "".join(row.text for row in [*session, *days])
    assert days[-1].text.endswith(" config.toml.")


async def test_usage_reads_the_session_and_all_others(tmp_path: Path) -> None:
    prices = '[prices."gpt-5-codex"]\ninput = 1000000.0\noutput = 1.0\n'
    async with program(tmp_path, [says("First")], config=CONFIG + prices) as here:
        await here.ask("/usage", r"^  no answer yet$")
        await here.ask("one", r"^• First$")
        await here.idle()
        await here.ask("/usage", r"^  10 tokens in 1 answer ")
        await here.see(r"^  10\.00 USD$")
        await here.see(r"^  \d{4}-\d\d-\d\d      10  █+  10\.00 USD$")


async def test_a_remembered_rule_is_removed_after_a_yes(tmp_path: Path) -> None:
    rules = tmp_path / "home" / "rules" / "default.rules"
    rules.parent.mkdir(parents=True)
    rules.write_text(
        '# mine\nprefix_rule(pattern=["make", "test"])\nprefix_rule(pattern=["git", "push"], decision="prompt")\n'
    )
    async with program(tmp_path) as here:
        await here.shown(READY)
        await here.ask("/permissions", r"^  4\. Remembered rules +2 rules on commands")
        await here.key("4", r"^› allow: make test +everywhere")
        await here.key("push", r"^› prompt: git push")
        await here.key("enter", r"^› 1\. No, keep it")
        await here.key("2", r"^• Removed: prompt: git push$")
        assert rules.read_text() == '# mine\nprefix_rule(pattern=["make", "test"])\n'
        await here.ask("/permissions", r"^› 2\. Auto \(current\)")
        await here.key("1", READY)
        await here.ask("/permissions", r"^› 1\. Read Only \(current\)")


async def test_a_hook_of_the_project_is_trusted_after_it_was_seen_whole(tmp_path: Path) -> None:
    folder = tmp_path / "ws" / ".codex"
    folder.mkdir(parents=True)
    hook = {"type": "command", "command": "echo one\x1b[2J"}
    (folder / "hooks.json").write_text(json.dumps({"hooks": {"Stop": [{"hooks": [hook]}]}}))
    async with program(tmp_path) as here:
        await here.shown(READY)
        await here.see(r"do not run until you trust them: 1 \(/hooks\)$")
        await here.ask("/hooks", r"^› 1\. Stop +not trusted: does not run")
        await here.key("1", r"^  echo one\\x1b\[2J$")
        await here.key("3", r"^• Trusted: `echo one`\.")
        (trusted,) = json.loads((here.home / "hooks-trust.json").read_text())["trusted"]
        assert trusted
        await here.ask("/hooks", r"^› 1\. Stop +trusted ")
        await here.key("1", r"^  A hook of this project that you trust")
        await here.key("3", r"^• Trusted no more: `echo one`\.")
        assert json.loads((here.home / "hooks-trust.json").read_text()) == {"trusted": []}


def test_a_long_hook_is_seen_over_the_whole_screen() -> None:
    hook = Hook("Stop", None, "x\n" * 40, 60.0, "/w/.codex/hooks.json", "/w")
    hands = Hands(hook_question(hook, None, trusted=False))
    assert any("a long command of 80 characters: look at all of it" in row for row in shown(hands.stack, 80, 15))
    (opened,) = hands.press("2")
    assert isinstance(opened, OpenPager)
    assert "Event:   Stop" in shown(opened.pager)
    assert hands.press("3") == [TrustHook(hook.id, hook.command, trusted=True)]
    assert Hands(hook_question(hook, None, trusted=False)).press(ENTER) == []


async def test_a_skill_is_used_and_switched_off_and_on(tmp_path: Path) -> None:
    folder = tmp_path / "ws" / ".agents" / "skills" / "release"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: release\ndescription: How it is made.\n---\nDo it.\n")
    async with program(tmp_path) as here:
        await here.shown(READY)
        await here.ask("/skills", r"^› release +How it is made\.")
        await here.key("enter", r"^› 1\. Use it")
        await here.key("1")
        await here.until(lambda: here.draft == "$release ", "the name in the draft")
        await here.key("\x15", r"^› *$")
        await here.ask("/skills", r"^› release +How it is made\.")
        await here.key("enter", r"^  2\. Switch it off")
        await here.key("2", r"^• The skill release is off\.")
        assert "enabled = false" in (here.home / "config.toml").read_text()
        await here.ask("/skills", r"^› release \(off\)")
        await here.key("enter", r"^› 1\. Switch it on")
        await here.key("1", r"^• The skill release is on\.")
        assert "enabled" not in (here.home / "config.toml").read_text()


async def test_where_there_is_none_it_says_how_to_get_one(tmp_path: Path) -> None:
    async with program(tmp_path) as here:
        await here.ask("/hooks", r"^• There are no hooks\.")
        await here.ask("/skills", r"^• There are no skills\.")
        await here.ask("/permissions", r"^  4\. Remembered rules +none yet")
