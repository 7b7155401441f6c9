"""Going from session to session inside of the program: resume, fork, rename, clear."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from model_says import says
from terminal_keys import DOWN, ENTER, Hands, shown
from whole_program import Program, program

from octavo.engine import start
from octavo.frontends.terminal.commands import Situation, run_command
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.submission import read
from octavo.frontends.terminal.effects.composer import RunCommand
from octavo.frontends.terminal.effects.screen import OpenView
from octavo.frontends.terminal.effects.sessions import Backtrack, ForkSession, RenameSession
from octavo.frontends.terminal.views.fork_picker import fork_picker

SITUATION = Situation(
    False, "/w", "gpt-5", None, "on-request", "workspace-write",
    full_access_known=False, feedback_files=None, log_file="log",
)  # fmt: skip
READY = r"context left"


def saved(here: Program) -> list[Path]:
    return sorted((here.home / "sessions").glob("**/*.jsonl"), key=lambda path: path.stem[-36:])


def names(here: Program) -> list[str]:
    rows = (here.home / "session_index.jsonl").read_text().splitlines()
    return [json.loads(row)["thread_name"] for row in rows]


async def picks(here: Program, pattern: str) -> None:
    """Wait until the list of saved sessions shows this row. The emulator has no other screen: what was there stays."""

    def is_there() -> bool:
        pager = here.interface.app.pager
        return pager is not None and any(re.search(pattern, row.text) for row in pager.rows(100, 50)[0])

    await here.until(is_there, pattern)


@pytest.mark.parametrize("large", [start._LARGE, 0])
async def test_another_session_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr(start, "_LARGE", large)  # what is larger is read in a thread
    async with program(tmp_path, [says("First")]) as here:
        await here.ask("an old question", r"^• First$")
        await here.idle()
    async with program(tmp_path, [says("Second"), says("Third")]) as here:
        await here.ask("a new question", r"^• Second$")
        await here.idle()
        await here.ask("/resume")
        await picks(here, r"^> .*a new question$")
        await here.key("esc", READY)
        await here.ask("/resume")
        await picks(here, r"^> .*a new question$")
        await here.key("enter", r"This session is the one on the screen\.$")
        await here.ask("/resume")
        await picks(here, r"^> .*a new question$")
        await here.key("down")
        await picks(here, r"^> .*an old question$")
        await here.key("enter", READY)
        await here.see(r"^• First$")
        await here.ask("go on", r"^• Third$")
        said = [part["content"][0]["text"] for part in here.sent(1)["input"] if part["role"] == "user"]
        assert said[-2:] == ["an old question", "go on"]
        assert len(saved(here)) == 2


async def test_a_session_that_is_gone_cannot_be_chosen(tmp_path: Path) -> None:
    async with program(tmp_path, [says("First")]) as here:
        await here.ask("an old question", r"^• First$")
        await here.idle()
        (old,) = saved(here)
    async with program(tmp_path) as here:
        await here.shown(READY)
        await here.ask("/resume")
        await picks(here, r"^> .*an old question$")
        os.unlink(old)
        await here.key("enter", r"^ It cannot be read: No such file")
        await here.key("esc", READY)


async def test_a_fork_has_all_or_what_came_before_a_message(tmp_path: Path) -> None:
    async with program(tmp_path, [says("First"), says("Second"), says("Third"), says("Fourth")]) as here:
        await here.ask("/fork", r"^• There is nothing to copy yet\.")
        await here.ask("one", r"^• First$")
        await here.idle()
        await here.ask("two", r"^• Second$")
        await here.idle()
        await here.ask("/fork")
        await here.shown(r"^› 1\. All of it")
        await here.key("1", r"^• You go on in a copy\.")
        await here.until(lambda: len(saved(here)) == 2, "a second file")
        await here.ask("three", r"^• Third$")
        await here.idle()
        assert "two" in json.dumps(here.sent(2)["input"])
        before, after = saved(here)
        assert "three" not in before.read_text()
        assert "three" in after.read_text()
        await here.ask("/fork")
        await here.shown(r"^  3\. two")
        await here.key("3")
        await here.until(lambda: here.draft == "two", "the message in the draft")
        await here.key("enter")
        await here.see(r"^• Fourth$")
        texts = json.dumps(here.sent(3)["input"])
        assert "one" in texts
        assert "three" not in texts


def test_many_messages_are_searched_for_the_one_to_fork_before() -> None:
    messages = tuple(f"message {number}" for number in range(12))
    assert Hands(fork_picker(messages)).press(ENTER) == [ForkSession()]
    assert Hands(fork_picker(messages)).press(DOWN, ENTER) == [Backtrack(messages, 11)]
    assert Hands(fork_picker(messages)).press(*"message 3", ENTER) == [Backtrack(messages, 3)]


async def test_a_name_is_kept_and_shown(tmp_path: Path) -> None:
    async with program(tmp_path, [says("First")]) as here:
        await here.ask("a question", r"^• First$")
        await here.idle()
        await here.ask("/rename  the   release ", r"^• This session is called the release\.")
        await here.ask("/status", r"^│ +Name: +the release")
        await here.ask("/rename the last one", r"^• This session is called the last one\.")
        assert names(here) == ["the release", "the last one"]
        (path,) = saved(here)
    async with program(tmp_path, saved=str(path)) as here:
        await here.see(r"^• First$")
        await here.until(lambda: here.interface.app.talk and here.interface.app.talk.chat.name, "the name")
        await here.ask("/status", r"^│ +Name: +the last one")
        await here.ask("/resume")
        await picks(here, r"^> .*the last one$")


def test_without_a_name_it_is_asked_for() -> None:
    (opened,) = run_command("rename", SITUATION._replace(name="the release"))
    assert isinstance(opened, OpenView)
    hands = Hands(opened.view)
    assert any("now: the release" in row for row in shown(hands.stack))
    assert hands.press(" ", ENTER) == []
    assert hands.press(*"next", ENTER) == [RenameSession(" next")]


async def test_a_cleared_screen_begins_with_a_rule_and_loses_nothing(tmp_path: Path) -> None:
    async with program(tmp_path, [says("First"), says("Second")], size=(80, 24)) as here:
        await here.ask("one", r"^• First$")
        await here.idle()
        here.tty.press("/clear\r")
        await here.until(lambda: here.tty.screen.display[0].startswith("─ cleared ─"), "the rule")
        await here.shown(READY)
        assert not any("First" in row for row in here.tty.screen.display)
        assert sum(row == "• First" for row in here.rows) == 1
        assert "\x1b[3J" not in here.tty.log
        assert "\x1b[2J" not in here.tty.log
        await here.ask("two", r"^• Second$")
        await here.idle()
        assert len(here.sent(1)["input"]) == len(here.sent(0)["input"])
        await here.ask("/redraw", r"^─ once more ─")
        await here.until(lambda: sum(row == "• First" for row in here.rows) == 2, "all of it once more")


def test_what_stands_behind_a_command_is_its_argument_only_where_it_has_one() -> None:
    def asked(text: str) -> object:
        found = read(Draft(text), {})
        return found if isinstance(found, RunCommand) else type(found).__name__

    assert asked("/rename my  name ") == RunCommand("rename", "my name")
    assert asked("/rename") == RunCommand("rename")
    assert asked("/model gpt-5") == "Message"
    assert asked(" /rename x") == "Message"


def test_the_list_of_forks_names_messages_in_one_line() -> None:
    rows = shown(fork_picker(("one\x1b[2J\ntwo", "x" * 200)))
    assert any(row.endswith("3. one two") for row in rows)
    assert all(len(row) <= 80 for row in rows)


async def test_an_export_is_written_once_and_overwritten_only_after_a_yes(tmp_path: Path) -> None:
    async with program(tmp_path, [says("**First** <b>"), says("Second")]) as here:
        await here.ask("/export", r"^• There is nothing to export yet\.")
        await here.ask("one", r"^• First <b>$")
        await here.idle()
        await here.ask("/export notes.html", r"^• The conversation is in ~/ws/notes\.html\.")
        file = tmp_path / "ws" / "notes.html"
        assert "**First** &lt;b&gt;" in file.read_text()
        assert file.stat().st_mode & 0o777 == 0o600
        await here.ask("two", r"^• Second$")
        await here.idle()
        await here.ask("/export notes.html", r"^  Overwrite ~/ws/notes\.html\?$")
        await here.key("1", READY)
        assert "Second" not in file.read_text()
        await here.ask("/export notes.html")
        await here.shown(r"^  2\. Yes, overwrite it")
        await here.key("2")
        await here.until(lambda: "Second" in file.read_text(), "the new text")
        await here.ask("/export none/x.md", r"^■ ~/ws/none/x\.md was not written: No such file or directory")
        os.mkfifo(tmp_path / "ws" / "pipe")
        await here.ask("/export pipe")
        await here.until(lambda: any("Overwrite ~/ws/pipe?" in row for row in here.tty.screen.display), "the question")
        await here.key("2", r"^■ ~/ws/pipe was not written: it is no plain file")
        await here.ask("/export", r"^› 1\. Markdown +session-[0-9a-f]{8}\.md")
        await here.key("2", r"^• The conversation is in ~/ws/session-[0-9a-f]{8}\.txt\.")
        (text,) = (tmp_path / "ws").glob("session-*.txt")
        assert "\n> one\n\n**First** <b>\n\n> two\n\nSecond\n" in text.read_text()


async def test_the_draft_stays_when_another_session_is_chosen(tmp_path: Path) -> None:
    async with program(tmp_path, [says("First"), says("Second")]) as here:
        await here.ask("an old question", r"^• First$")
        await here.idle()
        await here.ask("/new")
        await here.ask("a new question", r"^• Second$")
        await here.idle()
        await here.ask("/resume")
        await picks(here, r"^> .*a new question$")
        here.interface.app.composer.set_text("not sent yet")
        await here.key("down")
        await picks(here, r"^> .*an old question$")
        await here.key("enter", r"^› not sent yet$")
        await here.shown(r"^• First$")
        assert here.draft == "not sent yet"
