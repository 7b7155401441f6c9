"""Recorded events become cells: in which order, what is live, what the status row says."""

from __future__ import annotations

import datetime

import msgspec
import pytest

from octavo.config.mcp_servers import McpServer, StdioTransport
from octavo.frontends.terminal.cells import notices
from octavo.frontends.terminal.cells.cell import Cell, Palette, printed
from octavo.frontends.terminal.cells.status import StatusCell, StatusFacts, account_text
from octavo.frontends.terminal.chat.chat import Chat, TurnEnded
from octavo.frontends.terminal.chat.facts import ChatFacts
from octavo.frontends.terminal.composer.status import Status
from octavo.protocol import events
from octavo.protocol.asides import McpServerStatus
from octavo.protocol.changes import AddedFile, FileChange
from octavo.protocol.commands import ListFilesCommand, ParsedCommand, ReadCommand, UnknownCommand
from octavo.protocol.review import CodeLocation, LineRange, ReviewFinding, ReviewOutput
from octavo.protocol.usage import RateLimitSnapshot, RateLimitWindow, TokenUsage, TokenUsageInfo

FACTS = ChatFacts(version="1", cwd="/h/p", home="/h", model="gpt-5-codex", prints_reasoning=True)
NO_TIME = events.Duration(0, 0)


class Play:
    """Feeds events to a chat and keeps what it printed."""

    def __init__(self, facts: ChatFacts = FACTS) -> None:
        self.chat = Chat(facts)
        self.now = 0.0
        self.cells: list[Cell] = []

    def __call__(self, *msgs: events.Msg, turn: str = "1") -> None:
        for msg in msgs:
            self.chat.feed(events.Event(turn, msg), self.now)
            self.cells += self.chat.take_cells()

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.chat.tick(self.now)
        self.cells += self.chat.take_cells()

    def rows(self, columns: int = 80) -> list[str]:
        self.cells += self.chat.take_cells()
        found: list[str] = []
        for cell in self.cells:
            found += [row.text for row in printed(cell, columns, Palette(), is_first=not found)]
        return found

    def live(self) -> list[str]:
        cell = self.chat.live()
        return [row.text for row in cell.scrollback(80, Palette())] if cell else []


@pytest.fixture
def play() -> Play:
    return Play()


def begin(call: str, script: str, *parsed: ParsedCommand, user: bool = False) -> events.ExecCommandBegin:
    return events.ExecCommandBegin(call, ("bash", "-lc", script), "/h/p", parsed or (UnknownCommand(script),), user)


def end(call: str, output: str = "", code: int = 0) -> events.ExecCommandEnd:
    return events.ExecCommandEnd(call, output, "", output, code, NO_TIME, output)


def read(call: str, name: str) -> events.ExecCommandBegin:
    return begin(call, f"cat {name}", ReadCommand(f"cat {name}", name, name))


STARTED = events.TaskStarted(None)
DONE = events.TaskComplete("last words")


# --- streamed messages ----------------------------------------------------------------------------


def test_only_whole_lines_are_printed_one_every_fifty_milliseconds(play: Play) -> None:
    play(STARTED, events.AgentMessageDelta("first "), events.AgentMessageDelta("line\nsec"))
    assert play.rows() == ["• first line"]
    play(events.AgentMessageDelta("ond\nthird\n"))
    assert play.rows() == ["• first line"]
    assert play.chat.wakes_at == pytest.approx(0.05)
    play.wait(0.05)
    assert play.rows() == ["• first line", "  second"]
    play.wait(1)
    assert play.rows() == ["• first line", "  second", "  third"]
    assert play.chat.wakes_at is None


def test_a_blank_row_waits_for_what_follows_it(play: Play) -> None:
    play(STARTED, events.AgentMessageDelta("one\n\n"))
    play.wait(1)
    assert play.rows() == ["• one"]
    play(events.AgentMessageDelta("two\n\n"))
    play.wait(1)
    assert play.rows() == ["• one", "", "  two"]
    play(events.AgentMessage("one\n\ntwo\n\n"))
    assert play.rows() == ["• one", "", "  two"]


def test_at_the_end_all_is_there_and_nothing_twice(play: Play) -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    play(STARTED, events.AgentMessageDelta(text), events.AgentMessage(text), DONE)
    assert [row[2:] for row in play.rows()] == text.split("\n")


