"""Each kind of cell as it is printed, and in the transcript."""

from __future__ import annotations

import unicodedata

import pytest

from octavo.frontends.terminal.cells import notices
from octavo.frontends.terminal.cells.agent import AgentText, Thought, WorkedRule
from octavo.frontends.terminal.cells.cell import Cell, Palette, blended, printed
from octavo.frontends.terminal.cells.command import GOOD, CommandCell, Ended, script_of
from octavo.frontends.terminal.cells.exploring import ExploringCell, Look
from octavo.frontends.terminal.cells.header import HeaderCell, ModelChanged
from octavo.frontends.terminal.cells.output import kept_output, limited
from octavo.frontends.terminal.cells.patch import PatchCell, file_diffs, patch_failed
from octavo.frontends.terminal.cells.plan import PlanCell
from octavo.frontends.terminal.cells.tools import McpCell, SearchCell, ToolPicture, ViewedImage
from octavo.frontends.terminal.cells.update import UpdateCell
from octavo.frontends.terminal.cells.user import UserCell
from octavo.frontends.terminal.text.directory import shortened, shown_path, with_tilde
from octavo.frontends.terminal.text.markdown import render
from octavo.frontends.terminal.text.styled import ACCENT, CYAN, DIM, GREEN, RED, Span, Style
from octavo.frontends.terminal.text.widths import width
from octavo.frontends.terminal.themes.theme import TERMINAL
from octavo.protocol.changes import AddedFile, DeletedFile, FileChange, UpdatedFile
from octavo.protocol.commands import ListFilesCommand, ReadCommand, SearchCommand
from octavo.protocol.events import Duration, McpInvocation, McpOutcome, McpToolResult, PlanStep

PLAIN = Palette()


def shown(cell: Cell, columns: int = 80, palette: Palette = PLAIN) -> list[str]:
    return [row.text for row in cell.scrollback(columns, palette)]


def full(cell: Cell, columns: int = 80) -> list[str]:
    return [row.text for row in cell.transcript(columns, PLAIN)]


def ended(output: str, code: int = 0, most: int = 5) -> Ended:
    return Ended(code, limited(output, most), output, Duration(0, 9_000_000))


# --- what people say ----------------------------------------------------------------------------------


def test_a_message_of_the_user_stands_between_blank_rows_on_its_background() -> None:
    cell = UserCell("alpha bravo charlie\nsecond")
    assert shown(cell, 16) == ["", "› alpha bravo", "  charlie", "  second", ""]
    rows = cell.scrollback(16, Palette(message=(40, 40, 40)))
    assert all(row.fill == Style(bg=(40, 40, 40)) for row in rows)
    assert all(span.style.bg == (40, 40, 40) for row in rows for span in row.spans)
    assert (TERMINAL.look(rows[1].spans[0].style).bold, TERMINAL.look(rows[1].spans[0].style).dim) == (True, True)


def test_the_transcript_tells_when_a_message_was_sent() -> None:
    cell = UserCell("hello", 0, "14:05")
    assert shown(cell) == ["", "› hello", ""]
    assert full(cell) == ["  14:05", "› hello", ""]
    shaded = cell.transcript(20, Palette(message=(40, 40, 40)))
    assert all(row.fill == Style(bg=(40, 40, 40)) for row in shaded)
    assert full(UserCell("resumed")) == ["", "› resumed", ""]


def test_pictures_without_a_word_are_told() -> None:
    assert shown(UserCell("", 2)) == ["", "› 2 pictures", ""]
    assert shown(UserCell("look", 2)) == ["", "› look", ""]


def test_the_background_is_a_tenth_lighter_or_darker_than_the_terminals() -> None:
    assert blended((0, 0, 0)) == (25, 25, 25)
    assert blended((255, 255, 255)) == (229, 229, 229)
    assert blended((0, 255, 0)) == (0, 229, 0), "bright as green is"
    assert blended((0, 0, 255)) == (25, 25, 255), "dark as blue is"


