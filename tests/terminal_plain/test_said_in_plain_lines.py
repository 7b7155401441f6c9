"""Everything is said once, in whole sentences, with nothing that a screen reader would spell out."""

from __future__ import annotations

from plain_talk import ID, PlainTalk

from octavo.frontends.terminal.cells import notices
from octavo.frontends.terminal.effects.composer import Submit
from octavo.frontends.terminal.effects.screen import OpenPager
from octavo.frontends.terminal.keys.key import Key
from octavo.frontends.terminal.plain.words import words
from octavo.frontends.terminal.views.help_pager import help_pager
from octavo.protocol import events

BOXES = set("╭╮╰╯│└─├•◦■⚠✔✗□█░›↳⇢")


def begins(call_id: str, script: str, *, by_user: bool = False) -> events.ExecCommandBegin:
    return events.ExecCommandBegin(call_id, ("bash", "-lc", script), "/ws", (), by_user)


def ends(call_id: str, output: str, exit_code: int = 0) -> events.ExecCommandEnd:
    took = events.Duration(3, 200_000_000)
    return events.ExecCommandEnd(call_id, output, "", output, exit_code, took, output)


def test_an_answer_is_said_by_paragraphs_and_never_again() -> None:
    talk = PlainTalk()
    talk.turn(events.TaskStarted())
    assert talk.take() == ["Working."]
    talk.turn(events.AgentMessageDelta("# A title\n\nThe first half"))
    assert talk.take() == ["", "Octavo: # A title"]
    talk.turn(events.AgentMessageDelta(" and\nthe second.\n\nMore "), events.AgentMessageDelta("of it"))
    assert talk.take() == ["", "The first half and", "the second."]
    talk.turn(events.AgentMessage("# A title\n\n…"))
    assert talk.take() == ["", "More of it"]
    talk.turn(events.TaskComplete("More of it"))
    assert talk.take() == ["Done after 5 seconds."]


def test_a_turn_that_is_over_before_anybody_looks_took_no_time() -> None:
    talk = PlainTalk()
    for msg in (events.TaskStarted(), events.AgentMessage("Good day"), events.TaskComplete("Good day")):
        talk.app.event(events.Event("1", msg), talk.now)
    talk.draw()
    assert talk.take() == ["", "Octavo: Good day", "Done after 0 seconds."]


def test_a_command_is_told_when_it_begins_and_how_it_ended() -> None:
    talk = PlainTalk()
    talk.turn(events.TaskStarted(), begins("c", "make\nmake test"))
    assert talk.take() == ["Working.", "Running: make", "  make test"]
    talk.turn(ends("c", "".join(f"{n}\n" for n in range(9)), 1))
    assert talk.take() == [
        *["  0", "  1", "  (5 lines left out)", "  7", "  8"],
        "Command finished, exit code 1, 3.2 seconds.",
    ]


def test_of_several_commands_it_is_told_which_one_ended() -> None:
    talk = PlainTalk()
    talk.turn(events.TaskStarted(), begins("a", "make a"), begins("b", "make b"))
    talk.take()
    talk.turn(ends("a", ""))
    assert talk.take() == ["Of make a:", "  No output.", "Command finished, exit code 0, 3.2 seconds."]
    talk.turn(events.TurnAborted("interrupted"))
    assert talk.take()[:3] == [
        "  No output.",
        "Command stopped.",
        "Error: Interrupted. Say what to do differently; /feedback",
    ]


def test_nothing_moves_and_no_row_stands_above_the_draft() -> None:
    talk = PlainTalk()
    talk.turn(events.TaskStarted(), begins("c", "make"))
    assert talk.prompt == ""
    assert talk.app.deadline() is None
    written = len(talk.tty.paper)
    talk.now += 60
    talk.draw()
    assert len(talk.tty.paper) == written


def test_a_letter_is_one_character_and_the_sent_line_stays_where_it_is() -> None:
    talk = PlainTalk()
    talk.tty.paper = ""
    talk.type("hi")
    assert talk.tty.paper == "hi"
    talk.type("\x7fo")
    assert talk.tty.paper == "hi\b\x1b[Jo"
    talk.tty.paper = ""
    talk.type("\n")
    assert talk.asked[-1] == Submit("ho")
    assert talk.take()[-2:] == ["> ho", "Working."]
    assert talk.tty.paper == "\r\nWorking.\r\n"