def test_a_message_without_pieces_is_printed_from_its_end(play: Play) -> None:
    play(STARTED, events.AgentMessage("whole one\nwhole two"))
    assert play.rows() == ["• whole one", "  whole two"]


def test_an_empty_message_prints_nothing(play: Play) -> None:
    play(STARTED, events.AgentMessage(""), events.AgentMessageDelta(""), events.AgentMessage(""), DONE)
    assert play.rows() == []


def test_lines_not_yet_printed_come_out_when_the_stream_breaks_or_is_interrupted(play: Play) -> None:
    play(STARTED, events.AgentMessageDelta("one\ntwo\nthr"), events.StreamError("Reconnecting... 1/2"))
    assert play.rows() == ["• one", "  two", "  thr"]
    play(events.AgentMessageDelta("four\nfi"), events.TurnAborted())
    assert play.rows()[3:8] == ["", "─ Worked for 0s " + "─" * 64, "", "• four", "  fi"]
    assert play.rows()[9].startswith("■ ")


def test_what_comes_during_a_message_waits_for_its_end_in_order(play: Play) -> None:
    play(STARTED, begin("a", "make"), events.AgentMessageDelta("one\ntwo"))
    play(end("a", "made\n"), begin("b", "test"), end("b"), events.WebSearchEnd("w", "query"))
    assert play.rows() == ["• one"]
    assert play.live() == ["• Running make"]
    play(events.AgentMessage("one\ntwo"))
    assert play.rows() == [
        "• one", "  two", "", "• Ran make", "  └ made", "", "• Ran test", "  └ (no output)", "", "🌐 Searched: query",
    ]  # fmt: skip
    assert play.live() == []


def test_a_question_waits_too_but_not_for_a_message_that_nobody_ends(play: Play) -> None:
    question = events.ExecApprovalRequest("a", ("rm", "x"), "/h/p")
    play(STARTED, events.AgentMessageDelta("one\n"), begin("a", "rm x"), question)
    play.wait(1)
    assert play.chat.take_questions() == []
    assert play.chat.wakes_at is not None
    play.wait(2)
    assert [event.msg for event in play.chat.take_questions()] == [question]
    assert play.live() == ["• Running rm x"]


def test_a_question_goes_on_at_once_when_nothing_is_streamed(play: Play) -> None:
    patch = events.ApplyPatchApprovalRequest("a", {})
    play(STARTED, patch)
    assert [event.msg for event in play.chat.take_questions()] == [patch]
    assert play.chat.take_questions() == []


def test_the_interfaces_own_cells_come_between_the_lines_of_a_message(play: Play) -> None:
    play(STARTED, events.AgentMessageDelta("one\n"))
    play.chat.show(notices.info("told"))
    play(events.AgentMessageDelta("two\nthree\n"), events.AgentMessage("one\ntwo\nthree\n"))
    assert play.rows() == ["• one", "", "• told", "", "  two", "  three"]


def test_a_rule_stands_before_a_message_that_follows_other_work(play: Play) -> None:
    play.chat.user_said("first")
    play(STARTED, events.AgentMessage("plain answer"), DONE)
    assert not any("─" in row for row in play.rows())
    play.chat.user_said("second")
    play(STARTED, begin("a", "echo hi"))
    play.wait(65)
    play(end("a", "hi\n"), events.AgentMessage("after work"))
    assert play.rows(40)[-4:] == ["", "─ Worked for 1m 05s ────────────────────", "", "• after work"]


def test_the_list_of_servers_tells_which_of_them_did_not_start() -> None:
    server = McpServer(StdioTransport("run", (), None, (), None))
    play = Play(msgspec.structs.replace(FACTS, servers={"own": server}))
    play(McpServerStatus("own", "starting"))
    assert "own" in play.chat.starting_servers
    play(McpServerStatus("own", "failed", "no such program"), events.McpListToolsResponse({}, {}, {}, {}))
    assert not play.chat.starting_servers
    assert "    • no such program" in play.rows()


# --- commands and other calls -------------------------------------------------------------------------


def test_looks_join_in_a_group_that_is_live_until_something_else_comes(play: Play) -> None:
    play(STARTED, begin("a", "ls", ListFilesCommand("ls")), end("a"), read("b", "x"))
    assert play.live() == ["• Exploring", "  └ List ls", "    Read x"]
    play(end("b"), read("c", "y"), end("c"))
    assert (play.live(), play.rows()) == (["• Explored", "  └ List ls", "    Read x, y"], [])
    play(begin("d", "make"))
    assert play.rows() == ["• Explored", "  └ List ls", "    Read x, y"]
    assert play.live() == ["• Running make"]