def test_one_blank_row_sets_a_cell_off_but_not_the_first_nor_what_goes_on() -> None:
    first = AgentText(tuple(render("one")), begins=True, continues=False)
    more = AgentText(tuple(render("two")), begins=False, continues=True)
    assert [row.text for row in printed(first, 20, PLAIN, is_first=True)] == ["• one"]
    assert [row.text for row in printed(first, 20, PLAIN, is_first=False)] == ["", "• one"]
    assert [row.text for row in printed(more, 20, PLAIN, is_first=False)] == ["  two"]
    assert printed(Thought("**only a head**", is_printed=True), 20, PLAIN, is_first=False) == []


def test_thoughts_are_printed_without_their_heading_and_whole_in_the_transcript() -> None:
    cell = Thought("**Look around**\n\nThe body of it\nin two lines", is_printed=True)
    assert shown(cell) == ["• The body of it", "  in two lines"]
    looks = [TERMINAL.look(span.style) for row in cell.scrollback(80, PLAIN) for span in row.spans]
    assert all(look.dim and look.italic for look in looks)
    assert full(cell) == ["• Look around", "", "  The body of it", "  in two lines"]
    assert shown(Thought(cell.text, is_printed=False)) == []
    assert shown(Thought("no heading", is_printed=True)) == []


def test_the_rule_before_a_message_takes_the_whole_width() -> None:
    assert shown(WorkedRule("1m 05s"), 30) == ["─ Worked for 1m 05s ──────────"]
    assert shown(WorkedRule(""), 5) == ["─────"]
    assert shown(WorkedRule("5s"), 3) == ["─ W"]


# --- the first card ---------------------------------------------------------------------------------


def test_the_header_names_model_effort_and_folder_and_how_to_begin() -> None:
    rows = shown(HeaderCell("1.2", "gpt-5-codex", "high", "~/proj"))
    assert rows[1].startswith("│ >_ Octavo (v1.2) ")
    assert rows[3].startswith("│ model:     gpt-5-codex high   /model to change ")
    assert rows[4].startswith("│ directory: ~/proj ")
    assert len({len(row) for row in rows[:6]}) == 1
    assert [row.split(" - ")[0] for row in rows[-5:]] == [
        "  /init",
        "  /status",
        "  /approvals",
        "  /model",
        "  /review",
    ]


@pytest.mark.parametrize("columns", [1, 4, 5, 12, 40, 200])
def test_the_header_fits_any_width(columns: int) -> None:
    cell = HeaderCell("1.2", "a-very-long-name-of-a-model" * 3, "high", "/a/long/way/down/to/this/folder" * 2)
    rows = shown(cell, columns)
    assert all(width(row) <= columns for row in rows)
    assert (rows == []) == (columns < 5)
    assert all(width(row) <= 60 for row in rows[:6])


def test_a_model_that_is_another_than_asked_for_is_told() -> None:
    assert shown(ModelChanged("a", "b")) == ["model changed:", "requested: a", "used: b"]


def test_folders_are_shortened_in_the_middle() -> None:
    assert with_tilde("/h", "/h") == "~"
    assert with_tilde("/h/x", "/h") == "~/x"
    assert with_tilde("/home", "/h") == "/home"
    long = "~/first/second/third/fourth/last"
    assert shortened(long, 80) == long
    assert shortened(long, 24) == "~/…/third/fourth/last"
    assert shortened(long, 18) == "~/…/fourth/last"
    assert shortened(long, 9) == "~/…/last"
    assert shortened("/opt/a/b/c/d", 10) == "/opt/…/c/d"
    assert all(width(shortened(long, columns)) <= max(columns, 0) for columns in range(40))


def test_files_are_named_from_the_folder_the_repository_or_home() -> None:
    assert shown_path("/h/p/sub/a", "/h/p", None, "/h") == "sub/a"
    assert shown_path("/h/p/a", "/h/p/sub", "/h/p", "/h") == "../a"
    assert shown_path("/h/p/a", "/h/p/sub", None, "/h") == "~/p/a"
    assert shown_path("/etc/a", "/h/p", "/h/p", "/h") == "/etc/a"


# --- commands ------------------------------------------------------------------------------------------


