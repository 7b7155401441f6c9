"""The program in a real terminal: what is typed, what is left, and that every way out gives the terminal back."""

from __future__ import annotations

import os
import select
import shlex
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
from terminal_window import READY, Open, Window, octavo, runs, says, tape

NUMBERS = "  \n".join(f"line {number:03}" for number in range(1, 61))


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def talk(home: Path, window: Open, **more: object) -> Window:
    """A session in which one question was answered."""
    opened = window(octavo("--replay", tape(home, [says("Good day")])), **more)
    opened.sees(READY)
    opened.ask("hello")
    opened.sees("• Good day")
    opened.until(lambda: not any("esc to interrupt" in row for row in opened.rows()))
    return opened


@pytest.mark.parametrize("keys", ["\x03", "\x04", "/quit\r", "\x1b[99;5u"])
def test_each_way_to_leave_restores_the_terminal_and_keeps_the_history(home: Path, window: Open, keys: str) -> None:
    opened = talk(home, window)
    opened.type(keys[:-1]) if keys[0] == "/" else None
    opened.send(keys[-1] if keys[0] == "/" else keys)
    assert opened.ends() == 0
    opened.sees("To continue this session, run octavo resume ")
    assert opened.is_restored()
    assert opened.modes_are_off()
    rows = [row for row in opened.rows() if row]
    assert rows.count("› hello") == rows.count("• Good day") == 1
    assert not any(READY in row or "/quit" in row for row in rows)
    assert rows[-2].startswith("Token usage: total=12 input=10 output=2")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("overlay", [False, True])
def test_a_signal_restores_the_terminal(home: Path, window: Open, number: signal.Signals, overlay: bool) -> None:
    opened = talk(home, window)
    if overlay:
        opened.send("\x14")
        opened.sees("T R A N S C R I P T")
    opened.process.send_signal(number)
    assert opened.ends() == -number
    opened.until(opened.modes_are_off)
    assert opened.is_restored()


def test_a_defect_while_drawing_is_told_on_a_restored_terminal(home: Path, window: Open) -> None:
    breaks = (
        "import sys; from octavo.frontends.terminal.app.app import App; from octavo.__main__ import main\n"
        "draw = App.frame\n"
        "def frame(self, *a):\n"
        "    if self.composer.editor.draft.text == 'boom': raise RuntimeError('broken')\n"
        "    return draw(self, *a)\n"
        "App.frame = frame; sys.argv = ['octavo']; sys.exit(main())"
    )
    opened = window([octavo()[0], "-c", breaks])
    opened.sees(READY)
    opened.type("boom")
    assert opened.ends() == 101
    opened.sees("Error: internal error: RuntimeError: broken")
    assert opened.is_restored()
    assert opened.modes_are_off()


def test_keys_from_before_the_first_frame_are_in_the_draft(home: Path, window: Open) -> None:
    opened = window(octavo())
    opened.send("early")
    opened.sees(READY)
    opened.draft_is("early")


def test_an_enter_from_before_the_first_frame_sends_nothing(home: Path, window: Open) -> None:
    opened = window(octavo("--replay", tape(home, [says("Good day")])))
    opened.send("early\r")
    opened.sees(READY)
    opened.sees("› early")
    time.sleep(0.3)
    assert not any("Good day" in row for row in opened.rows())