def test_thoughts_that_print_nothing_leave_a_group_open(play: Play) -> None:
    play(STARTED, read("a", "x"), end("a"), events.AgentReasoning("**Only a head**"), read("b", "y"), end("b"), DONE)
    assert play.rows() == ["• Explored", "  └ Read x, y"]
    play(STARTED, read("c", "x"), end("c"), events.AgentReasoning("**Head**\n\nbody"), read("d", "y"), end("d"), DONE)
    assert play.rows()[3:] == ["• Explored", "  └ Read x", "", "• body", "", "• Explored", "  └ Read y"]


def test_calls_side_by_side_are_printed_as_they_end(play: Play) -> None:
    play(STARTED, read("a", "x"), begin("b", "make"), begin("c", "test"))
    assert (play.live(), play.rows()) == (["• Running test"], [])
    play(end("c"))
    assert play.live() == ["• Running make"]
    play(end("a"), end("b"))
    titles = [row for row in play.rows() if row.startswith("•")]
    assert titles == ["• Ran test", "• Explored", "• Ran make"]


def test_a_call_that_begins_twice_is_one_call(play: Play) -> None:
    play(STARTED, begin("a", "make"), begin("a", "make"), read("b", "x"), read("b", "x"), end("a"), end("b"), DONE)
    assert [row for row in play.rows() if row.startswith("•")] == ["• Ran make", "• Explored"]


def test_ends_without_a_beginning_are_dropped(play: Play) -> None:
    call = events.McpInvocation("own", "echo", None)
    play(STARTED, end("a"), events.McpToolCallEnd("m", call, NO_TIME, events.McpOutcome(err="x")), end("a"), DONE)
    assert play.rows() == []


def test_an_interrupted_turn_leaves_its_calls_as_failed_and_late_ends_unheard(play: Play) -> None:
    call = events.McpInvocation("own", "echo", None)
    play(STARTED, read("a", "x"), begin("b", "sleep 9"), events.McpToolCallBegin("m", call), events.TurnAborted())
    play(end("a"), end("b"), events.McpToolCallEnd("m", call, NO_TIME, events.McpOutcome(err="x")))
    rows = play.rows()
    assert rows[:11] == [
        "• Explored", "  └ Read x", "", "• Ran sleep 9", "  └ (no output)", "    stopped", "", "• Called own.echo()",
        "  └ Error: interrupted", "", rows[10],
    ]  # fmt: skip
    assert rows[10].startswith("■ ")
    assert len([row for row in rows if row.startswith("■")]) == 1
    assert play.live() == []
    assert play.chat.take_ended() == TurnEnded("interrupted")


def said(call: str, text: str) -> events.ExecCommandOutputDelta:
    return events.ExecCommandOutputDelta(call, "stdout", text.encode())


def test_a_command_that_is_broken_off_shows_what_it_said_until_then(play: Play) -> None:
    play(STARTED, begin("a", "make"), said("a", "one\ntw"), said("a", "o\n"), events.TurnAborted())
    assert play.rows()[:3] == ["• Ran make", "  └ one", "    two"]
    assert [row.text for row in play.cells[0].transcript(80, Palette())] == ["$ make", "one", "two", "✗ (1)"]


def test_what_a_flood_said_is_kept_at_its_ends_and_counted(play: Play) -> None:
    lines = [f"line {number}\n" for number in range(100_000)]
    play(STARTED, begin("a", "yes"))
    play(*(said("a", "".join(lines[start : start + 1000])) for start in range(0, len(lines), 1000)))
    play(events.TurnAborted())
    assert play.rows()[:6] == [
        "• Ran yes", "  └ line 0", "    line 1", "    … +99996 lines", "    line 99998", "    line 99999",
    ]  # fmt: skip


def test_an_error_of_the_turn_ends_what_is_live_and_the_turn_ends_once(play: Play) -> None:
    play(STARTED, begin("a", "read"), events.Error("stream closed"), events.TaskComplete(None))
    assert [row[0] for row in play.rows() if row[:1] in "•■" and row] == ["•", "■"]
    assert play.chat.take_ended() == TurnEnded("failed")
    assert play.chat.take_ended() is None


