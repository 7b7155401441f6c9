"""`exec` for people: what stands on stderr, and what on stdout."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from exec_support import Printed, show

from octavo import __version__
from octavo.frontends.exec.human import HumanPrinter
from octavo.frontends.exec.style import Style, wants_color
from octavo.protocol import events
from octavo.protocol.changes import AddedFile, DeletedFile, FileChange, UpdatedFile
from octavo.protocol.usage import TokenUsage, TokenUsageInfo


def printed(
    *messages: events.Msg, color: bool = False, show_reasoning: bool = True, show_raw_reasoning: bool = False
) -> tuple[bytes, str]:
    printer_output = Printed()
    clock: Iterator[float] = iter(range(100))
    printer = HumanPrinter(
        printer_output.output,
        Style(color),
        [("workdir", "/w"), ("model", "m")],
        "Do it",
        show_reasoning=show_reasoning,
        show_raw_reasoning=show_raw_reasoning,
        clock=lambda: next(clock) * 0.25,
    )
    show(printer, messages)
    return printer_output.read()


def stderr(*messages: events.Msg) -> str:
    return printed(*messages)[1]


def begin(call_id: str = "c", command: tuple[str, ...] = ("bash", "-lc", "echo hi")) -> events.ExecCommandBegin:
    return events.ExecCommandBegin(call_id, command, "/w", ())


def end(output: str = "", code: int = 0, seconds: float = 0.25, call_id: str = "c") -> events.ExecCommandEnd:
    return events.ExecCommandEnd(call_id, output, "", output, code, events.duration(seconds), output)


def test_the_header_names_the_settings_the_session_and_the_prompt() -> None:
    assert stderr(events.SessionConfigured("id-1", "m")) == (
        f"Octavo v{__version__}\n--------\nworkdir: /w\nmodel: m\nsession id: id-1\n--------\nuser\nDo it\n"
    )


@pytest.mark.parametrize(
    ("message", "stdout"),
    [("a\nb\n", b"a\nb\n"), ("a", b"a\n"), ("", b"\n"), (None, b""), ("é", "é\n".encode())],
)
def test_the_last_message_alone_is_on_stdout(message: str | None, stdout: bytes) -> None:
    assert printed(events.TaskComplete(message))[0] == stdout


def test_messages_and_reasoning_are_blocks() -> None:
    text = stderr(events.AgentReasoning("**Think**"), events.AgentReasoningSectionBreak(), events.AgentMessage("Hi"))
    assert text == "thinking\n**Think**\n\ncodex\nHi\n"


def test_reasoning_can_be_hidden() -> None:
    messages = (events.AgentReasoning("x"), events.AgentReasoningSectionBreak())
    assert printed(*messages, show_reasoning=False)[1] == ""


def test_raw_reasoning_is_shown_on_demand() -> None:
    assert stderr(events.AgentReasoningRawContent("raw")) == ""
    assert printed(events.AgentReasoningRawContent("raw"), show_raw_reasoning=True)[1] == "thinking\nraw\n"


def test_a_command_and_its_end_share_a_line() -> None:
    assert stderr(begin(), end("hi\n")) == "exec\nbash -lc 'echo hi' in /w succeeded in 250ms:\nhi\n"


def test_a_failed_command_tells_its_code() -> None:
    assert " exited 4 in 1.24s:\ngone\n" in stderr(begin(), end("gone\n", 4, 1.24))


def test_output_is_cut_after_twenty_lines() -> None:
    text = stderr(begin(), end("".join(f"{n}\n" for n in range(30))))
    assert text.splitlines()[2:] == [str(n) for n in range(20)]


def test_only_line_feeds_end_lines() -> None:
    odd = "a\x0bb\x0cc\u0085d\u2028e\r\n"
    assert stderr(begin(), end(odd * 3)).count("a\x0bb\x0cc\u0085d\u2028e\n") == 3


def test_a_command_that_ends_after_another_began_is_named_again() -> None:
    text = stderr(begin("1", ("a",)), begin("2", ("b",)), end("", call_id="2"), end("", call_id="1"))
    assert text == ("exec\na in /w\nexec\nb in /w succeeded in 250ms:\n\na in /w succeeded in 250ms:\n\n")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.999, "999ms"), (1.5, "1.50s"), (59.999, "60.00s"), (60, "1m 00s"), (75, "1m 15s"), (3601, "60m 01s")],
)
def test_times_are_short(seconds: float, shown: str) -> None:
    assert f" in {shown}:" in stderr(begin(), end(seconds=seconds))


def test_a_patch_shows_each_file_and_the_outcome() -> None:
    changes = {
        "/w/new": FileChange(add=AddedFile("fresh\ntwo\n")),
        "/w/gone": FileChange(delete=DeletedFile("bye\n")),
        "/w/a": FileChange(update=UpdatedFile("@@ -1 +1 @@\n-x\n+X\n")),
        "/w/b": FileChange(update=UpdatedFile("@@ -1 +1 @@\n-y\n+Y\n", "/w/c")),
    }
    done = events.PatchApplyEnd("p", "Success.\n", "", True)
    assert stderr(events.PatchApplyBegin("p", True, changes), done) == (
        "file update\nA /w/new\nfresh\ntwo\nD /w/gone\nbye\nM /w/a\n@@ -1 +1 @@\n-x\n+X\n"
        "R /w/b -> /w/c\n@@ -1 +1 @@\n-y\n+Y\napply_patch(auto_approved=true) exited 0 in 250ms:\nSuccess.\n"
    )


def test_a_failed_patch_shows_its_errors() -> None:
    failed = events.PatchApplyEnd("p", "out\n", "no such file\n", False)
    text = stderr(events.PatchApplyBegin("p", False, {}), failed)
    assert text.endswith("apply_patch(auto_approved=false) exited 1 in 250ms:\nno such file\n")
    assert stderr(failed) == "apply_patch('p') exited 1:\nno such file\n"


def test_mcp_calls_show_arguments_and_answers() -> None:
    call = events.McpInvocation("own", "echo", {"text": "hey"})
    bare = events.McpInvocation("own", "list", None)
    answer = events.McpToolResult(({"text": "hey", "type": "text"},), {"said": "hey"})
    refusal = events.McpToolResult((), is_error=True)
    text = stderr(
        events.McpToolCallBegin("1", call),
        events.McpToolCallEnd("1", call, events.duration(0.001), events.McpOutcome(ok=answer)),
        events.McpToolCallEnd("2", bare, events.duration(0.001), events.McpOutcome(ok=refusal)),
        events.McpToolCallEnd("3", bare, events.duration(0.001), events.McpOutcome(err="gone")),
    )
    assert text == (
        'tool own.echo({"text":"hey"})\nown.echo({"text":"hey"}) success in 1ms:\n'
        '{\n  "content": [\n    {\n      "text": "hey",\n      "type": "text"\n    }\n  ],\n'
        '  "structuredContent": {\n    "said": "hey"\n  }\n}\n'
        'own.list() failed in 1ms:\n{\n  "content": [],\n  "isError": true\n}\n'
        "own.list() failed in 1ms:\ngone\n"
    )


def test_a_plan_shows_the_state_of_each_step() -> None:
    steps = (
        events.PlanStep("a", "completed"),
        events.PlanStep("b", "in_progress"),
        events.PlanStep("c", "pending"),
    )
    assert stderr(events.PlanUpdate("why", steps)) == "Plan update\nwhy\n  ✓ a\n  → b\n  • c\n"
    assert stderr(events.PlanUpdate("  ", ())) == "Plan update\n"


@pytest.mark.parametrize(
    ("msg", "text"),
    [
        (events.WebSearchEnd("w", "oslo"), "🌐 Searched: oslo\n"),
        (events.ViewImageToolCall("v", "/a.png"), "viewed image /a.png\n"),
        (events.Error("no"), "ERROR: no\n"),
        (events.Warning("hm"), "warning: hm\n"),
        (events.DeprecationNotice("old", "use new"), "deprecated: old\n  use new\n"),
        (events.DeprecationNotice("old"), "deprecated: old\n"),
        (events.StreamError("Reconnecting... 1/5"), "Reconnecting... 1/5\n"),
        (events.BackgroundEvent("note"), "note\n"),
        (events.TurnDiff("diff\n"), "file update:\ndiff\n\n"),
        (events.TurnAborted("interrupted"), "task interrupted\n"),
        (events.TurnAborted("replaced"), "task aborted: replaced by a new task\n"),
        (events.TurnAborted("review_ended"), "task aborted: review ended\n"),
        (events.AgentMessageDelta("x"), ""),
    ],
)
def test_small_events_have_a_line(msg: events.Msg, text: str) -> None:
    assert stderr(msg) == text


def test_tokens_count_what_was_not_cached() -> None:
    usage = TokenUsage(2000, 800, 34, 0, 2034)
    assert stderr(events.TokenCount(TokenUsageInfo(usage, usage, None), None)) == "tokens used\n1,234\n"


def test_plain_output_has_no_escapes_and_coloured_output_the_same_text() -> None:
    messages = (events.SessionConfigured("i", "m"), begin(), end("x\n", 1), events.Error("no"))
    plain, colored = printed(*messages)[1], printed(*messages, color=True)[1]
    assert "\x1b" not in plain
    assert "\x1b[36muser\x1b[0m" in colored
    assert "\x1b[31mERROR:\x1b[0m no" in colored
    assert "\x1b[31m exited 1 in 250ms:\x1b[0m" in colored


@pytest.mark.parametrize(
    ("choice", "terminal", "environ", "colors"),
    [
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"TERM": "xterm"}, False),
        ("auto", True, {"TERM": "xterm"}, True),
        ("auto", False, {"TERM": "xterm"}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
    ],
)
def test_colours_follow_choice_terminal_and_environment(
    choice: str, terminal: bool, environ: dict[str, str], colors: bool
) -> None:
    assert wants_color(choice, terminal, environ) is colors  # type: ignore[arg-type]
