"""`/help`, `/copy`, `/redraw` and the jumps of the transcript."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from model_says import answer, message, patch, says, shell
from terminal_keys import ENTER, Hands, key, shown
from whole_program import CONFIG, program

from octavo.frontends.terminal.actions.copying import MOST_FOR_THE_TERMINAL, CannotCopy, copied_by_tool, osc_52
from octavo.frontends.terminal.built_in import COMMANDS
from octavo.frontends.terminal.chat.copies import Copies, Unit, code_blocks, without_controls
from octavo.frontends.terminal.effects.shows import CopyText
from octavo.frontends.terminal.keys.keymap import DEFAULT
from octavo.frontends.terminal.keys.user_keymap import user_keymap
from octavo.frontends.terminal.text.styled import Line, line
from octavo.frontends.terminal.text.widths import line_width
from octavo.frontends.terminal.views.copy_picker import copy_picker
from octavo.frontends.terminal.views.help_pager import KEYS, help_pager, rows_of
from octavo.frontends.terminal.views.pager_document import Document
from octavo.frontends.terminal.views.transcript_pager import Said, TranscriptPager
from octavo.protocol import events
from octavo.protocol.changes import AddedFile, DeletedFile, FileChange, UpdatedFile

READY = r"context left"


# --- help ---


def test_help_names_every_key_and_command() -> None:
    text = "\n".join(shown(help_pager(), 120, 200))
    assert text.startswith("/ H E L P /")
    for title, rows in KEYS:
        assert title in text
        assert all(name in text and meaning in text for name, meaning in rows_of(rows, DEFAULT))
    assert all(f"/{command.name} " in text and command.description in text for command in COMMANDS)


def test_help_sets_the_keys_of_two_actions_apart_and_leaves_out_what_has_none() -> None:
    keys, _ = user_keymap({"editor": {"move_word_left": ()}})
    (both,) = rows_of((("{editor.move_left} · {editor.move_right}", "move"),), keys)
    (one,) = rows_of((("{editor.move_word_left} · {editor.move_word_right}", "move"),), keys)
    assert both[0] == "←, ctrl + b · →, ctrl + f"
    assert one[0] == "alt + →, ctrl + →"


def test_help_is_searched_like_any_pager() -> None:
    view = help_pager()
    shown(view, 80, 20)
    for typed in (*(key(letter) for letter in "/editor"), ENTER):
        view.handle(typed, 0.0)
    assert any("$EDITOR" in row for row in shown(view, 80, 20))


@pytest.mark.parametrize("size", [(10, 5), (40, 15), (80, 24)])
def test_help_fits_any_size(size: tuple[int, int]) -> None:
    rows, _ = help_pager().rows(*size)
    assert len(rows) == size[1]
    assert all(line_width(row) <= size[0] for row in rows)


# --- what can be copied ---


def test_units_are_the_source_newest_first() -> None:
    copies = Copies(lambda path: path.removeprefix("/ws/"))
    changes = {
        "/ws/new": FileChange(add=AddedFile("one\ntwo\n")),
        "/ws/gone": FileChange(delete=DeletedFile("x\n")),
        "/ws/a": FileChange(update=UpdatedFile("@@ -1 +1 @@\n-a\n+b\n", "/ws/b")),
    }
    for msg in (
        events.AgentMessage("first"),
        events.ExecCommandBegin("1", ("bash", "-lc", "make\ntest"), "/ws", ()),
        events.ExecCommandBegin("1", ("bash", "-lc", "make\ntest"), "/ws", ()),
        events.PatchApplyBegin("2", True, changes),
        events.AgentMessage("**Do**:\n```sh\nls \\\n\t-l\n```\n- then\n  ~~~\n  in a list\n    deeper\n  ~~~\n"),
        events.AgentMessage(" "),
    ):
        copies.feed(msg)
    assert copies.units() == [
        Unit("the last answer", "**Do**:\n```sh\nls \\\n\t-l\n```\n- then\n  ~~~\n  in a list\n    deeper\n  ~~~\n"),
        Unit("a code block", "ls \\\n\t-l\n"),
        Unit("a code block", "in a list\n  deeper\n"),
        Unit("a command", "make\ntest"),
        Unit(
            "a change",
            "--- /dev/null\n+++ b/new\n@@ -0,0 +1,2 @@\n+one\n+two\n--- a/gone\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n"
            "--- a/a\n+++ b/b\n@@ -1 +1 @@\n-a\n+b\n",
        ),
        Unit("an earlier answer", "first"),
    ]


def test_code_is_that_of_the_newest_answer_that_has_any() -> None:
    copies = Copies(str)
    for text in ("```\nold\n```", "```\nnew\n```", "only words"):
        copies.feed(events.AgentMessage(text))
    assert [unit.text for unit in copies.units() if unit.what == "a code block"] == ["new\n"]


def test_a_block_that_is_not_closed_yet_counts() -> None:
    assert code_blocks("```\nx") == ["x\n"]
    assert code_blocks("no code") == code_blocks("```") == []


def test_only_the_newest_few_are_kept() -> None:
    copies = Copies(str)
    for number in range(100):
        copies.feed(events.AgentMessage(f"answer {number}"))
        copies.feed(events.ExecCommandBegin(str(number), (f"command{number}",), "/", ()))
    assert len(copies.units()) == 18


def test_what_is_copied_drives_no_terminal_that_it_is_pasted_into() -> None:
    assert without_controls("a\x1b[201~\x07\r\nb\tc\x9b\ud800") == "a[201~\nb\tc?"


def test_a_number_chooses_what_is_copied() -> None:
    hands = Hands(copy_picker([Unit("the last answer", "one\ntwo\n"), Unit("a command", "ls")]))
    rows = shown(hands.stack)
    assert "› 1. The last answer (2 lines)  one" in rows
    assert "  2. A command (1 line)         ls" in rows
    assert hands.press("2") == [CopyText("ls", "a command")]


# --- the clipboard ---


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """A stand-in for a desktop's tool, which takes no secrets."""
    path = tmp_path / "wl-copy"
    path.write_text(f'#!/bin/sh\n[ -z "$OPENAI_API_KEY" ] || exit 1\ncat > {tmp_path}/taken\n')
    path.chmod(0o755)
    return path