def test_an_error_from_elsewhere_leaves_the_turn_alone(play: Play) -> None:
    play(STARTED, begin("a", "read"))
    play(events.Error("MCP server did not start"), turn="")
    assert play.rows() == ["■ MCP server did not start"]
    assert play.live() == ["• Running read"]
    assert play.chat.is_running


def test_a_patch_is_printed_when_it_begins_and_again_only_when_it_fails(play: Play) -> None:
    changes = {"/h/p/a": FileChange(add=AddedFile("x\n"))}
    play(STARTED, events.PatchApplyBegin("a", True, changes), events.PatchApplyEnd("a", "ok", "", True))
    play(events.PatchApplyBegin("b", True, changes), events.PatchApplyEnd("b", "", "no room\n", False))
    assert play.rows() == [
        "• Added a (+1 -0)", "    1 +x", "", "• Added a (+1 -0)", "    1 +x", "", "✘ Failed to apply patch",
        "  └ no room",
    ]  # fmt: skip


def test_a_users_command_shows_more_of_its_output(play: Play) -> None:
    output = "".join(f"{number}\n" for number in range(60))
    play(STARTED, begin("a", "seq", user=True), end("a", output), DONE)
    assert "    … +11 lines" in play.rows()
    assert len(play.rows()) == 51


def test_a_picture_of_a_tool_has_a_cell_of_its_own(play: Play) -> None:
    call = events.McpInvocation("own", "picture", {})
    content = ({"type": "image", "data": "iVBORw0KGgoAAAANS", "mimeType": "image/png"},)
    play(events.McpToolCallBegin("m", call))
    play(events.McpToolCallEnd("m", call, NO_TIME, events.McpOutcome(ok=events.McpToolResult(content))))
    assert play.rows() == ["• Called own.picture({})", "  └ <image content>", "", "tool result (image output)"]


# --- the status row ---------------------------------------------------------------------------------------


def test_the_header_is_the_first_bold_run_of_each_section_of_thought(play: Play) -> None:
    assert play.chat.status(0) is None
    play(STARTED)
    assert play.chat.status(7.9) == Status("Working", 7, True)
    play(events.AgentReasoningDelta("**Read "))
    assert play.chat.status(0) == Status("Working", 0, True)
    play(events.AgentReasoningDelta("the map** and **more**"), events.AgentReasoningDelta(" **even more**"))
    assert play.chat.status(0) == Status("Read the map", 0, True)
    play(events.AgentReasoningSectionBreak(), events.AgentReasoningDelta("**Draw it**"))
    assert play.chat.status(0) == Status("Draw it", 0, True)
    play(DONE)
    assert play.chat.status(0) is None


def test_a_retry_stands_in_the_header_until_the_model_answers(play: Play) -> None:
    play(STARTED, events.AgentReasoningDelta("**Look**"), events.StreamError("Reconnecting... 1/5"))
    assert play.chat.status(0) == Status("Reconnecting... 1/5", 0, True)
    play(events.AgentReasoningDelta("**Look again**"))
    assert play.chat.status(0) == Status("Look again", 0, True)
    assert play.rows() == []


def test_time_stands_still_while_the_user_is_asked(play: Play) -> None:
    play(STARTED)
    play.chat.pause(10)
    assert play.chat.status(60) == Status("Working", 10, True)
    play.chat.resume(60)
    assert play.chat.status(61) == Status("Working", 11, True)


def test_undo_cannot_be_interrupted_and_tells_how_it_went(play: Play) -> None:
    play(events.UndoStarted("Undo in progress..."))
    assert play.chat.status(0) == Status("Undo in progress", 0, False)
    play(events.UndoCompleted(False, "nothing there"), events.TaskComplete(None))
    play(events.UndoStarted(), events.UndoCompleted(True, "restored"), events.TaskComplete(None))
    assert play.rows() == ["■ nothing there", "", "• restored"]


def test_the_end_of_a_turn_brings_the_last_words(play: Play) -> None:
    play(STARTED, DONE)
    assert play.chat.take_ended() == TurnEnded("completed", "last words")


# --- reasoning ------------------------------------------------------------------------------------------------


