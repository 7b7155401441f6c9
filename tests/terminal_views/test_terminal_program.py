"""What questions, lists and commands do to a real session: settings, files, saved sessions."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest
from model_says import answer, message, patch, says, shell
from whole_program import CONFIG, Program, program

from octavo.frontends.terminal.request import CHOOSE, TerminalRequest

UNTRUSTED = 'approval_policy = "untrusted"\nsandbox_mode = "danger-full-access"\n' + CONFIG
READY = r"context left"


def settings(here: Program) -> dict[str, object]:
    return tomllib.loads((here.home / "config.toml").read_text())


def saved(here: Program) -> list[Path]:
    return sorted((here.home / "sessions").glob("**/*.jsonl"))


def git(folder: Path, *args: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@e", *args], cwd=folder, check=True, capture_output=True
    )


# --- questions ---


async def test_a_yes_runs_the_command_and_a_no_ends_the_turn(tmp_path: Path) -> None:
    scripts = [answer(shell("touch one", "c1")), says("Thanks"), answer(shell("touch two", "c2"))]
    async with program(tmp_path, scripts, config=UNTRUSTED) as here:
        await here.ask("go", r"^  \$ .*touch one")
        assert not (tmp_path / "ws/one").exists()
        await here.key("y", r"^• Thanks$")
        assert (tmp_path / "ws/one").exists()
        assert here.sees(r"^✔ .*touch one")
        await here.idle()
        await here.ask("again", r"^  \$ .*touch two")
        await here.key("esc", r"^■ ")
        assert here.sees(r"^✗ .*touch two")
        assert not (tmp_path / "ws/two").exists()


async def test_two_questions_come_one_after_the_other_and_a_refusal_drops_the_second(tmp_path: Path) -> None:
    both = answer(shell("touch one", "c1"), shell("touch two", "c2"))
    async with program(tmp_path, [both], config=UNTRUSTED) as here:
        await here.ask("go", r"^  \$ .*touch one")
        await here.key("n", r"^■ ")
        await here.idle()
        assert not here.sees(r"^  \$ .*touch two")
        assert list((tmp_path / "ws").iterdir()) == []


async def test_a_command_approved_for_the_session_is_not_asked_for_again(tmp_path: Path) -> None:
    scripts = [answer(shell("echo x >> log", "c1")), answer(shell("echo x >> log", "c2")), says("Thanks")]
    async with program(tmp_path, scripts, config=UNTRUSTED) as here:
        await here.ask("go", r"^  \$ ")
        await here.key("a", r"^• Thanks$")
        assert (tmp_path / "ws/log").read_text() == "x\nx\n"


async def test_a_patch_is_shown_and_applied_after_a_yes(tmp_path: Path) -> None:
    scripts = [answer(patch("*** Add File: new.txt\n+text")), says("Thanks")]
    async with program(tmp_path, scripts, config=UNTRUSTED) as here:
        await here.ask("go", r"^  new\.txt \(\+1 -0\)$")
        await here.key("\x01", r"^/ P A T C H /")
        await here.key("q", r"^› 1\. ")
        await here.key("y", r"^• Thanks$")
        assert (tmp_path / "ws/new.txt").read_text() == "text\n"
        assert not here.sees(r"^✔ ")


async def test_the_draft_is_the_same_after_a_question(tmp_path: Path) -> None:
    scripts = [answer(shell("touch one")), says("Thanks")]
    async with program(tmp_path, scripts, config=UNTRUSTED) as here:
        here.tty.press("go\r")
        here.tty.press("half a sentence")
        await here.shown(r"^  \$ ")
        await here.key("y", r"^• Thanks$")
        await here.shown(r"^› half a sentence$")
        assert here.sent(1)["input"][-1]["type"] == "function_call_output"


# --- settings ---


async def test_a_model_is_used_and_saved_in_place(tmp_path: Path) -> None:
    async with program(tmp_path, [says("Hello")], config="# mine\n" + CONFIG) as here:
        await here.see(READY)
        await here.ask("/model", r"^› 1\. gpt-5-codex \(current\)")
        await here.key("2", r"^. 1\. Minimal")
        await here.key("2", r"^• Model changed to gpt-5 with low reasoning$")
        assert (settings(here)["model"], settings(here)["model_reasoning_effort"]) == ("gpt-5", "low")
        assert (here.home / "config.toml").read_text().startswith("# mine\n")
        await here.ask("hi", r"^• Hello$")
        assert here.sent(0)["model"] == "gpt-5"


async def test_a_choice_that_cannot_be_saved_holds_all_the_same(tmp_path: Path) -> None:
    async with program(tmp_path, [says("Hello")]) as here:
        await here.see(READY)
        (here.home / "config.toml").write_text("model = [")
        await here.ask("/model", r"^› 1\. gpt-5-codex")
        await here.key("2", r"^. 1\. Minimal")
        await here.key("1", r"^■ The choice holds for this session, but could not be saved: ")
        await here.ask("hi", r"^• Hello$")
        assert here.sent(0)["model"] == "gpt-5"


async def test_a_choice_changes_nothing_else(tmp_path: Path) -> None:
    environ = {"CODEX_TUI_RECORD_SESSION": "1", "CODEX_TUI_SESSION_LOG_PATH": str(tmp_path / "record")}
    async with program(tmp_path, environ=environ) as here:
        await here.see(READY)
        await here.ask("/model", r"^› 1\. gpt-5-codex")
        await here.key("2", r"^. 1\. Minimal")
        await here.key("2", r"^• Model changed")
        await here.ask("/approvals", r"^› 2\. Auto")
        await here.key("1", r"^• Approvals changed to Read Only for this session")
    records = [json.loads(row) for row in (tmp_path / "record").read_text().splitlines()]
    chosen = [row["payload"] for row in records if row.get("payload", {}).get("type") == "override_turn_context"]
    assert chosen == [
        {"type": "override_turn_context", "model": "gpt-5", "effort": "low"},
        {
            "type": "override_turn_context",
            "approval_policy": "on-request",
            "sandbox_policy": {"mode": "read-only"},
        },
    ]


async def test_full_access_is_asked_about_and_the_notice_is_saved(tmp_path: Path) -> None:
    async with program(tmp_path, []) as here:
        await here.see(READY)
        before = settings(here)
        await here.ask("/approvals", r"^› 2\. Auto \(current\)")
        await here.key("3", r"^› 1\. Yes")
        await here.key("3", r"^› 2\. Auto \(current\)")
        assert settings(here) == before
        await here.key("3", r"^› 1\. Yes")
        await here.key("2", r"^⚠ Approvals changed to Full Access for this session")
        assert settings(here) == before | {"notice": {"hide_full_access_warning": True}}
        await here.ask("/approvals", r"^› 3\. Full Access \(current\)")


async def test_logging_out_removes_the_login_and_leaves(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    login = tmp_path / "home/auth.json"
    login.write_text('{"OPENAI_API_KEY": "sk-test"}')
    async with program(tmp_path) as here:
        await here.see(READY)
        await here.ask("/logout")
        ending = await here.ended()
        assert (ending.signum, ending.farewell) == (None, "Logged out.")
        assert not login.exists()


# --- before the session ---

NEEDS_LOGIN = CONFIG + "requires_openai_auth = true\n"


async def test_signing_in_with_a_key_then_trust_then_the_session(tmp_path: Path) -> None:
    (tmp_path / "ws").mkdir()
    git(tmp_path / "ws", "init", "-q")
    async with program(tmp_path, config=NEEDS_LOGIN, trusted=False) as here:
        await here.shown(r"^› 1\. Sign in with ChatGPT")
        assert saved(here) == []
        await here.key("2", "╭─")
        here.tty.press("\x1b[200~ sk-pasted \n\x1b[201~")
        await here.shown("•{9}")
        await here.key("enter", r"^› 1\. Yes, it may work here")
        assert "?1049" not in here.tty.log, "the questions stand above the shell's rows, not on another screen"
        assert json.loads((here.home / "auth.json").read_text()) == {"OPENAI_API_KEY": "sk-pasted"}
        await here.key("enter", READY)
        await here.until(lambda: saved(here), "a session")
        assert settings(here)["projects"] == {str(tmp_path / "ws"): {"trust_level": "trusted"}}
        await here.ask("/status", r"Sandbox: +workspace-write")


async def test_no_trust_writes_nothing_and_leaves_a_read_only_session(tmp_path: Path) -> None:
    async with program(tmp_path, trusted=False) as here:
        before = (here.home / "config.toml").read_bytes()
        await here.shown(r"^› 2\. No, ask me first")
        await here.key("enter", READY)
        assert (here.home / "config.toml").read_bytes() == before
        await here.ask("/status", r"Sandbox: +read-only")


@pytest.mark.parametrize("key", ["q", "\x03", "\x04"])
async def test_leaving_the_sign_in_begins_no_session(tmp_path: Path, key: str) -> None:
    async with program(tmp_path, config=NEEDS_LOGIN) as here:
        await here.shown(r"^› 1\. Sign in")
        await here.key(key)
        await here.ended()
        assert saved(here) == []


# --- saved sessions ---


async def test_going_back_forks_and_leaves_the_old_session_as_it_is(tmp_path: Path) -> None:
    async with program(tmp_path, [says("First"), says("Second"), says("Third")]) as here:
        await here.ask("one", r"^• First$")
        await here.idle()
        await here.ask("two", r"^• Second$")
        await here.idle()
        (old,) = saved(here)
        before = old.read_bytes()
        await here.key("esc", "esc again to edit")
        await here.key("esc", r"^/ T R A N S C R I P T /")
        await here.key("enter", r"^› two$")
        await here.until(lambda: len(saved(here)) == 2, "a second session")
        await here.until(lambda: here.draft == "two", "the text to edit")
        await here.key("\x0b")
        await here.ask("three", r"^• Third$")
        texts = [part["text"] for item in here.sent(2)["input"] for part in item.get("content", ())]
        assert [text for text in texts if not text.startswith("<")] == ["one", "First", "three"]
        assert old.read_bytes() == before


async def test_a_new_session_keeps_what_was_printed(tmp_path: Path) -> None:
    async with program(tmp_path, [says("First"), says("Second")]) as here:
        await here.ask("one", r"^• First$")
        await here.idle()
        await here.ask("/new")
        await here.until(lambda: sum("directory:" in row for row in here.rows) == 2, "a second header")
        await here.ask("two", r"^• Second$")
        assert here.sees(r"^• First$")
        assert len(saved(here)) == 2


async def test_a_new_session_tells_what_of_the_one_before_is_not_saved(tmp_path: Path) -> None:
    async with program(tmp_path, [says("First"), says("Second"), says("Third")]) as here:
        await here.ask("one", r"^• First$")
        await here.idle()
        saved(here)[0].unlink()
        await here.ask("two", r"^• Second$")
        await here.idle()
        await here.ask("/new", "^■ The last of the session before this one could not be saved: its file was removed")
        await here.ask("three", r"^• Third$")


async def test_the_resume_picker_goes_on_with_the_chosen_session(tmp_path: Path) -> None:
    async with program(tmp_path, [says("First")]) as here:
        await here.ask("an old question", r"^• First$")
        await here.idle()
    async with program(tmp_path, [says("Second")], request=TerminalRequest(CHOOSE)) as here:
        await here.shown(r"^> .*an old question$")
        await here.key("enter", READY)
        await here.see(r"^• First$")
        await here.ask("go on", r"^• Second$")
        assert len(saved(here)) == 1


async def test_a_resumed_session_uses_the_settings_of_now(tmp_path: Path) -> None:
    async with program(tmp_path, [says("First")]) as here:
        await here.ask("an old question", r"^• First$")
        await here.idle()
        file = here.home / "config.toml"
    file.write_text(file.read_text().replace('"gpt-5-codex"', '"gpt-5"'))
    async with program(tmp_path, [says("Second")], request=TerminalRequest(CHOOSE)) as here:
        await here.shown(r"^> .*an old question$")
        await here.key("enter", READY)
        await here.see(r"^│ model: +gpt-5 ")
        await here.ask("go on", r"^• Second$")
        assert here.sent(0)["model"] == "gpt-5"


async def test_a_session_that_cannot_begin_is_told_and_can_be_left(tmp_path: Path) -> None:
    async with program(tmp_path, saved=str(tmp_path / "gone.jsonl")) as here:
        await here.see(r"^■ The session could not begin: ")
        here.tty.press("a draft")
        await here.shown(r"^› a draft$")
        await here.key("\x03", r"^› *$")
        await here.key("\x03")
        assert (await here.ended()).usage is None


@pytest.mark.parametrize(("key", "sessions"), [("esc", 2), ("\x03", 1)])
async def test_the_resume_picker_can_be_left(tmp_path: Path, key: str, sessions: int) -> None:
    async with program(tmp_path, [says("First")]) as here:
        await here.ask("an old question", r"^• First$")
        await here.idle()
    async with program(tmp_path, request=TerminalRequest(CHOOSE)) as here:
        await here.shown(r"^> .*an old question$")
        await here.key(key)
        await (here.ended() if key == "\x03" else here.until(lambda: len(saved(here)) == 2, "a new session"))
        assert len(saved(here)) == sessions


# --- commands ---


async def test_the_diff_shows_what_git_sees(tmp_path: Path) -> None:
    (tmp_path / "ws").mkdir()
    git(tmp_path / "ws", "init", "-q")
    (tmp_path / "ws/new.txt").write_text("fresh\n")
    async with program(tmp_path) as here:
        await here.see(READY)
        await here.ask("/diff")
        await here.shown(r"^\+fresh$")
        await here.key("q", READY)


async def test_a_review_of_a_commit(tmp_path: Path) -> None:
    (tmp_path / "ws").mkdir()
    git(tmp_path / "ws", "init", "-q", "-b", "main")
    git(tmp_path / "ws", "commit", "-qm", "the first step", "--allow-empty")
    async with program(tmp_path, [answer(message("plain words"))]) as here:
        await here.see(READY)
        await here.ask("/review")
        await here.key("3", r"^› the first step")
        await here.key("enter", r"^<< Code review finished >>$")
        assert here.sees(r"^>> Code review started: commit [0-9a-f]{7} <<$")


async def test_outside_of_a_repository_the_lists_of_a_review_say_so(tmp_path: Path) -> None:
    async with program(tmp_path) as here:
        await here.see(READY)
        await here.ask("/review")
        await here.key("1", r"^■ .*not in a git repository")
        await here.shown(r"^› 1\. Against")


async def test_feedback_without_a_receiver_names_the_log(tmp_path: Path) -> None:
    async with program(tmp_path) as here:
        await here.see(READY)
        await here.ask("/feedback", r"codex-tui\.log")