def test_a_script_stands_for_its_shell_and_words_are_quoted() -> None:
    assert script_of(("bash", "-lc", "echo hi | cat")) == "echo hi | cat"
    assert script_of(("/usr/bin/zsh", "-lc", "make")) == "make"
    assert script_of(("echo", "a b")) == "echo 'a b'"


def test_a_command_shows_title_rows_of_its_script_and_output() -> None:
    cell = CommandCell("echo a\necho b --\necho c\necho d\necho e", ended("a\nb\n"))
    assert shown(cell) == ["• Ran echo a", "  │ echo b --", "  │ echo c", "  │ … +2 lines", "  └ a", "    b"]
    assert cell.scrollback(80, PLAIN)[0].spans[0] == GOOD
    assert TERMINAL.look(GOOD.style) == Style(fg=GREEN, bold=True)


def test_a_command_that_fails_is_marked_and_one_without_output_says_so() -> None:
    cell = CommandCell("false", ended("", 1))
    assert shown(cell) == ["• Ran false", "  └ (no output)", "    exit code 1"]
    assert TERMINAL.look(cell.scrollback(80, PLAIN)[0].spans[0].style).fg == RED


def test_a_command_that_was_stopped_says_so_without_colours_too() -> None:
    cell = CommandCell("make", ended("begun\n", 1)._replace(duration=None))
    assert shown(cell) == ["• Ran make", "  └ begun", "    stopped"]


def test_a_running_command_shows_no_output_and_the_spinner_of_the_frame() -> None:
    assert shown(CommandCell("make"), palette=Palette(spinner=Span("◦", DIM))) == ["◦ Running make"]


def test_long_output_is_counted_by_its_own_lines() -> None:
    cell = CommandCell("seq 11", ended("".join(f"{number}\n" for number in range(1, 12))))
    assert shown(cell)[1:] == ["  └ 1", "    2", "    … +7 lines", "    10", "    11"]


def test_a_long_line_goes_on_beside_the_command_and_under_the_output() -> None:
    cell = CommandCell("echo one two three", ended("one two three\n"))
    assert shown(cell, 16) == ["• Ran echo one", "  │ two three", "  └ one two", "    three"]


def test_the_transcript_has_the_whole_script_the_whole_output_and_the_result() -> None:
    output = "".join(f"{number}\n" for number in range(9))
    assert full(CommandCell("a\nb\nc\nd\ne", ended(output))) == [
        "$ a", "    b", "    c", "    d", "    e", *output.split(), "✓ • 9ms",
    ]  # fmt: skip
    broken = Ended(3, limited("", 5), "", Duration(1, 500_000_000))
    assert full(CommandCell("x", broken))[-1] == "✗ (3) • 1.50s"


def test_the_transcript_has_more_of_an_output_than_the_model_got() -> None:
    lines = [f"line {number}" for number in range(500)]
    output, told = "\n".join(lines), "time was over\nline 0\n[…]\nline 499"
    assert kept_output(output, told).split("\n") == ["time was over", *lines]
    assert kept_output("", "refused") == "refused"
    long = [f"line {number}" for number in range(50_000)]
    kept = kept_output("\n".join(long), "line 0").split("\n")
    [mark] = [row for row in kept if row.startswith("[")]
    assert sum(row.startswith("line") for row in kept) + int(mark.split()[2]) == len(long)
    assert sum(map(len, kept)) < 100_100
    assert (kept[0], kept[-1]) == (long[0], long[-1])


@pytest.mark.parametrize(
    ("seconds", "nanos", "text"),
    [(0, 0, "0ms"), (0, 999_000_000, "999ms"), (59, 0, "59.00s"), (60, 0, "1m 00s"), (65, 900_000_000, "1m 05s")],
)
def test_how_long_a_command_took(seconds: int, nanos: int, text: str) -> None:
    finished = Ended(0, limited("", 5), "", Duration(seconds, nanos))
    assert full(CommandCell("x", finished))[-1] == f"✓ • {text}"