def thoughts(facts: ChatFacts) -> tuple[list[str], list[str]]:
    play = Play(facts)
    play(STARTED, events.AgentReasoningDelta("**Head**"), events.AgentReasoning("**Head**\n\nsummary"))
    play(events.AgentReasoningRawContentDelta("raw"), events.AgentReasoningRawContent("raw"))
    transcript = [row.text for cell in play.cells for row in cell.transcript(80, Palette())]
    return play.rows(), transcript


def test_reasoning_is_printed_kept_for_the_transcript_or_left_out() -> None:
    replace = msgspec.structs.replace
    assert thoughts(FACTS) == (["• summary"], ["• Head", "", "  summary"])
    assert thoughts(replace(FACTS, prints_reasoning=False)) == ([], ["• Head", "", "  summary"])
    assert thoughts(replace(FACTS, hides_reasoning=True, shows_raw_reasoning=True)) == ([], [])
    assert thoughts(replace(FACTS, shows_raw_reasoning=True))[1] == ["• Head", "", "  summary", "• raw"]


# --- reviews ----------------------------------------------------------------------------------------------------


def finding(title: str, body: str) -> ReviewFinding:
    return ReviewFinding(title, body, 1.0, 1, CodeLocation("/h/p/a.py", LineRange(3, 4)))


def test_a_review_stands_between_banners(play: Play) -> None:
    output = ReviewOutput((finding("Off\nby one", "Look\nhere"), finding("Leak", "there")))
    play(events.EnteredReviewMode("the prompt", "current changes"), events.ExitedReviewMode(output), DONE)
    assert play.rows() == [
        ">> Code review started: current changes <<", "", "• Full review comments:", "",
        "  - Off by one — /h/p/a.py:3-4", "    Look", "    here", "", "  - Leak — /h/p/a.py:3-4", "    there", "",
        "<< Code review finished >>",
    ]  # fmt: skip


def test_a_review_without_findings_shows_its_explanation_or_that_there_is_none(play: Play) -> None:
    entered = events.EnteredReviewMode("", "x")
    play(entered, events.ExitedReviewMode(ReviewOutput(overall_explanation="All is fine")), DONE)
    play(entered, events.ExitedReviewMode(None), events.TurnAborted(), DONE)
    rows = [row for row in play.rows() if row and row[0] in "•■"]
    assert rows[0] == "• All is fine"
    assert len(rows) == 2, "that it was interrupted is not said on top"


# --- tokens and limits -------------------------------------------------------------------------------------------


def limits(primary: float, secondary: float) -> events.TokenCount:
    return events.TokenCount(None, RateLimitSnapshot(RateLimitWindow(primary, 300), RateLimitWindow(secondary, 10080)))


def test_each_threshold_is_warned_of_once_the_highest_alone_and_none_when_full(play: Play) -> None:
    for primary, secondary in ((74, 10), (76, 10), (77, 10), (96, 10), (50, 91), (97, 92), (100, 96)):
        play(limits(primary, secondary))
    assert [row.split(". ")[0] for row in play.rows(200) if row] == [
        "⚠ More than 75% of your 5h limit is used", "⚠ More than 95% of your 5h limit is used",
        "⚠ More than 90% of your weekly limit is used",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "name"),
    [
        (1, "1h limit"), (62, "1h limit"), (299, "5h limit"), (1443, "24h limit"), (1444, "Weekly limit"),
        (10_083, "Weekly limit"), (10_084, "Monthly limit"), (43_203, "Monthly limit"), (43_204, "Annual limit"),
    ],
)  # fmt: skip
def test_limits_are_called_by_their_length(play: Play, minutes: int, name: str) -> None:
    play(events.TokenCount(None, RateLimitSnapshot(RateLimitWindow(80.0, minutes))))
    assert "80% used" in value(status(play), name)
    assert f"75% of your {name[0].lower()}{name[1:]} is used" in play.rows(200)[0]


def test_limits_of_unknown_length_have_the_usual_names(play: Play) -> None:
    play(events.TokenCount(None, RateLimitSnapshot(RateLimitWindow(1.0), RateLimitWindow(2.0))))
    assert "1% used" in value(status(play), "5h limit")
    assert "2% used" in value(status(play), "Weekly limit")


def usage(total: int, reasoning: int = 0, window: int | None = 258_400) -> events.TokenCount:
    tokens = TokenUsage(total - reasoning, 0, reasoning, reasoning, total)
    return events.TokenCount(TokenUsageInfo(tokens, tokens, window))


