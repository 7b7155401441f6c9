"""The status line: its items, how it gives way, the user's own command, and the list to choose from."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from model_says import answer, says, shell
from story import make_config
from whole_program import CONFIG, Program, program

from octavo.config.schema import PriceToml, Tui
from octavo.frontends.terminal.chat.chat import Chat
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.session_items import ELSEWHERE, ITEMS, Known, known_items, unknown_items
from octavo.frontends.terminal.status_line import StatusLine
from octavo.frontends.terminal.text.styled import ACCENT, DIM, ERROR, WARNING, Style, line
from octavo.frontends.terminal.text.widths import line_width
from octavo.protocol import events
from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow, TokenUsage, TokenUsageInfo

HERE = "[tui] # mine\nstatus_line = [\n  'model', # which\n  'git-branch',\n  'context-remaining',\n]\n"


def a_chat(folder: Path, used: int = 0, five: float | None = None, weekly: float | None = None) -> Chat:
    chat = Chat(ChatFacts(version="1", cwd=str(folder), model="m", repository=str(folder), window=112_000))
    usage = TokenUsage(input_tokens=used, cached_input_tokens=used // 2, output_tokens=1000, total_tokens=used)
    windows = [RateLimitWindow(percent, None, None) if percent is not None else None for percent in (five, weekly)]
    limits = RateLimitSnapshot(*windows)
    chat.feed(events.Event("1", events.TokenCount(TokenUsageInfo(usage, usage, 112_000), limits)), 1.0)
    return chat


def a_line(folder: Path, *items: str, **settings: Any) -> StatusLine:
    return StatusLine(items, lambda: make_config(folder, **settings))


def known(of: StatusLine, chat: Chat | None = None) -> Known:
    return of.known(chat, is_open=True, is_asked=False, now=0.0)


def text(of: StatusLine, chat: Chat | None = None, columns: int = 200) -> str:
    return of.row(known(of, chat), columns).text


def look(of: StatusLine, words: str, chat: Chat) -> Style:
    return next(span.style for span in of.row(known(of, chat), 200).spans if words in span.text)


# --- items ---


def test_the_items_stand_in_their_order_and_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    of = a_line(tmp_path, "context-remaining", "thread-name", "five-hour-limit", "model-with-reasoning", "project-name")
    assert text(of, a_chat(tmp_path, 62_000)) == f"  Context 50% left · gpt-5-codex default · {tmp_path.name}"


def test_every_item_of_codex_is_known_and_has_a_text_before_and_in_a_session(tmp_path: Path) -> None:
    assert unknown_items([*ITEMS, *ELSEWHERE, "bogus"]) == ["bogus"]
    assert known_items(["project", "model", "model", "daybreak"]) == ("project-name", "model")
    of = a_line(tmp_path, *ITEMS, model_reasoning_effort="high")
    of.look()
    assert "\n" not in text(of) + text(of, a_chat(tmp_path, 20_000, 10, 20))
    assert "high" in text(of)


def test_what_goes_at_the_right_gives_way_whole_and_the_last_one_is_cut(tmp_path: Path) -> None:
    of, chat = a_line(tmp_path, "model", "context-remaining", "used-tokens"), a_chat(tmp_path, 10_000)
    whole = "  gpt-5-codex · Context 100% left · 6K used"
    assert text(of, chat) == whole
    for columns in range(13, len(whole) + 1):
        row = text(of, chat, columns)
        assert len(row) <= columns
        assert whole.startswith(row)
        assert whole[len(row) :] == "" or whole[len(row) :].startswith(" · ")
    assert text(of, chat, 8) == "  gpt-5-"


def test_the_keys_are_told_where_there_is_room(tmp_path: Path) -> None:
    of = a_line(tmp_path, "model")
    assert of.row(known(of), 80, help_key="?").text == "  gpt-5-codex · ? for shortcuts"
    assert of.row(known(of), 20, help_key="?").text == "  gpt-5-codex"


def test_limits_stand_there_from_the_share_that_the_user_wants_and_in_colour_when_near(tmp_path: Path) -> None:
    items, chat = ("five-hour-limit", "weekly-limit"), a_chat(tmp_path, 0, 60, 92)
    assert text(a_line(tmp_path, *items), chat) == "  5h 40% left · Weekly 8% left"
    of = a_line(tmp_path, *items, tui=Tui(status_line_limits_from=75))
    assert text(of, chat) == "  Weekly 8% left"
    assert (look(of, "Weekly", chat), look(of, "Weekly", a_chat(tmp_path, 0, 0, 80))) == (ERROR, WARNING)
    assert text(of, a_chat(tmp_path, 0, 60, 60)) == "  "


def test_colours_may_be_turned_off(tmp_path: Path) -> None:
    chat = a_chat(tmp_path)
    assert look(a_line(tmp_path, "model"), "gpt", chat) == ACCENT
    assert look(a_line(tmp_path, "model", tui=Tui(status_line_use_colors=False)), "gpt", chat) == DIM


@pytest.mark.parametrize(("currency", "shown"), [("USD", "$0.13"), ("EUR", "0.13 EUR")])
def test_the_cost_goes_by_the_price_of_the_model(tmp_path: Path, currency: str, shown: str) -> None:
    price = PriceToml(input=2.0, output=10.0, cached_input=1.0, currency=currency)
    of = a_line(tmp_path, "estimated-thread-cost", prices={"gpt-5-codex": price})
    assert text(of, a_chat(tmp_path, 80_000)) == f"  {shown}"
    assert text(a_line(tmp_path, "estimated-thread-cost"), a_chat(tmp_path, 80_000)) == "  "


def test_nothing_that_others_have_named_steers_the_terminal(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/a\x1b]0;b\x07\x9cc\n")
    of = a_line(tmp_path, "git-branch", "thread-name")
    of.look()
    chat = a_chat(tmp_path)
    chat.name = "x\x1b[31my\n"
    of.said = line("mine")
    assert text(of, chat).isprintable()
    assert text(of, chat).endswith(" · mine")


def test_what_the_users_command_says_is_cut_where_the_row_ends(tmp_path: Path) -> None:
    of = a_line(tmp_path, "model")
    of.said = line("abcdefghij" * 5)
    shown = of.row(known(of), 40, help_key="?")
    assert shown.text.startswith("  gpt-5-codex · abcdefghijabcdefghij")
    assert line_width(shown) == 40
    assert of.row(known(of), 20, help_key="?").text == "  gpt-5-codex"


# --- in the program ---


def settings(here: Program) -> dict[str, Any]:
    return tomllib.loads((here.home / "config.toml").read_text())["tui"]  # type: ignore[no-any-return]


async def test_the_line_follows_the_session_and_the_hints_of_keys_take_its_place(tmp_path: Path) -> None:
    async with program(tmp_path, [says("Done")], config=CONFIG + HERE) as here:
        await here.shown(r"^  gpt-5-codex · Context 100% left · \? for shortcuts$")
        await here.ask("go", "^• Done")
        await here.idle()
        await here.key("esc", "esc again to edit")
        await here.key("x", r"^  gpt-5-codex · Context \d+% left$")


async def test_the_mode_of_vi_stands_before_it(tmp_path: Path) -> None:
    async with program(tmp_path, config=CONFIG + HERE, size=(44, 20)) as here:
        await here.ask("/vim")
        await here.shown(r"^  \S+ · gpt-5-codex · Context 100% left$")


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (14, 5)])
async def test_the_mode_of_vi_stands_alone_where_there_is_no_room_for_the_line(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    config = CONFIG + HERE + "vim_mode_default = true\n"
    async with program(tmp_path, [says("Done")], config=config, size=size) as here:
        await here.key("x")
        await here.until(lambda: here.draft == "x", "the key")


async def test_items_are_chosen_and_saved_with_all_that_stands_around_them(tmp_path: Path) -> None:
    more = HERE.replace("'git-branch'", "'daybreak'") + "notifications = true # loud\n"
    async with program(tmp_path, config=CONFIG + more) as here:
        await here.ask("/statusline", r"^› \[x\] model ")
        await here.see(r"^  space to take in or out, ← → to move, enter to save, esc to")
        await here.key(" ", r"^› \[ \] model ")
        await here.key("enter", r"^• In the status line: context-remaining$")
        await here.shown(r"^  Context 100% left · \? for shortcuts$")
        assert settings(here) == {"status_line": ["context-remaining", "daybreak"], "notifications": True}
        assert "notifications = true # loud" in (here.home / "config.toml").read_text()
        await here.ask("/statusline", r"^› \[x\] context-remaining ")
        await here.key(" ")
        await here.key("enter", "There is no status line")


async def test_an_unknown_item_is_told_once_and_one_of_codex_not_at_all(tmp_path: Path) -> None:
    config = CONFIG + "[tui]\nstatus_line = ['model', 'bogus', 'raw-output']\n"
    async with program(tmp_path, config=config) as here:
        await here.see(r"^⚠ No such items of the status line: bogus\. ")
        assert sum("No such items" in row for row in here.rows) == 1


# --- the user's own command ---


def command(folder: Path, script: str) -> str:
    path = folder / "line"
    path.write_text(f"#!/bin/sh\n{script}")
    path.chmod(0o755)
    return CONFIG + f"[tui]\nstatus_line = ['model']\nstatus_line_command = ['{path}', 'an argument']\n"


async def test_a_command_reads_what_is_known_and_its_first_line_is_shown(tmp_path: Path) -> None:
    script = "cat > told.json; printf '\\033[31m%s\\033[0m \\033]0;x\\007\\033[2Jhere\\nmore\\n' \"$1\""
    async with program(tmp_path, [says("Done")], config=command(tmp_path, script)) as here:
        await here.shown(r"^  gpt-5-codex · an argument here · \? for")
        assert not here.sees("more")
        assert re.search(r"\x1b\[31man argument", here.tty.log)
        assert "\x1b[2J" not in here.tty.log
        told = json.loads((tmp_path / "ws" / "told.json").read_text())
        assert told["cwd"] == str(tmp_path / "ws")
        assert (told["model"], told["state"], told["sandbox_mode"]) == ("gpt-5-codex", "ready", "workspace-write")
        assert told["context"]["left_percent"] == 100
        assert told["limits"] == []


@pytest.mark.parametrize(
    ("script", "limit", "reason"),
    [
        ("echo first >&2; echo why >&2; exit 3", 5.0, "ended with code 3: why"),
        ("exec sleep 100", 0.2, "took longer than 0.2 seconds"),
    ],
)
async def test_what_goes_wrong_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, limit: float, reason: str
) -> None:
    from octavo.frontends.terminal import status_command

    monkeypatch.setattr(status_command, "LIMIT_S", limit)
    monkeypatch.setattr(status_command, "LEAST_S", 0.0)
    turn = [answer(shell("true", "c1")), says("Done")]
    config = command(tmp_path, f"echo x >> ran\n{script}")
    async with program(tmp_path, turn, config=config, size=(200, 50)) as here:
        await here.see(rf"^⚠ The status line's command .* {reason}")
        await here.ask("go", "^• Done")
        await here.idle()
        ran = tmp_path / "ws" / "ran"
        await here.until(lambda: ran.read_text().count("x") > 2, "another run")
        assert sum("The status line's command" in row for row in here.rows) == 1
        assert here.sees(r"^  gpt-5-codex · ")


async def test_a_program_that_is_not_there_is_told_and_no_key_waits(tmp_path: Path) -> None:
    config = CONFIG + "[tui]\nstatus_line_command = ['/nowhere/line']\n"
    async with program(tmp_path, config=config) as here:
        await here.see(r"^⚠ The status line's command /nowhere/line ")
        await here.key("abc", "^› abc")


async def test_a_program_of_the_sessions_folder_is_not_taken_for_the_users(tmp_path: Path) -> None:
    config = CONFIG + "[tui]\nstatus_line_command = ['./line']\n"
    (tmp_path / "ws").mkdir(exist_ok=True)
    (tmp_path / "ws" / "line").write_text("#!/bin/sh\ntouch ran\n")
    (tmp_path / "ws" / "line").chmod(0o755)
    async with program(tmp_path, config=config) as here:
        await here.see(r"^⚠ The status line's command ./line has to be named by its whole path")
    assert not (tmp_path / "ws" / "ran").exists()


async def test_a_command_that_runs_ends_with_the_program(tmp_path: Path) -> None:
    pid = tmp_path / "ws" / "pid"
    async with program(tmp_path, config=command(tmp_path, "echo $$ > pid; exec sleep 100")) as here:
        await here.until(lambda: pid.exists() and pid.read_text().strip(), "the command")
        await here.key("typed", "^› typed")
    assert not Path(f"/proc/{pid.read_text().strip()}/stat").exists()
