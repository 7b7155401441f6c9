"""`octavo sessions`: finding, reading, exporting and archiving what was saved."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from octavo_program import Home
from written_sessions import message, session_id, shell, write_session


def on_a_terminal(home: Home, *words: str) -> str:
    """What a command writes to a terminal."""
    outer, inner = os.openpty()
    environ = {**home.environ, "TERM": "xterm-256color", "COLUMNS": "120"}
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


def ids(home: Home, *words: str) -> list[str]:
    return [session["id"] for session in home.octavo("sessions", "list", "--json", *words).json["sessions"]]


def test_the_newest_come_first_page_by_page(home: Home) -> None:
    for number in range(5):
        write_session(home, number)
    first = home.octavo("sessions", "list", "--json", "-n", "2").json
    assert [session["id"] for session in first["sessions"]] == [session_id(4), session_id(3)]
    second = home.octavo("sessions", "list", "--json", "-n", "2", "--after", first["next_cursor"]).json
    assert [session["id"] for session in second["sessions"]] == [session_id(2), session_id(1)]
    last = home.octavo("sessions", "list", "--json", "-n", "2", "--after", second["next_cursor"]).json
    assert ([session["id"] for session in last["sessions"]], last["next_cursor"]) == ([session_id(0)], None)


def test_a_list_tells_what_a_session_is(home: Home) -> None:
    path = write_session(home, 1, message("assistant", "Done."), asked="Fix\nthe test")
    (session,) = home.octavo("sessions", "list", "--json").json["sessions"]
    assert session == {
        "id": session_id(1),
        "created_at": "2026-11-24T10:01:00.000Z",
        "updated_at": "2026-11-24T10:01:00.000Z",
        "cwd": str(home.folder),
        "branch": "main",
        "source": "exec",
        "model_provider": "openai",
        "cli_version": "0.53.0",
        "preview": "Fix\nthe test",
        "path": str(path),
        "name": None,
    }


def test_lines_for_scripts_have_tabs_and_the_cursor_is_beside_them(home: Home) -> None:
    write_session(home, 1, asked="one\ttwo\nthree")
    write_session(home, 2)
    ran = home.octavo(
        "sessions", "list", "-n", "1", "--after", f"2026-11-24T10-02-00|{session_id(2)}", env={"TZ": "UTC"}
    )
    cells = ["2026-11-24 10:01", session_id(1), "exec", "~/folder", "main", "one two three"]
    assert ran.out == "\t".join(cells) + "\n"
    assert home.octavo("sessions", "list", "-n", "1").err == f"More: --after '2026-11-24T10-02-00|{session_id(2)}'\n"


def test_filters(home: Home) -> None:
    write_session(home, 1, source="cli")
    write_session(home, 2, cwd="/elsewhere")
    write_session(home, 3, model_provider="mine")
    write_session(home, 4, model_provider=None)
    write_session(home, 5, source={"subagent": "review"})
    assert ids(home, "--source", "cli") == [session_id(1)]
    assert ids(home, "--here", "--source", "exec") == [session_id(4), session_id(3)]
    assert ids(home, "--provider", "mine") == [session_id(3)]
    assert session_id(4) in ids(home, "--provider", "openai")
    assert home.octavo("sessions", "list").out.splitlines()[0].split("\t")[2] == "review"


def test_no_sessions_are_no_error(home: Home) -> None:
    ran = home.octavo("sessions", "list")
    assert (ran.code, ran.out, ran.err) == (0, "", "No saved sessions.\n")
    assert home.octavo("sessions", "list", "--json").json == {"sessions": [], "next_cursor": None}


@pytest.mark.parametrize(
    "words", [("-n", "0"), ("-n", "x"), ("--after", "x"), ("--source", "x"), ("-n", "1", "-n", "2")]
)
def test_options_of_a_list_that_make_no_sense(home: Home, words: tuple[str, ...]) -> None:
    ran = home.octavo("sessions", "list", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")


def test_a_terminal_gets_a_table(home: Home) -> None:
    write_session(home, 1, asked="Fix \x1b]0;title\x07 it")
    text = on_a_terminal(home, "sessions", "list")
    assert "First words" in text
    assert session_id(1)[:8] in text
    assert "\x1b]0;" not in text
    lines = re.sub(r"\x1b\[[0-9;]*[mK]", "", text).splitlines()
    assert {line.index("First words" if number == 0 else "Fix") for number, line in enumerate(lines) if line} == {
        lines[0].index("First words")
    }
    assert max(map(len, lines)) <= 120


def test_a_session_is_named_by_its_id_its_beginning_or_its_path(home: Home) -> None:
    path = write_session(home, 1)
    write_session(home, 2)
    for word in (session_id(1), session_id(1).upper(), session_id(1).replace("-", ""), "00000001", str(path)):
        assert home.octavo("sessions", "export", word, "--format", "json").json["id"] == session_id(1)


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("0000", "2 saved sessions begin with 0000: "),
        ("ffff", "no saved session begins with ffff"),
        ("zzzz", "'zzzz' is neither the name"),
        ("000", "'000' is neither the name"),
        ("./none.jsonl", "./none.jsonl is no file"),
    ],
)
def test_a_word_that_means_no_session_is_told(home: Home, word: str, error: str) -> None:
    write_session(home, 1)
    write_session(home, 2)
    ran = home.octavo("sessions", "show", word)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"Error: {error}")
    assert len(ran.err.splitlines()) == 1


def test_an_export_as_markdown_reads_as_a_conversation(home: Home) -> None:
    steps = [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Look first"}], "content": None},
        *shell(["bash", "-lc", "cat a.md"], "```\nfenced\n```\n", 1),
        message("assistant", "It is **done**."),
    ]
    write_session(home, 1, *steps, asked="Read a.md")
    text = home.octavo("sessions", "export", "00000001", env={"TZ": "UTC"}).out
    assert text.startswith(f"# Session\n\n- Id: `{session_id(1)}`\n- Started: 2026-11-24 10:01\n")
    assert "environment_context" not in text
    _, _, body = text.partition("## You\n\n")
    assert body == (
        "Read a.md\n\n> Look first\n\n**shell**\n\n```\nbash -lc 'cat a.md'\n```\n\n"
        "*exit code 1*\n\n````\n```\nfenced\n```\n````\n\n## Octavo\n\nIt is **done**.\n"
    )


def test_an_export_as_json_has_every_step_with_its_time(home: Home) -> None:
    path = write_session(home, 1, *shell(["ls"], "a\n"), message("assistant", "Hi"))
    shown = home.octavo("sessions", "export", "00000001", "--format", "json").json
    assert (shown["path"], shown["archived"], shown["git"]) == (
        str(path),
        False,
        {"branch": "main", "commit_hash": "abc"},
    )
    assert [(entry["kind"], entry["title"], entry["text"]) for entry in shown["entries"]] == [
        ("user", "", "Fix it"),
        ("call", "shell", "ls"),
        ("output", "", "a\n"),
        ("assistant", "", "Hi"),
    ]
    assert {entry["at"] for entry in shown["entries"]} == {"2026-11-24T10:01:00.000Z"}
    assert home.octavo("sessions", "show", "00000001", "--json").json == shown


def test_an_export_into_a_file_is_for_its_owner_alone(home: Home, tmp_path: Path) -> None:
    write_session(home, 1)
    target = tmp_path / "talk.md"
    ran = home.octavo("sessions", "export", "00000001", "-o", str(target))
    assert (ran.code, ran.out) == (0, "")
    assert target.read_text().startswith("# Session\n")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    ran = home.octavo("sessions", "export", "00000001", "-o", str(tmp_path / "none" / "x"))
    assert (ran.code, ran.err) == (1, f"Error: cannot write {tmp_path}/none/x: No such file or directory\n")


def test_an_interruption_and_a_summary_are_told(home: Home) -> None:
    path = write_session(home, 1)
    more = [
        ("event_msg", {"type": "turn_aborted", "reason": "interrupted"}),
        ("compacted", {"message": "So far: much."}),
    ]
    with path.open("a") as file:
        for kind, payload in more:
            line = {"timestamp": "2026-11-24T10:01:00.000Z", "type": kind, "payload": payload}
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
    text = home.octavo("sessions", "show", "00000001").out
    assert "*interrupted*" in text
    assert "> So far: much." in text


def test_a_terminal_shows_the_session_and_obeys_none_of_it(home: Home) -> None:
    output = "\n".join(f"line {number}" for number in range(40)) + "\x1b[2J\r\x9b31m"
    write_session(home, 1, *shell(["ls"], output), message("assistant", "It is **done**.\x1b]52;c;eA==\x07"))
    text = on_a_terminal(home, "sessions", "show", "00000001")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "› Fix it" in plain
    assert "It is done." in plain
    assert "28 more lines" in plain
    assert not re.search(r"\x1b\[2J|\x1b\]|\x9b|\x07", text)


def test_an_archived_session_is_listed_no_more_and_can_still_be_read(home: Home) -> None:
    path = write_session(home, 1)
    ran = home.octavo("sessions", "archive", "00000001")
    assert (ran.code, ran.out) == (0, f"Archived: ~/home/archived_sessions/{path.name}\n")
    assert not path.exists()
    assert ids(home) == []
    assert home.octavo("sessions", "show", session_id(1), "--json").json["archived"] is True
    again = home.octavo("sessions", "archive", session_id(1))
    assert again.code == 1
    assert again.err.startswith("Error: no saved session begins with ")


def test_only_sessions_can_be_archived(home: Home) -> None:
    outside = home.root / f"rollout-2026-11-24T10-01-00-{session_id(1)}.jsonl"
    outside.write_text("")
    ran = home.octavo("sessions", "archive", str(outside))
    assert (ran.code, ran.out) == (1, "")
    assert "must be in sessions directory" in ran.err
    assert outside.exists()


def test_a_file_that_is_no_session_is_told(home: Home) -> None:
    (home.folder / "x.jsonl").write_text("{}\n")
    ran = home.octavo("sessions", "show", "x.jsonl")
    assert (ran.code, ran.err) == (1, "Error: failed to parse conversation ID from rollout file\n")


def name_session(home: Home, number: int, name: str) -> None:
    with (home.path / "session_index.jsonl").open("a") as file:
        file.write(json.dumps({"id": session_id(number), "thread_name": name, "updated_at": ""}) + "\n")


def test_a_session_is_archived_and_comes_back_by_its_name(home: Home) -> None:
    path = write_session(home, 1)
    name_session(home, 1, "my work")
    assert home.octavo("sessions", "list", "--json").json["sessions"][0]["name"] == "my work"
    assert home.octavo("archive", "my work").code == 0
    assert ids(home) == []
    assert home.octavo("archive", "my work").code == 1
    assert home.octavo("unarchive", "my work").out.startswith("Unarchived: ")
    assert path.exists()
    assert home.octavo("unarchive", "my work").err == "Error: my work is not archived\n"


def test_a_session_is_deleted_only_where_that_is_meant(home: Home) -> None:
    path = write_session(home, 1)
    kept = write_session(home, 2)
    assert home.octavo("delete", "00000001").err.startswith("Error: there is nobody to ask")
    assert path.exists()
    assert home.octavo("delete", "--force", "00000001").code == 0
    assert (path.exists(), kept.exists()) == (False, True)
    assert home.octavo("delete", "--force", str(home.path / "config.toml")).code == 1


def test_sessions_that_another_program_compressed_are_told(home: Home) -> None:
    path = write_session(home, 1)
    path.with_name("rollout-2026-11-24T10-02-00-x.jsonl.zst").write_bytes(b"")
    assert home.octavo("sessions", "list").err == (
        "Left out, since another program has compressed them (.jsonl.zst): 1\n"
    )


def test_a_session_is_named_and_found_by_its_name(home: Home) -> None:
    write_session(home, 1, asked="Fix it")
    ran = home.octavo("sessions", "rename", "00000001", " release\twork ")
    assert ran.out == f"{session_id(1)} is called release work.\n"
    assert home.octavo("sessions", "list").out.rstrip("\n").split("\t")[-1] == "release work"
    assert "Name or first words" in (table := on_a_terminal(home, "sessions", "list"))
    assert "release work" in table
    assert home.octavo("sessions", "show", "release work", "--json").json["id"] == session_id(1)
    assert home.octavo("sessions", "rename", "release work", "").out == f"{session_id(1)} has no name any more.\n"
    assert home.octavo("sessions", "rename", "release work", "x").code != 0


def test_an_export_follows_no_link_and_closes_a_file_that_others_could_read(home: Home, tmp_path: Path) -> None:
    write_session(home, 1)
    (tmp_path / "startup").write_text("mine")
    (tmp_path / "chat.md").symlink_to("startup")
    (tmp_path / "new.md").symlink_to("nothing")
    for name in ("chat.md", "new.md"):
        ran = home.octavo("sessions", "export", "00000001", "-o", str(tmp_path / name))
        assert (ran.code, "is a link" in ran.err) == (1, True)
    assert ((tmp_path / "startup").read_text(), (tmp_path / "nothing").exists()) == ("mine", False)
    old = tmp_path / "old.md"
    old.write_text("x")
    old.chmod(0o644)
    assert home.octavo("sessions", "export", "00000001", "-o", str(old)).code == 0
    assert old.stat().st_mode & 0o777 == 0o600
    assert home.octavo("sessions", "export", "00000001", "-o", "/dev/stdout").out.startswith("Id: ")


def test_the_ending_of_a_file_tells_the_form_of_an_export(home: Home, tmp_path: Path) -> None:
    write_session(home, 1, *shell(["ls"], "<script>\n"), message("assistant", "Done & dusted"), asked="Fix <it>")
    for name, words in {
        "a.html": ["<!doctype html>", "Fix &lt;it&gt;", "<pre>&lt;script&gt;</pre>", "Done &amp; dusted"],
        "a.txt": ["> Fix <it>", "[shell]\n    ls\n\n    <script>\n\nDone & dusted\n"],
        "a.MD": ["## You", "```\n<script>\n```"],
        "a.json": ['"kind": "user"'],
    }.items():
        assert home.octavo("sessions", "export", "00000001", "-o", str(tmp_path / name)).code == 0
        text = (tmp_path / name).read_text()
        assert all(word in text for word in words), text
    assert home.octavo("sessions", "export", "00000001", "--format", "text").out.startswith("Id: 00000001-")