def look(call: str, *parsed: ReadCommand | ListFilesCommand | SearchCommand, done: bool = True) -> Look:
    return Look(call, call, parsed, ended("secret\n") if done else None)


def test_looking_around_is_one_cell_with_neighbouring_reads_in_one_row() -> None:
    cell = ExploringCell(
        (
            look("ls", ListFilesCommand("ls")),
            look("cat a", ReadCommand("cat a", "a.txt", "a.txt")),
            look("cat b", ReadCommand("cat b", "b.txt", "b.txt")),
            look("cat a", ReadCommand("cat a", "a.txt", "a.txt")),
            look("ls -la", ListFilesCommand("ls -la", None)),
            look("grep", SearchCommand("grep -n one a", "one", "a.txt")),
            look("rg", SearchCommand("rg --files", None, None)),
        )
    )
    assert shown(cell) == [
        "• Explored", "  └ List ls", "    Read a.txt, b.txt", "    List ls -la", "    Search one in a.txt",
        "    Search rg --files",
    ]  # fmt: skip
    assert cell.scrollback(80, PLAIN)[1].spans[1] == Span("List", ACCENT)
    assert "secret" in full(cell)


def test_a_group_says_whether_a_part_of_it_runs_or_was_broken_off() -> None:
    running = ExploringCell((look("ls", ListFilesCommand("ls"), done=False),))
    assert shown(running)[0] == "• Exploring"
    broken = ExploringCell((look("ls", ListFilesCommand("ls")),), failed=True)
    assert TERMINAL.look(broken.scrollback(80, PLAIN)[0].spans[0].style).fg == RED


# --- changes of files ----------------------------------------------------------------------------------


def test_a_patch_of_one_file_has_its_name_in_the_title() -> None:
    added = file_diffs({"/p/docs/new.md": FileChange(add=AddedFile("alpha\n\n"))}, lambda path: path[3:])
    assert shown(PatchCell(added)) == ["• Added docs/new.md (+2 -0)", "    1 +alpha", "    2 +"]
    gone = file_diffs({"/p/g": FileChange(delete=DeletedFile("x\ny"))}, lambda path: path[3:])
    assert shown(PatchCell(gone)) == ["• Deleted g (+0 -2)", "    1 -x", "    2 -y"]


def test_a_patch_of_several_files_has_them_by_path_with_hunks_set_apart() -> None:
    diff = "@@ -8,3 +8,4 @@\n eight\n-nine\n+NINE\n+more\n"
    diff += "@@ -99,2 +100,1 @@\n ninety\n-hundred\n\\ No newline at end of file\n"
    changes = {
        "/p/z": FileChange(update=UpdatedFile(diff, "/p/moved/z")),
        "/p/b": FileChange(add=AddedFile("w" * 20 + "\n")),
    }
    cell = PatchCell(file_diffs(changes, lambda path: path[3:]))
    assert shown(cell, 20) == [
        "• Edited 2 files (+3", "  -2)", "  └ b (+1 -0)", f"    1 +{'w' * 13}", f"       {'w' * 7}", "",
        "  └ z → moved/z (+2", "    -2)", "      8  eight", "      9 -nine", "      9 +NINE", "     10 +more",
        "      ⋮", "    100  ninety", "    100 -hundred",
    ]  # fmt: skip
    signs = {span.text: TERMINAL.look(span.style).fg for row in cell.scrollback(40, PLAIN) for span in row.spans}
    assert (signs["NINE"], signs["nine"], signs["eight"]) == (GREEN, RED, None)


def test_a_patch_that_fails_shows_the_error_below() -> None:
    assert shown(patch_failed("could not\nwrite\n")) == ["✘ Failed to apply patch", "  └ could not", "    write"]
    assert shown(patch_failed("")) == ["✘ Failed to apply patch"]


# --- other tools -----------------------------------------------------------------------------------------


