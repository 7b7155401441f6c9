"""`octavo usage`: what saved sessions took and cost."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from octavo_program import Home
from written_sessions import session_id

from octavo.cli.usage.report import first_day
from octavo.cli.usage.tables import short_number
from octavo.frontends.usage_sums import bar

PRICES = """
[prices."gpt-5-codex"]
input = 2.0
cached_input = 0.5
output = 10.0
[prices."local"]
input = 1.0
output = 1.0
currency = "EUR"
"""


def count(*usage: int, total: tuple[int, ...] | None = None) -> dict[str, Any]:
    """A `token_count`: input, cached input, output, reasoning; the totals are the same unless told."""
    names = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
    last, whole = (
        {**dict(zip(names, one, strict=True)), "total_tokens": one[0] + one[2]} for one in (usage, total or usage)
    )
    info = {"total_token_usage": whole, "last_token_usage": last, "model_context_window": 1}
    return {"type": "token_count", "info": info, "rate_limits": None}


def settings(model: str, cwd: str = "/work/app") -> dict[str, Any]:
    return {"cwd": cwd, "approval_policy": "never", "sandbox_policy": {"mode": "read-only"}, "model": model}


def write(home: Home, number: int, *lines: tuple[str, dict[str, Any]], day: str = "2026-11-24", **meta: Any) -> Path:
    """A session that began in that minute of noon and saved these lines."""
    moment = f"{day}T12:{number:02}:00"
    facts = {
        "id": session_id(number),
        "timestamp": f"{moment}.000Z",
        "cwd": "/work/app",
        "originator": "codex_exec",
        "cli_version": "0.53.0",
        **meta,
    }
    folder = home.path / "sessions" / day.replace("-", "/")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"rollout-{moment.replace(':', '-')}-{session_id(number)}.jsonl"
    every = [("session_meta", facts), *lines]
    path.write_text(
        "".join(
            json.dumps({"timestamp": f"{moment}.{index:03}Z", "type": kind, "payload": payload}) + "\n"
            for index, (kind, payload) in enumerate(every)
        )
    )
    return path


def turn(model: str, *usage: int, total: tuple[int, ...] | None = None, cwd: str = "/work/app") -> list[Any]:
    return [("turn_context", settings(model, cwd)), ("event_msg", count(*usage, total=total))]


def usage(home: Home, *words: str) -> Any:
    ran = home.octavo("usage", "--json", *words)
    assert (ran.code, ran.err) == (0, "")
    return ran.json


def test_tokens_and_costs_by_day_model_and_project(home: Home) -> None:
    home.configure(PRICES)
    write(home, 1, *turn("gpt-5-codex", 1_000_000, 400_000, 100_000, 5), *turn("local", 10, 0, 10, 0, cwd="/work/b"))
    write(home, 2, *turn("gpt-5-codex", 100, 0, 10, 0), day="2026-11-25")
    told = usage(home)
    assert [(row["day"], row["model"], row["project"]) for row in told["usage"]] == [
        ("2026-11-25", "gpt-5-codex", "/work/app"),
        ("2026-11-24", "gpt-5-codex", "/work/app"),
        ("2026-11-24", "local", "/work/b"),
    ]
    assert told["usage"][1] == {
        "day": "2026-11-24",
        "model": "gpt-5-codex",
        "project": "/work/app",
        "answers": 1,
        "input_tokens": 1_000_000,
        "cached_input_tokens": 400_000,
        "output_tokens": 100_000,
        "reasoning_output_tokens": 5,
        "cached_share": 0.4,
        "cost": {"USD": 0.6 * 2 + 0.4 * 0.5 + 0.1 * 10},
        "unpriced_tokens": 0,
    }
    assert told["usage"][2]["cost"] == {"EUR": 0.00002}
    assert told["total"]["answers"] == 3


def test_a_model_without_a_price_is_unknown_and_not_free(home: Home) -> None:
    home.configure(PRICES)
    write(home, 1, *turn("gpt-5-codex", 1_000_000, 0, 0, 0), *turn("other", 70, 0, 7, 0))
    told = usage(home)
    assert told["total"]["cost"] == {"USD": 2.0}
    assert told["total"]["unpriced_tokens"] == 77
    lines = home.octavo("usage").out.splitlines()
    assert [line.split("\t")[-1] for line in lines] == ["2.00 USD", "?"]


def test_an_answer_counts_once_however_often_it_is_told(home: Home) -> None:
    first, second = (100, 0, 10, 0), (300, 0, 30, 0)
    write(
        home,
        1,
        ("turn_context", settings("m")),
        ("event_msg", count(*first)),
        ("event_msg", count(*first)),
        ("event_msg", {"type": "token_count", "info": None, "rate_limits": None}),
        ("event_msg", count(200, 0, 20, 0, total=second)),
        ("event_msg", count(*second, total=second)),  # only the limits changed
        ("event_msg", count(0, 0, 0, 0, total=(9, 9, 9, 9))),  # the window was full
    )
    assert usage(home)["total"]["input_tokens"] == 300
    assert usage(home)["total"]["answers"] == 2


def test_a_review_counts_in_its_own_session_alone(home: Home) -> None:
    entered = {"type": "entered_review_mode", "target": {"type": "custom"}}
    left = {"type": "exited_review_mode", "review_output": None}
    write(
        home,
        1,
        *turn("m", 1, 0, 0, 0),
        ("event_msg", entered),
        ("event_msg", count(50, 0, 5, 0)),
        ("event_msg", left),
        *turn("m", 2, 0, 0, 0),
    )
    write(home, 2, *turn("m", 50, 0, 5, 0))
    assert usage(home)["total"]["input_tokens"] == 53


def test_what_a_fork_copied_counts_once(home: Home) -> None:
    begun = [*turn("m", 10, 0, 1, 0), *turn("m", 20, 0, 1, 0, total=(30, 0, 2, 0))]
    source = write(home, 1, *begun)
    copied_meta = ("session_meta", json.loads(source.read_text().splitlines()[0])["payload"])
    write(home, 2, copied_meta, *begun[:2], *turn("m", 500, 0, 1, 0), day="2026-11-26")
    told = usage(home)
    assert told["total"]["input_tokens"] == 530
    assert [(row["day"], row["input_tokens"]) for row in told["usage"]] == [("2026-11-26", 500), ("2026-11-24", 30)]
    source.unlink()  # now the fork is all that tells of it
    assert usage(home)["total"]["input_tokens"] == 510


def test_archived_sessions_count(home: Home) -> None:
    path = write(home, 1, *turn("m", 10, 0, 1, 0))
    (home.path / "archived_sessions").mkdir()
    path.rename(home.path / "archived_sessions" / path.name)
    assert usage(home)["total"]["input_tokens"] == 10


def test_a_home_whose_name_is_not_utf_8_ends_no_report(home: Home) -> None:
    write(home, 1, *turn("m", 10, 0, 1, 0))
    elsewhere = {"CODEX_HOME": os.fsdecode(bytes(home.root) + b"/caf\xe9")}
    home.path.rename(elsewhere["CODEX_HOME"])
    for words in (("usage", "--json"), ("sessions", "list", "--json"), ("config", "show", "--json")):
        assert home.octavo(*words, env=elsewhere).json


def test_days_from_one_on(home: Home) -> None:
    for number, day in enumerate(("2020-01-01", "2026-11-24", "2026-11-25")):
        write(home, number, *turn("m", 10**number, 0, 0, 0), day=day)
    assert usage(home, "--since", "2026-11-24")["total"]["input_tokens"] == 110
    assert usage(home, "--since", "2026-11-25")["total"]["input_tokens"] == 100
    ran = home.octavo("usage", "--since", "yesterday")
    assert ran.code == 2
    assert "a day like 2026-01-31" in ran.err


@pytest.mark.parametrize(
    ("text", "day"),
    [(None, "0000-00-00"), ("1d", "2026-03-02"), ("7d", "2026-02-24"), ("1w", "2026-02-24"), ("99999w", "0109-08-27")],
)
def test_days_counted_from_today(text: str | None, day: str) -> None:
    assert first_day(text, datetime.date(2026, 3, 2)) == day


def test_days_are_the_users_own(home: Home) -> None:
    write(home, 1, *turn("m", 10, 0, 1, 0))
    for zone, day in (("UTC", "2026-11-24"), ("Pacific/Kiritimati", "2026-11-25")):
        ran = home.octavo("usage", "--json", env={"TZ": zone})
        assert ran.json["usage"][0]["day"] == day


def test_the_sessions_stay_the_truth(home: Home) -> None:
    path = write(home, 1, *turn("m", 10, 0, 1, 0))
    assert usage(home)["total"]["input_tokens"] == 10
    index = home.path / "cache" / "usage"
    assert index.stat().st_mode & 0o777 == 0o600
    path.write_text(path.read_text() + path.read_text().splitlines()[-1].replace("10", "15") + "\n")
    assert usage(home)["total"]["input_tokens"] == 25
    index.write_bytes(b"not an index")
    assert usage(home)["total"]["input_tokens"] == 25
    path.unlink()
    assert usage(home) == {"usage": [], "total": usage(home)["total"]}


def test_a_home_that_cannot_be_written_gives_the_same(home: Home) -> None:
    write(home, 1, *turn("m", 10, 0, 1, 0))
    (home.path / "cache").write_text("in the way")
    assert usage(home)["total"]["input_tokens"] == 10


def test_damaged_files_are_read_as_far_as_they_go(home: Home) -> None:
    path = write(home, 1, *turn("m", 10, 0, 1, 0))
    torn = '{"timestamp":"2026-11-24T12:00:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{'
    path.write_text("nonsense\n" + path.read_text() + torn)
    (path.parent / f"rollout-2026-11-24T12-09-00-{session_id(9)}.jsonl").write_bytes(b"\xff\x00\n")
    assert usage(home)["total"]["input_tokens"] == 10


def test_nothing_saved(home: Home) -> None:
    ran = home.octavo("usage")
    assert (ran.code, ran.out, ran.err) == (0, "", "No answers in saved sessions.\n")
    assert usage(home)["total"]["answers"] == 0


def test_prices_of_a_wrong_kind_are_refused(home: Home) -> None:
    home.configure('[prices."m"]\ninput = "cheap"\noutput = 1.0')
    ran = home.octavo("usage")
    assert ran.code == 1
    assert "in `prices.m.input`" in ran.err


def test_a_terminal_gets_bars_and_tables(home: Home) -> None:
    home.configure(PRICES)
    write(home, 1, *turn("gpt-5-codex", 3_000_000, 1_500_000, 0, 0))
    write(home, 2, *turn("gpt-5-codex", 1_000_000, 0, 0, 0), day="2026-11-25")
    shown = on_a_terminal(home, "usage")
    assert "█" * 30 in shown
    assert "█" * 10 in shown
    for words in ("2026-11-24", "3.00M", "gpt-5-codex", "/work/app", "38%", "5.75 USD", "Total"):
        assert words in shown


def on_a_terminal(home: Home, *words: str) -> str:
    outer, inner = os.openpty()
    environ = {**home.environ, "TERM": "xterm", "COLUMNS": "120"}
    start = [sys.executable, "-m", "octavo", *words]
    with subprocess.Popen(start, env=environ, cwd=home.folder, stdin=inner, stdout=inner, stderr=inner) as process:
        os.close(inner)
        text = b""
        try:
            while piece := os.read(outer, 65536):
                text += piece
        except OSError:
            pass  # Linux says so when the other end is closed
        process.wait(30)
    os.close(outer)
    return text.decode()


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1000, "1.00K"), (12_345, "12.3K"), (999_600, "1.00M"), (123_456_789, "123M")],
)
def test_counts_are_short(number: int, text: str) -> None:
    assert short_number(number) == text


def test_a_bar_shows_even_a_little() -> None:
    assert bar(0, 100, 30) == ""
    assert bar(1, 10_000, 30) == "▏"
    assert bar(50, 100, 30) == "█" * 15
    assert bar(100, 100, 30) == "█" * 30