def test_what_comes_while_the_user_writes_stands_above_the_whole_draft() -> None:
    talk = PlainTalk()
    talk.type("a draft")
    talk.tty.paper = ""
    talk.turn(events.TaskStarted())
    assert talk.tty.paper == "\x1b[9D\x1b[JWorking.\r\n> a draft"


def test_a_message_from_before_the_session_waits_for_no_turn() -> None:
    talk = PlainTalk()
    assert talk.app.talk is not None
    talk.app.talk.is_open = False
    talk.app.run((Submit("first message"),), talk.now)
    talk.draw()
    assert talk.take() == []
    talk.hear("", events.SessionConfigured(ID, "gpt-5-codex", rollout_path="/r"))
    assert talk.take()[-2:] == ["> first message", "Working."]


def test_what_waits_is_told_once_and_what_ctrl_c_asks_for() -> None:
    talk = PlainTalk()
    talk.type("go\n")
    talk.turn(events.TaskStarted())
    talk.take()
    talk.type("then this\n")
    assert talk.take() == ["Waits for the end of this turn: then this"]
    talk.type("and now\t")
    assert talk.take() == ["The model hears it with its next step: and now"]
    talk.type("\x03")
    assert talk.take() == ["Press Ctrl+C again to interrupt."]


def test_pagers_print_and_the_transcript_has_whole_outputs() -> None:
    talk = PlainTalk()
    talk.turn(events.TaskStarted(), begins("c", "make"), ends("c", "".join(f"{n}\n" for n in range(9))))
    talk.take()
    talk.press(Key("t", ctrl=True))
    said = talk.take()
    assert said[said.index("Running: make") :][:10] == ["Running: make", *(f"  {n}" for n in range(9))]
    talk.press(Key("c", ctrl=True))
    talk.app.run((OpenPager(help_pager()),), talk.now)
    talk.draw()
    assert "Commands" in talk.take()


def test_no_block_has_marks_or_frames() -> None:
    from octavo.frontends.terminal.cells.cell import Cell
    from octavo.frontends.terminal.cells.header import HeaderCell
    from octavo.frontends.terminal.cells.patch import PatchCell, file_diffs
    from octavo.frontends.terminal.cells.plan import PlanCell
    from octavo.frontends.terminal.cells.servers import ServersCell
    from octavo.frontends.terminal.cells.tools import McpCell, SearchCell
    from octavo.frontends.terminal.cells.update import UpdateCell
    from octavo.protocol.changes import AddedFile, FileChange

    call = events.McpInvocation("docs", "find", {"q": "x"})
    cells: list[Cell] = [
        HeaderCell("1", "gpt-5-codex", "high", "~/proj"),
        PatchCell(file_diffs({"a.txt": FileChange(add=AddedFile("one\ntwo\n"))}, str)),
        PlanCell("why", (events.PlanStep("read", "completed"), events.PlanStep("write", "in_progress"))),
        ServersCell({}),
        McpCell(call, events.McpOutcome(err="no such thing")),
        SearchCell("words"),
        UpdateCell("1", "2", "pip install"),
        notices.info("Something", "a hint"),
        notices.error("Broken"),
        notices.warning("Careful"),
        notices.Decision("once", "make"),
        notices.Banner(">> Code review started: x <<"),
    ]
    said = [line for cell in cells for line in words(cell)]
    assert words(ServersCell({}))[0] == "MCP servers"  # and not /mcp, which was typed a line above
    assert not BOXES & set("".join(said)), [line for line in said if BOXES & set(line)]
    assert said[:2] == ["Octavo 1. Model gpt-5-codex high, directory ~/proj.", said[1]]
    for line in (
        "Added a.txt, 2 lines added, 0 lines removed.",
        "  2 + two",
        "Plan: why",
        "  Done: read",
        "  Now: write",
        "Error: Broken",
        "Warning: Careful",
        "You approved, this once: make",
        "Code review started: x.",
    ):
        assert line in said


def test_a_long_session_is_said_in_pieces_so_that_keys_are_heard() -> None:
    talk = PlainTalk()
    assert talk.app.talk is not None
    for number in range(450):
        talk.app.talk.show(notices.info(f"line {number}"))
    talk.draw()
    assert len(talk.take()) == 200
    assert talk.app.deadline() is not None
    talk.draw()
    talk.draw()
    assert talk.take()[-1] == "line 449"
    assert talk.app.deadline() is None