def environ(tool: Path, **more: str) -> dict[str, str]:
    return {"PATH": f"{tool.parent}:/usr/bin:/bin", "OPENAI_API_KEY": "secret", "WAYLAND_DISPLAY": "w", **more}


def test_a_tool_of_the_desktop_takes_it(tool: Path) -> None:
    assert copied_by_tool("text é\n", environ(tool), "/", "linux") == "wl-copy"
    assert (tool.parent / "taken").read_text() == "text é\n"


def test_over_ssh_and_without_a_desktop_no_tool_is_asked(tool: Path) -> None:
    assert copied_by_tool("x", environ(tool, SSH_CONNECTION="1 2 3 4"), "/", "linux") is None
    assert copied_by_tool("x", environ(tool) | {"WAYLAND_DISPLAY": ""}, "/", "linux") is None
    tool.write_text("#!/bin/sh\nexit 1\n")
    assert copied_by_tool("x", environ(tool), "/", "linux") is None


def test_the_terminal_is_asked_by_a_sequence_that_tmux_passes_on() -> None:
    sequence = osc_52("é", tmux=False)
    assert sequence == f"\x1b]52;c;{base64.b64encode('é'.encode()).decode()}\x07"
    assert osc_52("é", tmux=True) == f"\x1bPtmux;\x1b{sequence}\x1b\\{sequence}"
    with pytest.raises(CannotCopy, match="too many"):
        osc_52("x" * (MOST_FOR_THE_TERMINAL + 1), tmux=False)


# --- in a session ---


async def test_an_answer_is_copied_as_it_was_written(tmp_path: Path) -> None:
    text = "Some **bold** words\n```\ncode\n```"
    async with program(tmp_path, [says(text)]) as here:
        await here.ask("/copy", r"^• There is nothing to copy yet")
        await here.ask("go", r"^  code$")
        await here.idle()
        await here.ask("/copy", r"^› 1\. The last answer \(4 lines\)")
        await here.key("1", r"^• Copied the last answer by the terminal \(OSC 52\)")
        assert f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07" in here.tty.log