@pytest.mark.parametrize(
    ("total", "reasoning", "left"),
    [(11000, 0, 100), (73600, 0, 75), (99200, 0, 65), (165200, 30000, 50), (240000, 0, 7), (999999, 0, 0)],
)
def test_the_context_that_is_left_leaves_out_what_every_request_needs(total: int, reasoning: int, left: int) -> None:
    play = Play()
    assert play.chat.context_left() == 100
    play(usage(total, reasoning))
    assert play.chat.context_left() == left
    play.chat.usage.forget_tokens()
    assert play.chat.context_left() == 100


def test_the_configured_window_counts_where_the_events_tell_none() -> None:
    play = Play(msgspec.structs.replace(FACTS, window=112_000))
    play(usage(62_000, window=None))
    assert play.chat.context_left() == 50
    play(usage(62_000, window=212_000))
    assert play.chat.context_left() == 75


STATUS = StatusFacts(
    version="1", model="gpt-5-codex", reasoning=("reasoning low", "summaries auto"), directory="~/proj",
    approval="on-request", sandbox="workspace-write", agents=("AGENTS.md", "../AGENTS.md"), session_id="0" * 36,
    account="me@x (Plus)", window=272_000,
)  # fmt: skip
NOON = datetime.datetime(2026, 11, 29, 12, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=5, minutes=30)))


def status(play: Play, columns: int = 100, today: datetime.datetime = NOON) -> list[str]:
    cell = StatusCell(STATUS, play.chat.usage.shown(play.now, today), today)
    return [row.text for row in cell.scrollback(columns, Palette())]


def value(rows: list[str], label: str) -> str:
    (row,) = (row for row in rows if row.startswith(f"│  {label}:"))
    assert row[21] != " ", "all values begin in one column"
    return row[21:].strip("│ ")


def test_the_status_card_has_settings_tokens_and_limits(play: Play) -> None:
    tokens = TokenUsage(20500, 500, 300, 100, 20800)
    play(events.TokenCount(TokenUsageInfo(tokens, tokens, 258_400)), limits(76, 41))
    rows = status(play)
    assert rows[:2] == ["/status", ""]
    assert rows[3].startswith("│  >_ Octavo (v1) ")
    assert len({len(row) for row in rows[2:]}) == 1
    assert value(rows, "Model") == "gpt-5-codex (reasoning low, summaries auto)"
    assert value(rows, "Agents.md") == "AGENTS.md, ../AGENTS.md"
    assert value(rows, "Account") == "me@x (Plus)"
    assert value(rows, "Token usage") == "20.3K total  (20K input + 300 output)"
    assert value(rows, "Context window") == "97% left (20.7K used / 272K)"
    assert value(rows, "5h limit") == "[███████████████░░░░░] 76% used"
    assert value(rows, "Weekly limit") == "[████████░░░░░░░░░░░░] 41% used"


def test_before_the_first_answer_limits_ask_for_a_message_and_after_one_without_any_say_so(play: Play) -> None:
    assert value(status(play), "Limits") == "send a message to load usage data"
    play(events.TokenCount(None, RateLimitSnapshot()))
    assert value(status(play), "Limits") == "send a message to load usage data"
    play(usage(1500))
    assert value(status(play), "Limits") == "data not available yet"


def test_without_a_known_window_there_is_no_row_for_it(play: Play) -> None:
    assert value(status(play), "Context window") == "100% left (0 used / 272K)"
    facts = msgspec.structs.replace(STATUS, window=None)
    cell = StatusCell(facts, play.chat.usage.shown(play.now, NOON), NOON)
    assert not any("Context window" in row.text for row in cell.scrollback(100, Palette()))


def test_limits_that_are_known_stay_when_an_answer_tells_none(play: Play) -> None:
    play(limits(50, 20), events.TokenCount(None, RateLimitSnapshot()))
    assert "50% used" in value(status(play), "5h limit")