def test_a_plan_shows_note_and_steps_by_state() -> None:
    steps = (PlanStep("look", "completed"), PlanStep("write all of it", "in_progress"), PlanStep("tell", "pending"))
    cell = PlanCell("Three\nsteps", steps)
    assert shown(cell, 16) == [
        "• Updated Plan", "  └ Three steps", "    ✔ look", "    □ write all", "      of it", "    □ tell",
    ]  # fmt: skip
    looks = {span.text: TERMINAL.look(span.style) for row in cell.scrollback(80, PLAIN) for span in row.spans}
    assert (looks["look"].crossed, looks["look"].dim) == (True, True)
    assert (looks["write all of it"].fg, looks["write all of it"].bold) == (CYAN, True)
    assert looks["tell"] == TERMINAL.look(DIM)
    assert len(shown(PlanCell("", ()))) == 2


@pytest.mark.parametrize("active", [0, 1, 12, 28, 29, 30])
@pytest.mark.parametrize("lines", [1, 15, 24, 40])
def test_a_long_plan_takes_a_third_of_the_screen_and_shows_the_step_at_work(active: int, lines: int) -> None:
    states = ["completed"] * active + ["in_progress"] * (active < 30) + ["pending"] * (29 - active)
    cell = PlanCell("The whole way", tuple(PlanStep(f"step {n}", state) for n, state in enumerate(states)))  # type: ignore[arg-type]
    rows = shown(cell, 60, Palette(lines=lines))
    assert rows[0] == "• Updated Plan"
    assert len(rows) <= max(lines // 3, 5)
    assert any(row.endswith(f" step {min(active, 29)}") for row in rows)
    assert sum("step" in row for row in full(cell)) == 30
    assert rows[1].startswith("  └ ")
    counts = [row for row in (row.lstrip(" └") for row in rows) if row.startswith("…")]
    assert sum(int(row.split()[1]) for row in counts) + len(rows) - len(counts) == len(full(cell))


def test_a_plan_that_has_room_is_whole() -> None:
    cell = PlanCell("", tuple(PlanStep(f"step {n}", "pending") for n in range(7)))
    assert len(shown(cell, 60, Palette(lines=24))) == 8


def call(text: str, *parts: object, error: str | None = None, failed: bool = False) -> McpCell:
    result = McpOutcome(err=error) if error else McpOutcome(ok=McpToolResult(parts, is_error=failed))
    return McpCell(McpInvocation("own", "echo", {"text": text}), result)


def test_a_tool_call_stands_in_one_row_with_its_result_below() -> None:
    cell = call("hey", {"type": "text", "text": '{\n "a": 1,\n "b": [2, 3]\n}'})
    assert shown(cell) == ['• Called own.echo({"text":"hey"})', '  └ {"a": 1, "b": [2, 3]}']
    assert TERMINAL.look(cell.scrollback(80, PLAIN)[0].spans[0].style).fg == GREEN


def test_a_call_too_wide_for_one_row_stands_below_the_title() -> None:
    rows = shown(call("word " * 20, {"type": "text", "text": "word word"}), 40)
    assert rows[:2] == ["• Called", '  └ own.echo({"text":"word word word']
    assert rows[-1] == "    word word"


def test_long_arguments_are_cut_but_not_in_the_transcript() -> None:
    cell = call("word " * 1000)
    assert len(shown(cell, 44)) <= 8
    assert " ".join(full(cell, 44)).count("word") == 1000


def test_results_that_are_no_text_are_named() -> None:
    parts = (
        {"type": "image", "data": "x"}, {"type": "audio"}, {"type": "resource", "resource": {"uri": "a:b"}},
        {"type": "resource_link", "uri": "c:d"}, {"odd": 1},
    )  # fmt: skip
    assert shown(call("", *parts))[1:] == [
        "  └ <image content>", "    <audio content>", "    embedded resource: a:b", "    link: c:d", '    {"odd":1}',
    ]  # fmt: skip


def test_failures_of_calls_are_red_and_tell_why() -> None:
    broken = call("", error="it broke")
    assert shown(broken)[1] == "  └ Error: it broke"
    assert TERMINAL.look(broken.scrollback(80, PLAIN)[0].spans[0].style).fg == RED
    assert TERMINAL.look(call("", failed=True).scrollback(80, PLAIN)[0].spans[0].style).fg == RED


def test_a_long_result_is_cut_but_not_in_the_transcript() -> None:
    cell = call("", {"type": "text", "text": "x" * 1000})
    assert len(shown(cell, 44)) == 6
    assert "".join(row.strip("└ ") for row in full(cell, 44)[1:]) == "x" * 1000


def test_searches_pictures_and_their_paths() -> None:
    assert shown(SearchCell("weather\nin Vik")) == ["🌐 Searched: weather in Vik"]
    assert shown(ViewedImage("dot.png")) == ["• Viewed Image", "  └ dot.png"]
    assert shown(ToolPicture()) == ["tool result (image output)"]


# --- notices ------------------------------------------------------------------------------------------------


def test_notices_have_a_mark_each() -> None:
    assert shown(notices.info("told", "a hint")) == ["• told a hint"]
    assert shown(notices.error("went\nwrong\n\n")) == ["■ went", "  wrong"]
    assert shown(notices.warning("take care")) == ["⚠ take care"]
    assert shown(notices.deprecation("old", "use new")) == ["⚠ old", "  use new"]
    assert shown(notices.Banner(">> begun <<")) == [">> begun <<"]
    assert "/feedback" in " ".join(shown(notices.interrupted()))


def test_an_error_as_long_as_a_page_is_cut_but_not_in_the_transcript() -> None:
    page = notices.error("<p>bad gateway</p> " * 5000)
    assert len(shown(page)) < 30
    assert " ".join(full(page)).count("bad gateway") == 5000


def test_a_newer_version_is_told_with_the_command_that_installs_it() -> None:
    rows = shown(UpdateCell("0.1.0", "0.2.0", command="pip install -U octavo", notes="https://x/notes"), 40)
    assert len({width(row) for row in rows}) == 1
    text = " ".join(row.strip("│ ") for row in rows)
    assert "0.1.0 → 0.2.0" in text
    assert "pip install -U octavo" in text
    assert "https://x/notes" in text
    assert shown(UpdateCell("1", "2"), 4) == []


def test_decisions_name_the_command_by_its_first_line() -> None:
    assert shown(notices.Decision("once", "touch a")) == ["✔ You approved touch a, this once"]
    assert "touch two ..." in shown(notices.Decision("session", "touch two\necho hi"))[0]
    row = shown(notices.Decision("abort", "x" * 200), 300)[0]
    assert row.startswith("✗ ")
    assert row.count("x") == 77


# --- nothing of others is a control, nothing is too wide -----------------------------------------------------

BAD = "\x1b]0;stolen\x07\x1b[2J\x9b31m\r\x00\u2028\ud800\tend 漢字"


def cells_with(text: str) -> list[Cell]:
    change = FileChange(update=UpdatedFile(f"@@ -1,1 +1,1 @@\n-{text}\n+{text}\n"))
    return [
        UserCell(text), AgentText(tuple(render(text)), begins=True, continues=False),
        Thought(f"**{text}** {text}", True),
        CommandCell(script_of(("bash", "-lc", text)), ended(text)), CommandCell(script_of((text, text))),
        ExploringCell((look("c", ReadCommand(text, text, text), SearchCommand(text, text, text)),)),
        PatchCell(file_diffs({text: change}, str)), PatchCell(file_diffs({text: change, "b": change}, str)),
        patch_failed(text), PlanCell(text, (PlanStep(text, "pending"),)), call(text, {"type": "text", "text": text}),
        call(text, {"type": "resource", "resource": {"uri": text}}, {text: text}), call("", error=text),
        SearchCell(text), ViewedImage(text), notices.error(text), notices.info(text, text), notices.Banner(text),
        notices.Decision("once", text), notices.deprecation(text, text),
    ]  # fmt: skip


@pytest.mark.parametrize("columns", [1, 2, 5, 17, 80])
def test_no_cell_hands_on_controls_of_others(columns: int) -> None:
    for cell in cells_with(BAD):
        for row in cell.scrollback(columns, PLAIN) + cell.transcript(columns, PLAIN):
            assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in row.text), cell
            if columns > 4:
                assert width(row.text) <= columns, cell