async def test_the_conversation_is_printed_again_below_a_rule(tmp_path: Path) -> None:
    async with program(tmp_path, [says("An answer")]) as here:
        await here.ask("a question", r"^• An answer$")
        await here.idle()
        await here.ask("/redraw")
        await here.until(lambda: sum(row == "• An answer" for row in here.rows) == 2, "the answer once more")
        rows = [row for row in here.rows if row.startswith(("─ once", "› a question", "• An answer"))]
        assert [row[:8] for row in rows] == ["› a ques", "• An ans", "─ once m", "› a ques", "• An ans"]


async def test_help_opens_in_a_session(tmp_path: Path) -> None:
    async with program(tmp_path) as here:
        await here.see(READY)
        await here.ask("/help")
        await here.shown(r"^/ H E L P /")
        await here.key("q", READY)


async def test_what_a_turn_is_told_stands_where_the_model_heard_it(tmp_path: Path) -> None:
    config = 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n' + CONFIG
    scripts = [answer(shell("until [ -e go ]; do sleep 0.05; done")), answer(message("Done")), says("Next")]
    async with program(tmp_path, scripts, config=config) as here:
        await here.ask("begin", r"Running .*until")
        here.tty.press("not that\t")
        await here.shown(r"^  ⇢ not that$")
        await here.ask("afterwards", r"^  ↳ afterwards$")
        (tmp_path / "ws/go").write_text("")
        await here.see(r"^• Next$")
        await here.idle()
        said = [row for row in here.rows if row.startswith(("› begin", "› not that", "› after", "• Done", "• Next"))]
        assert said == ["› begin", "› not that", "• Done", "› afterwards", "• Next"]
        assert here.sent(1)["input"][-1]["content"][0]["text"] == "not that"
        assert here.sent(2)["input"][-1]["content"][0]["text"] == "afterwards"


async def test_what_was_not_heard_comes_back_with_the_interrupt(tmp_path: Path) -> None:
    config = 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n' + CONFIG
    async with program(tmp_path, [answer(shell("sleep 60"))], config=config) as here:
        await here.ask("begin", r"Running .*sleep")
        here.tty.press("not that\t")
        await here.shown(r"^  ⇢ not that$")
        await here.key("esc", r"^■ ")
        await here.until(lambda: here.draft == "not that", "the words in the draft")


async def test_a_draft_is_there_after_the_program_is_gone(tmp_path: Path) -> None:
    async with program(tmp_path) as here:
        await here.see(READY)
        here.tty.press("half a thought")
        await here.until(lambda: here.draft == "half a thought", "the draft")
    async with program(tmp_path) as here:
        await here.see(r"^• What you were writing here before is kept\. ↑ brings it back$")
        await here.key("up")
        await here.until(lambda: here.draft == "half a thought", "the draft of before")
        await here.key("\x03")
        await here.until(lambda: here.draft == "", "an empty draft")
    assert list((tmp_path / "home/drafts").glob("*.json")) == []


async def test_no_draft_is_kept_where_nothing_is_to_be_remembered(tmp_path: Path) -> None:
    async with program(tmp_path, config=CONFIG + '[history]\npersistence = "none"\n') as here:
        await here.see(READY)
        here.tty.press("half a thought")
        await here.until(lambda: here.draft == "half a thought", "the draft")
    assert not (tmp_path / "home/drafts").exists()


async def test_a_patch_can_be_copied(tmp_path: Path) -> None:
    config = 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n' + CONFIG
    scripts = [answer(patch("*** Add File: new.txt\n+text")), says("Thanks")]
    async with program(tmp_path, scripts, config=config) as here:
        await here.ask("go", r"^• Thanks$")
        await here.idle()
        await here.ask("/copy", r"2\. A change \(4 lines\) +--- /dev/null")


# --- the transcript ---


def test_brackets_jump_from_message_to_message() -> None:
    def rows(index: int, width: int) -> list[Line]:
        return [line(f"block {index}"), *[line("")] * 9]

    said = [Said(block, "") for block in (0, 7, 14)]
    view = TranscriptPager(Document(lambda: 30, rows), lambda: said)

    def first(typed: str = "") -> str:
        if typed:
            view.handle(key(typed), 0.0)
        return shown(view, 80, 14)[1]

    assert first() == "block 29"
    assert [first("["), first("["), first("["), first("[")] == ["block 14", "block 7", "block 0", "block 0"]
    assert [first("]"), first("]")] == ["block 7", "block 14"]
    first("]")
    assert shown(view, 80, 14)[-3].endswith(" 100% ─")