HELD_UNTIL_A_KEY_COMES = """
import select, sys
from octavo.cli import terminal
interface = terminal._interface
def held(*args):
    from octavo.frontends.terminal import run
    draw = run._draw
    def hold(screen, app):
        draw(screen, app)
        select.select([screen.tty.fd], [], [])
    run._draw = hold
    return interface(*args)
terminal._interface = held
sys.argv = ["octavo"]
from octavo.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def new_home(home: Path) -> Path:
    """Of a user who has yet to sign in."""
    config = home / "home" / "config.toml"
    config.write_text(config.read_text().replace('model_provider = "none"', ""))
    return home


def test_the_first_key_at_a_sign_in_counts_though_nobody_reads_keys_yet(new_home: Path, window: Open) -> None:
    opened = window([sys.executable, "-c", HELD_UNTIL_A_KEY_COMES])
    opened.sees("› 1. ")
    opened.send("\x1b[B")
    opened.sees("› 2. ")


def test_keys_from_before_a_sign_in_was_seen_are_in_the_draft(new_home: Path, window: Open) -> None:
    opened = window(octavo())
    opened.send("2 early\r")
    opened.sees("› 1. ")
    opened.send("\x1b[B")
    opened.sees("› 2. ")
    opened.send("\r")
    opened.sees("Type or paste")
    opened.send("\x1b[200~sk-test\x1b[201~")
    opened.sees("•••")
    opened.send("\r")
    opened.sees(READY)
    opened.draft_is("2 early")


def test_keys_come_from_the_terminal_where_stdin_is_a_pipe(home: Path, window: Open) -> None:
    read, write = os.pipe()
    os.write(write, b"piped\n")
    os.close(write)
    opened = window(octavo(), stdin=read)
    os.close(read)
    opened.sees(READY)
    opened.type("typed")
    opened.draft_is("typed")
    assert not any("piped" in row for row in opened.rows())


def test_a_long_answer_is_whole_in_the_scrollback_after_resizes(home: Path, window: Open) -> None:
    opened = window(octavo("--replay", tape(home, [says(NUMBERS)])))
    opened.sees(READY)
    opened.ask("count")
    opened.sees("line 060")
    for size in ((60, 24), (80, 12), (80, 24)):
        opened.resize(*size)
        opened.sees(READY)
    opened.send("\x03")
    assert opened.ends() == 0
    found = [row.strip(" •") for row in opened.rows() if "line " in row]
    assert found == NUMBERS.split("  \n")


def test_small_and_growing_windows_keep_working(home: Path, window: Open) -> None:
    opened = window(octavo(), size=(20, 3))
    opened.sees("›")
    for size in ((1, 1), (2, 1), (80, 1), (5, 3), (80, 24)):
        opened.resize(*size)
        opened.send("x")
        time.sleep(0.1)
    opened.draft_is("xxxxx")


def test_ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back(home: Path, window: Open) -> None:
    if shutil.which("bash") is None:
        pytest.skip("needs bash")
    opened = window(["bash", "--norc", "--noprofile", "--noediting", "-i"])
    opened.sees("sh>")
    opened.send(shlex.join(octavo()) + "\r")
    opened.sees(READY)
    opened.type("draft")
    opened.draft_is("draft")
    opened.send("\x1a")
    opened.sees("Stopped")
    opened.until(opened.modes_are_off)
    opened.send("fg\r")
    opened.until(lambda: opened.output.count(b"?2004h") == 2)
    opened.type("ed")
    opened.draft_is("drafted")
    opened.send("\x03\x03")


def test_ctrl_z_stops_the_whole_pipeline_and_not_what_the_agent_runs(home: Path, window: Open) -> None:
    if shutil.which("bash") is None:
        pytest.skip("needs bash")
    script = "while sleep 0.05; do echo x >> ticks; done"
    words = octavo("--replay", tape(home, [runs(script)]), "-a", "never", "-s", "danger-full-access")
    opened = window(["bash", "--norc", "--noprofile", "--noediting", "-i"])
    opened.sees("sh>")
    opened.send(f"sleep 600 | {shlex.join(words)}\r")
    opened.sees(READY)
    opened.ask("go")
    ticks = home / "work" / "ticks"
    opened.until(ticks.exists)
    opened.send("\x1a")
    opened.sees("Stopped")  # bash says so of a pipeline once every part of it is
    before = ticks.stat().st_size
    opened.until(lambda: ticks.stat().st_size > before)
    opened.send("fg\r")
    opened.until(lambda: opened.output.count(b"?2004h") == 2)
    opened.send("\x1b")
    opened.sees("/feedback")
    opened.send("\x04")


def test_keys_that_terminals_keep_for_themselves_are_keys(home: Path, window: Open) -> None:
    opened = window(octavo())
    opened.sees("/review")
    opened.send("\x13")  # Ctrl+S would stop the output
    opened.type("a")
    opened.draft_is("a")
    for key in ("\x11", "\x1c", "\x0f"):  # Ctrl+Q would start it, Ctrl+\ would end us, Ctrl+O forgets output
        opened.send(key)
    opened.type("b")
    opened.draft_is("ab")
    opened.send("\x17\x19")  # Ctrl+W and Ctrl+Y kill and bring back
    opened.draft_is("ab")


def test_what_others_write_goes_to_the_log_and_not_over_the_screen(home: Path, window: Open) -> None:
    noisy = (
        "import os, sys; from octavo.frontends.terminal.app.app import App; from octavo.__main__ import main\n"
        "draw = App.frame\n"
        "def frame(self, *a):\n"
        "    if self.composer.editor.draft.text == 'loud':\n"
        "        print('NOISE one', flush=True); print('NOISE two', file=sys.stderr); os.write(2, b'NOISE three\\n')\n"
        "    return draw(self, *a)\n"
        "App.frame = frame; sys.argv = ['octavo']; sys.exit(main())"
    )
    opened = window([octavo()[0], "-c", noisy])
    opened.sees(READY)
    opened.type("loud")
    opened.draft_is("loud")
    log = home / "home" / "log" / "codex-tui.log"
    opened.until(lambda: all(f"NOISE {number}" in log.read_text() for number in ("one", "two", "three")))
    assert log.stat().st_mode & 0o777 == 0o600
    assert b"NOISE" not in opened.output


def test_without_a_shell_above_ctrl_z_stops_nothing(home: Path, window: Open) -> None:
    opened = window(octavo())
    opened.sees("/review")
    opened.send("\x1a")
    opened.sees("no shell to go back to")
    opened.type("still here")
    opened.draft_is("still here")


def test_ignored_files_are_offered_and_dropped_ones_are_named(home: Path, window: Open) -> None:
    for name in (".git/HEAD", "local.txt", "src/a b.py"):
        (home / "work" / name).parent.mkdir(exist_ok=True)
        (home / "work" / name).write_text("")
    (home / "work" / ".gitignore").write_text("*.txt\n")
    opened = window(octavo())
    opened.sees(READY)
    opened.type("see @loc")
    opened.sees("  local.txt  ignored")
    opened.send("\t")
    opened.draft_is("see local.txt")
    opened.send(f"\x1b[200~'{home}/work/src/a b.py' '{home}/work/.gitignore' \x1b[201~")
    opened.draft_is('see local.txt "src/a b.py" .gitignore')


def test_a_draft_outlives_the_program_that_is_killed(home: Path, window: Open) -> None:
    opened = window(octavo())
    opened.sees("/review")
    opened.type("half a thought")
    opened.draft_is("half a thought")
    drafts = home / "home" / "drafts"
    opened.until(lambda: any("half a thought" in file.read_text() for file in drafts.glob("*.json")))
    opened.process.kill()
    opened.ends()
    again = window(octavo())
    again.sees("↑ brings it back")
    again.send("\x1b[A")
    again.draft_is("half a thought")


def test_a_terminal_that_stops_reading_loses_nothing(home: Path, window: Open) -> None:
    opened = window(octavo("--replay", tape(home, [says(NUMBERS * 20)])))
    opened.sees(READY)
    opened.type("go")
    opened.draft_is("go")
    time.sleep(0.15)
    with opened.lock:  # nobody reads meanwhile
        opened.send("\r")
        time.sleep(0.5)
    opened.until(lambda: sum("line " in row for row in opened.rows()) >= 59 * 20)


def test_a_command_is_asked_for_and_runs_after_yes(home: Path, window: Open) -> None:
    words = octavo(
        "--replay", tape(home, [runs("touch made")], [says("Done")]), "-a", "untrusted", "-s", "workspace-write"
    )
    opened = window(words)
    opened.sees(READY)
    opened.ask("make it")
    opened.sees("$ touch made")
    time.sleep(0.5)
    opened.send("y")
    opened.sees("• Done")
    assert (home / "work" / "made").exists()


def test_a_command_of_the_user_runs_beside_the_turn_and_escape_stops_it_alone(home: Path, window: Open) -> None:
    recording = tape(home, [runs("touch begun; until test -e go; do sleep 0.05; done")], [says("Done")])
    opened = window(octavo("--replay", recording, "-a", "never", "-s", "danger-full-access"))
    opened.sees(READY)
    opened.ask("work")
    opened.until((home / "work" / "begun").exists)
    opened.type("!echo $$ > pid; echo mine; sleep 300\t")
    opened.sees("esc to stop your command")
    opened.until(lambda: (home / "work" / "pid").exists() and (home / "work" / "pid").read_text().strip() != "")
    command = int((home / "work" / "pid").read_text())
    opened.send("\x1b")
    opened.sees("mine")
    opened.until(lambda: not is_running(command))
    opened.sees("esc to interrupt")
    (home / "work" / "go").touch()
    opened.sees("• Done")


def test_nothing_is_written_while_nothing_happens(home: Path, window: Open) -> None:
    opened = talk(home, window)
    time.sleep(0.5)
    size = len(opened.output)
    time.sleep(1.5)
    assert len(opened.output) == size


def test_a_window_that_is_closed_ends_the_program_and_its_commands(home: Path, window: Open) -> None:
    recording = tape(home, [runs("echo $$ > pid; sleep 300")])
    opened = window(octavo("--replay", recording, "-a", "never", "-s", "danger-full-access"))
    opened.sees(READY)
    opened.ask("go")
    opened.until(lambda: (home / "work" / "pid").exists() and (home / "work" / "pid").read_text().strip() != "")
    command = int((home / "work" / "pid").read_text())
    opened.hang_up()
    opened.ends()
    opened.until(lambda: not is_running(command))  # whoever watches it ends it once the program is gone


def test_a_signal_ends_it_though_the_terminal_does_not_read(home: Path, window: Open) -> None:
    opened = window(octavo("--replay", tape(home, [says(NUMBERS * 100)])))
    opened.sees(READY)
    opened.type("go")
    opened.draft_is("go")
    time.sleep(0.15)
    with opened.lock:  # nobody reads meanwhile
        opened.send("\r")
        time.sleep(0.5)
        opened.process.send_signal(signal.SIGTERM)
        opened.ends()


def test_colours_are_asked_for_again_when_the_window_gains_the_focus(home: Path, window: Open) -> None:
    opened = window(octavo())
    opened.sees(READY)
    opened.send("\x1b]11;rgb:ffff/ffff/ffff\x07")
    opened.send("\x1b[O\x1b[I")
    opened.until(lambda: opened.output.count(b"\x1b]11;?") == 2)


def test_frames_have_no_marks_where_they_do_harm(home: Path, window: Open) -> None:
    opened = window(["env", "ZELLIJ=0", *octavo()])
    opened.sees("/review")
    assert b"?2026" not in opened.output


def test_answers_that_come_while_it_ends_are_not_typed_into_the_shell(home: Path, window: Open) -> None:
    opened = window(octavo())
    opened.until(lambda: b"\x1b[c" in opened.output)
    opened.sees(READY)
    opened.send("\x04")
    opened.until(lambda: b"\x1b[<1u" in opened.output)
    opened.send("\x1b]11;rgb:0000/0000/0000\x07\x1b[?62;22c\r")
    opened.ends()
    assert not select.select([opened.slave], [], [], 0.2)[0]


@pytest.mark.parametrize("words", [("--last",), ("ID",), ()])
def test_a_fork_goes_on_in_a_session_of_its_own(home: Path, window: Open, words: tuple[str, ...]) -> None:
    first = talk(home, window)
    first.send("\x04")
    assert first.ends() == 0
    (source,) = (home / "home" / "sessions").rglob("*.jsonl")
    before = source.read_bytes()
    named = [source.stem[-36:] if word == "ID" else word for word in words]
    forked = window(octavo("--replay", tape(home, [says("And on")]), "fork", *named))
    if not words:  # chosen from a list
        forked.sees("hello")
        forked.send("\r")
    forked.sees(READY)
    forked.sees("• Good day")
    forked.ask("more")
    forked.sees("• And on")
    forked.until(lambda: not any("esc to interrupt" in row for row in forked.rows()))
    forked.send("\x04")
    assert forked.ends() == 0
    assert source.read_bytes() == before
    (made,) = [path for path in (home / "home" / "sessions").rglob("*.jsonl") if path != source]
    forked.sees(f"octavo resume {made.stem[-36:]}")
    kept = made.read_text()
    assert kept.count("Good day") >= 1
    assert "And on" in kept
