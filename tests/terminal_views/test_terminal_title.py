"""The title of the window: its items, its states, and the list to choose them from."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from model_says import says
from story import make_config
from terminal_keys import DOWN, ENTER, ESC, Hands, shown
from whole_program import CONFIG, program

from octavo.frontends.terminal.chat.chat import Chat
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.effects.looks import ChooseTitle
from octavo.frontends.terminal.keys.key import Key
from octavo.frontends.terminal.title import ITEMS, Title, known_items, unknown_items
from octavo.frontends.terminal.views.item_picker import ItemPicker
from octavo.protocol import events


def a_title(folder: Path, *items: str, **settings: Any) -> Title:
    return Title(items, lambda: make_config(folder, **settings))


def a_chat(folder: Path, *msgs: events.Msg) -> Chat:
    chat = Chat(ChatFacts(version="1", cwd=str(folder), model="m", repository=str(folder)))
    for msg in msgs:
        chat.feed(events.Event("1", msg), 1.0)
    return chat


def text(title: Title, chat: Chat, *, is_asked: bool = False, now: float = 0.0) -> str:
    return title.text(chat, is_open=True, is_asked=is_asked, now=now)


def test_the_items_stand_in_their_order_and_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    title = a_title(tmp_path, "run-state", "thread-name", "project-name", "context-remaining")
    assert text(title, a_chat(tmp_path)) == f"Ready | {tmp_path.name} | Context 100% left"
    assert text(a_title(tmp_path), a_chat(tmp_path)) == ""


def test_a_mark_turns_while_it_works_and_a_question_is_told(tmp_path: Path) -> None:
    title = a_title(tmp_path, "activity", "app-name", "run-state")
    chat = a_chat(tmp_path, events.TaskStarted(model_context_window=None))
    assert [text(title, chat, now=now) for now in (0.0, 0.2, 0.3)] == [
        "⠋ octavo | Working", "⠋ octavo | Working", "⠙ octavo | Working",
    ]  # fmt: skip
    still = a_title(tmp_path, "activity", "app-name", tui={"animations": False})
    assert [text(still, chat, now=now) for now in (0.0, 0.3)] == ["• octavo"] * 2
    assert text(title, chat, is_asked=True) == "[ ! ] Action Required octavo | Waiting"
    chat.feed(events.Event("1", events.AgentReasoningDelta("**Looking around**")), 1.0)
    assert text(title, chat).endswith("Thinking")
    chat.feed(events.Event("1", events.TaskComplete(None)), 1.0)
    assert text(title, chat) == "octavo | Ready"


def test_the_plan_and_the_branch_are_followed(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/a\x1b]0;b\x07\x9cc\n")
    title = a_title(tmp_path, "task-progress", "git-branch")
    steps = (events.PlanStep("one", "completed"), events.PlanStep("two", "pending"))
    title.heard(events.PlanUpdate(None, steps))
    title.heard(events.TaskComplete(None))
    whole = text(title, a_chat(tmp_path))
    assert whole.startswith("Tasks 1/2 | a")
    assert whole.isprintable()


def test_every_item_has_a_text_or_none_and_a_long_one_is_cut(tmp_path: Path) -> None:
    title = a_title(tmp_path, *ITEMS, model="m" * 300)
    chat = a_chat(tmp_path)
    chat.name = "n" * 300
    whole = text(title, chat)
    assert "n" * 45 + "..." in whole
    assert len(whole) == 240


def test_older_names_are_known_and_others_are_told(tmp_path: Path) -> None:
    assert known_items(["spinner", "project", "status", "thread", "activity", "bogus"]) == (
        "activity", "project-name", "run-state", "thread-title",
    )  # fmt: skip
    assert unknown_items(["spinner", "fast-mode", "bogus", "model"]) == ["bogus"]


def test_the_list_takes_items_in_and_out_and_moves_them() -> None:
    items = {"one": "the first", "two": "the second", "three": "the third"}
    picker = ItemPicker("Title", items, ["two"], " | ".join, ChooseTitle)
    hands = Hands(picker)
    assert shown(picker)[2:5] == ["› [x] two    the second", "  [ ] one    the first", "  [ ] three  the third"]
    hands.press(DOWN, DOWN, " ", Key("left"), Key("left"))
    assert shown(picker)[2:7] == [
        "› [x] three  the third", "  [x] two    the second", "  [ ] one    the first", "", "  three | two",
    ]  # fmt: skip
    assert hands.press(ENTER) == [ChooseTitle(("three", "two"))]
    assert hands.stack.top is None
    for height in range(1, 12):
        assert len(picker.rows(20, height)[0]) <= height
    empty = Hands(ItemPicker("Title", items, ["two"], " | ".join, ChooseTitle))
    assert empty.press(" ", ENTER) == [ChooseTitle(())]
    assert Hands(picker).press(ESC) == []


async def test_a_title_is_set_chosen_anew_and_given_back(tmp_path: Path) -> None:
    tables = '[tui]\nterminal_title = ["run-state", "nothing"]\n'
    async with program(tmp_path, config=CONFIG + tables) as here:
        await here.see(r"^⚠ No such items of the title: nothing\.")
        await here.until(lambda: "\x1b]0;Ready\x07" in here.tty.log)
        assert here.tty.log.count("\x1b[22;0t") == 1
        await here.ask("/title", r"^› \[x\] run-state")
        await here.key("\x1b[B", r"^› \[ \] activity")
        await here.key("\x1b[B", r"^› \[ \] thread-name")
        await here.key("\x1b[B", r"^› \[ \] project-name")
        await here.key(" ", r"^  Ready \| ws$")
        await here.key("enter", r"^• In the title: run-state, project-name$")
        await here.until(lambda: "\x1b]0;Ready | ws\x07" in here.tty.log)
        here.tty.press("\x04")
        await here.ended()
        here.interface.screen.end()
        assert here.tty.log.count("\x1b[22;0t") == here.tty.log.count("\x1b[23;0t") == 1
        assert here.tty.log.rindex("\x1b]0;") < here.tty.log.rindex("\x1b[23;0t")
        saved = tomllib.loads((here.home / "config.toml").read_text())
        assert saved["tui"]["terminal_title"] == ["run-state", "project-name"]


@pytest.mark.parametrize("table", ["", '[tui]\nquiet = true\nnotifications = true\nterminal_title = ["app-name"]\n'])
async def test_without_a_wish_or_where_all_is_quiet_nothing_is_written(tmp_path: Path, table: str) -> None:
    async with program(tmp_path, [says("Hello")], config=CONFIG + table) as here:
        await here.see(r"context left")
        here.tty.press("\x1b[O")
        await here.ask("hi", r"^• Hello$")
        await here.idle()
        here.tty.press("\x04")
        await here.ended()
        assert "\x1b]0;" not in here.tty.log
        assert "\x1b[22;0t" not in here.tty.log
        assert "\x07" not in here.tty.log.replace("\x1b]10;?\x07", "").replace("\x1b]11;?\x07", "")


async def test_a_console_has_no_title(tmp_path: Path) -> None:
    tables = '[tui]\nterminal_title = ["app-name"]\n'
    async with program(tmp_path, [says("Hello")], config=CONFIG + tables, environ={"TERM": "linux"}) as here:
        await here.see(r"context left")
        await here.ask("hi", r"^• Hello$")
        assert "\x1b]0;" not in here.tty.log