def test_reset_times_are_local_and_name_another_day(play: Play) -> None:
    today, later = int(NOON.timestamp()) + 3600, int(NOON.timestamp()) + 5 * 86400
    snapshot = RateLimitSnapshot(RateLimitWindow(12.4, 299, today), RateLimitWindow(97.6, 10080, later))
    play(events.TokenCount(None, snapshot))
    assert value(status(play), "5h limit") == "[██░░░░░░░░░░░░░░░░░░] 12% used (resets 13:00)"
    assert value(status(play), "Weekly limit").endswith("98% used (resets 12:00 on 4 Dec)")
    narrow = status(play, 60)
    at = next(number for number, row in enumerate(narrow) if "Weekly" in row)
    assert narrow[at + 1].index("(resets") == 21
    assert all(len(row) <= 40 for row in status(play, 40))
    assert status(play, 3)[2:] == []


def test_old_limits_are_said_to_be_so(play: Play) -> None:
    play(limits(50, 20))
    play.now += 14 * 60
    assert not any("Warning:" in row for row in status(play))
    play.now += 120
    assert any("Warning:" in row for row in status(play))


def test_accounts_by_what_is_known_of_them() -> None:
    assert account_text("me@x", "plus", is_api_key=False) == "me@x (Plus)"
    assert account_text("", "plus", is_api_key=False) == "Plus"
    assert account_text("", "", is_api_key=False) == "ChatGPT"
    assert "API key" in account_text("", "", is_api_key=True)


# --- the session ----------------------------------------------------------------------------------------------------


def stored(*msgs: events.Msg) -> tuple[msgspec.Raw, ...]:
    return tuple(msgspec.Raw(msgspec.json.encode(msg)) for msg in msgs)


def test_the_header_comes_first_with_the_model_in_use(play: Play) -> None:
    play(events.SessionConfigured("id", "gpt-5", "low"))
    assert play.rows()[3].startswith("│ model:     gpt-5 low   /model to change")
    assert play.rows()[4].startswith("│ directory: ~/p ")
    play(events.SessionConfigured("id", "gpt-5-codex"), events.SessionConfigured("id", "other"))
    assert play.rows()[-3:] == ["model changed:", "requested: gpt-5-codex", "used: other"]


def test_resuming_shows_what_was_said_and_how_it_ended(play: Play) -> None:
    output = ReviewOutput(overall_explanation="All is fine")
    messages = stored(
        events.UserMessage("begin"), events.AgentReasoning("**Head**\n\nthought"), events.AgentMessage("An answer"),
        usage(142_000), limits(96, 10), events.UserMessage("stop it"), events.TurnAborted("interrupted"),
        events.UndoCompleted(True, "Put back"), events.UserMessage("the prompt"),
        events.EnteredReviewMode("the prompt", "the hint"), events.UserMessage("the prompt"),
        events.ExitedReviewMode(output),
    )  # fmt: skip
    odd = (msgspec.Raw(b'{"type":"from the future"}'), msgspec.Raw(b'{"type":"user_message"}'))
    play(events.SessionConfigured("id", "gpt-5-codex", initial_messages=messages + odd))
    rows = [row for row in play.rows()[14:] if row]
    rows = [row for row in rows if not row.startswith("─")]
    assert rows[0] == "› begin"
    assert [row for row in rows if not row.startswith("  ")] == [
        "› begin", "• thought", "• An answer", "› stop it", *[row for row in rows if row.startswith("■")], "• Put back",
        ">> Code review started: the hint <<", "• All is fine", "<< Code review finished >>",
    ]  # fmt: skip
    assert play.chat.context_left() == 47
    assert play.chat.status(0) is None
    play(limits(97, 10))
    assert not any(row.startswith("⚠") for row in play.rows()), "what was warned of then is not said again"


def test_an_old_session_file_without_reset_times_gives_bars_alone(play: Play) -> None:
    raw = b"""{"type":"token_count","info":null,"rate_limits":{"primary":{"used_percent":33.0,"window_minutes":300,
    "resets_in_seconds":1000},"secondary":{"used_percent":52.0,"window_minutes":10080}}}"""
    play(events.SessionConfigured("id", "gpt-5-codex", initial_messages=(msgspec.Raw(raw),)))
    assert value(status(play), "5h limit") == "[███████░░░░░░░░░░░░░] 33% used"


def test_events_that_show_nothing_show_nothing(play: Play) -> None:
    play(
        STARTED, events.BackgroundEvent("x"), events.TurnDiff("x"), events.ExecCommandOutputDelta("a", "stdout", b"x"),
        events.UserMessage("said before"), events.ShutdownComplete(), events.WebSearchBegin("w"),
    )  # fmt: skip
    assert play.rows() == []
