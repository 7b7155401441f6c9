"""Pastes, with and without brackets, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typist import Typist

from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.effects.composer import PasteImage, Submit
from octavo.frontends.terminal.keys.key import Key, Paste

LABEL = "[Pasted Content 1200 chars]"


def test_line_ends_become_one_newline_each_and_nothing_is_sent() -> None:
    typist = Typist().type("text:").paste("l1\rl2\r\nl3\nl4\r")
    assert typist.text == "text:l1\nl2\nl3\nl4\n"
    assert typist.take() == []


def test_a_thousand_characters_are_shown_one_more_is_a_label() -> None:
    assert Typist().paste("x" * 1000).text == "x" * 1000
    typist = Typist().paste("é" * 1001)
    assert typist.text == "[Pasted Content 1001 chars]"
    assert typist.keys("enter").take() == [Submit("é" * 1001)]


def test_crlf_counts_as_one_character() -> None:
    assert Typist().paste("a\r\n" * 500).text == "a\n" * 500


def test_pastes_of_the_same_length_keep_their_own_texts() -> None:
    typist = Typist().paste("a" * 1500).paste("b" * 1500)
    assert typist.text == "[Pasted Content 1500 chars]" * 2
    typist.keys("left", "left").paste("c" * 1500).keys("enter")
    assert typist.take() == [Submit("c" * 1500 + "a" * 1500 + "b" * 1500)]


def test_a_deleted_label_takes_only_its_own_text_along() -> None:
    typist = Typist().paste("a" * 1500).paste("b" * 1500).keys("home", "delete", "enter")
    assert typist.take() == [Submit("b" * 1500)]


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        (["left"], f"some |{LABEL}tail"),
        (["left", "right"], f"some {LABEL}|tail"),
        (["backspace"], "some |tail"),
        (["left", "delete"], "some |tail"),
        (["ctrl-w"], "some |tail"),
        (["left", "alt-delete"], "some |tail"),
        (["left", "ctrl-k"], "some |"),
        (["ctrl-u"], "|tail"),
    ],
)
def test_a_label_is_one_character_to_the_cursor_and_to_deletions(keys: list[str], after: str) -> None:
    typist = Typist().type("some ").paste("p" * 1200).type("tail").keys(*["left"] * 4)
    assert typist.keys(*keys).marked == after


def test_a_killed_label_comes_back_with_its_text() -> None:
    typist = Typist().type("a ").paste("p" * 1200).keys("ctrl-u", "ctrl-y", "enter")
    assert typist.take() == [Submit("a " + "p" * 1200)]


def test_labels_are_cyan() -> None:
    from octavo.frontends.terminal.composer.pane import Pane, pane_rows
    from octavo.frontends.terminal.text.styled import CYAN
    from octavo.frontends.terminal.themes.theme import TERMINAL

    typist = Typist().type("a").paste("p" * 1200)
    row = pane_rows(Pane(typist.composer), 80, 24)[0][2]
    assert [span.text for span in row.spans if TERMINAL.look(span.style).fg == CYAN] == [LABEL]


def test_down_gets_past_a_label_that_takes_several_rows() -> None:
    typist = Typist(width=20).paste("p" * 1200).type("\nend").keys("ctrl-home", "down", "down")
    assert typist.marked in (f"{LABEL}\n|end", f"{LABEL}\nend|")
    assert typist.keys("ctrl-end", "up", "up").draft.cursor == 0


@pytest.mark.parametrize(
    "spelled",
    ["/ws/shot.png", "shot.png", " /ws/shot.png\r", "'/ws/shot.png'", '"/ws/shot.png"', "file:///ws/shot.png"],
)
def test_the_path_of_a_picture_attaches_it(spelled: str) -> None:
    typist = Typist().type("see:").paste(spelled)
    assert typist.text == "see:[shot.png 7x5] "
    assert typist.keys("enter").take() == [Submit("see:[shot.png 7x5]", ("/ws/shot.png",))]


@pytest.mark.parametrize(
    "spelled",
    [
        "/ws/my shot.png",
        "'/ws/my shot.png'",
        "/ws/my\\ shot.png",
        "file:///ws/my%20shot.png",
        "file://host/ws/my%20shot.png",
    ],
)
def test_a_blank_in_the_path(spelled: str) -> None:
    assert Typist().paste(spelled).text == "[my shot.png 8x6] "


@pytest.mark.parametrize("spelled", ["C:\\ws\\shot.png", "c:/ws/shot.png", "'C:\\ws\\shot.png'"])
def test_a_drive_of_windows_is_where_its_subsystem_has_it(spelled: str) -> None:
    typist = Typist()
    typist.composer = Composer("/ws", read_size={"/mnt/c/ws/shot.png": (7, 5)}.get)
    assert typist.paste(spelled).text == "[shot.png 7x5] "


@pytest.mark.parametrize("spelled", ["\\\\wsl$\\Ubuntu\\ws\\shot.png", "\\\\wsl.localhost\\Debian\\ws\\my shot.png"])
def test_a_network_path_of_windows_leads_into_the_subsystem(spelled: str) -> None:
    assert Typist().paste(spelled).text.startswith("[")


def test_several_pictures_at_once() -> None:
    typist = Typist().paste("/ws/shot.png '/ws/my shot.png'")
    assert typist.text == "[shot.png 7x5] [my shot.png 8x6] "


@pytest.mark.parametrize("text", ["/ws/none.png", "see /ws/shot.png", "it's", "/ws/shot.png\nand more", "\0"])
def test_other_text_stays_text(text: str) -> None:
    assert Typist().paste(text).text == text


@pytest.fixture
def dropped(tmp_path: Path) -> Callable[[str], str]:
    """The draft after a paste, in a folder of files with all kinds of names; `@` is the path of that folder."""
    for name in ("a.txt", "a b's.txt", "blätter.md", "ends ", 'all "of" it.txt', "sub/c.txt"):
        (tmp_path / "ws" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ws" / name).write_text("")
    (tmp_path / "else where").mkdir()

    def drop(text: str) -> str:
        typist = Typist()
        sizes = {f"{tmp_path}/ws/a.png": (7, 5), "/mnt/c/Users/me/a b.png": (8, 6)}
        typist.composer = Composer(f"{tmp_path}/ws", read_size=sizes.get)
        return typist.paste(text.replace("@", str(tmp_path))).text.replace(str(tmp_path), "@")

    return drop


@pytest.mark.parametrize(
    ("spelled", "reference"),
    [
        ("'@/ws/a.txt' ", "a.txt "),
        ('"@/ws/a.txt"', "a.txt "),
        ("'@/ws/a b'\\''s.txt' ", '"a b\'s.txt" '),
        ("@/ws/a\\ b\\'s.txt ", '"a b\'s.txt" '),
        ("@/ws/a b's.txt", '"a b\'s.txt" '),
        ("file://@/ws/a%20b's.txt\r\n", '"a b\'s.txt" '),
        ("file://localhost@/ws/bl%C3%A4tter.md", "blätter.md "),
        ("'@/ws/ends '", '"ends " '),
        ("@/ws/ends ", '"ends " '),
        ("@/ws/ends\\ ", '"ends " '),
        ("'@/ws/all \"of\" it.txt'", "'all \"of\" it.txt' "),
        ("'@/else where' ", '"@/else where" '),
        ("@/ws/sub ", "@/ws/sub "),
    ],
)
def test_a_dropped_file_is_written_as_one_would(dropped: Callable[[str], str], spelled: str, reference: str) -> None:
    assert dropped(spelled) == reference


@pytest.mark.parametrize(
    ("spelled", "written"),
    [
        ("'@/ws/a.txt' '@/ws/sub/c.txt' ", "a.txt sub/c.txt "),
        ("file://@/ws/a.txt\r\nfile://@/ws/sub\r\n", "a.txt sub "),
        ("'@/ws/a.png' '@/else where' @/ws/a.txt", '[a.png 7x5] "@/else where" a.txt '),
        ("@/ws/a.png\n@/ws/a b's.txt", '[a.png 7x5] "a b\'s.txt" '),
        ('"C:\\Users\\me\\a b.png" "C:\\Users\\me\\a b.png"', "[a b.png 8x6] [a b.png 8x6] "),
        ("file:///C:/Users/me/a%20b.png", "[a b.png 8x6] "),
        (" ".join(["'@/ws/a b'\\''s.txt'"] * 60), '"a b\'s.txt" ' * 60),
    ],
)
def test_several_are_dropped_at_once(dropped: Callable[[str], str], spelled: str, written: str) -> None:
    assert dropped(spelled) == written


@pytest.mark.parametrize(
    "text",
    [
        "@/ws/a.txt", "@/ws/a.txt\n@/ws/sub/c.txt\n", "a.txt", "'a.txt'", "sub", "'@/ws/none.txt'", "'@/ws/a.txt",
        "'@/ws/a.txt' is empty", "file:///none", "~", "/", "C:\\none\\a.txt", "file://@/ws/%FF",
    ],
)  # fmt: skip
def test_what_only_looks_like_files_stays_text(dropped: Callable[[str], str], text: str) -> None:
    assert dropped(text) == text


def test_in_a_command_of_one_s_own_paths_stay_quoted_for_the_shell() -> None:
    assert Typist().type("!ls ").paste("'/etc' '/usr'").text == "!ls '/etc' '/usr'"


def test_a_paste_of_many_words_looks_at_few_files() -> None:
    looked_at: list[str] = []
    composer = Composer("/ws", read_size=looked_at.append)
    composer.handle(Paste("many words of text " * 30), 1.0)
    assert len(looked_at) == 2


def test_pictures_go_in_the_order_of_attachment() -> None:
    typist = Typist().paste("/ws/shot.png").keys("home").paste("/ws/my shot.png").keys("enter")
    assert typist.take() == [Submit("[my shot.png 8x6] [shot.png 7x5]", ("/ws/shot.png", "/ws/my shot.png"))]


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        (["home", "delete"], "/other/shot.png"),
        (["home", "right", "backspace"], "/other/shot.png"),
        (["backspace", "backspace"], "/ws/shot.png"),
    ],
)
def test_of_two_equal_labels_the_deleted_one_is_not_sent(keys: list[str], left: str) -> None:
    typist = Typist().paste("/ws/shot.png").paste("/other/shot.png").keys(*keys, "enter")
    [submitted] = typist.take()
    assert isinstance(submitted, Submit)
    assert submitted.images == (left,)


def test_backspace_at_the_start_of_a_picture_drops_it_where_nothing_else_is_meant() -> None:
    assert Typist().paste("/ws/shot.png").keys("home", "backspace").text == " "
    assert Typist().type("ab").paste("/ws/shot.png").keys("left", "left", "backspace").text == "a[shot.png 7x5] "


def test_a_cleared_draft_drops_its_pictures() -> None:
    typist = Typist().paste("/ws/shot.png").keys("ctrl-c").type("none").keys("enter")
    assert typist.take() == [Submit("none")]


def test_pictures_alone_are_sent() -> None:
    assert Typist().paste("/ws/shot.png").keys("enter").take() == [Submit("[shot.png 7x5]", ("/ws/shot.png",))]


def test_a_picture_of_the_clipboard_is_in_before_the_keys_behind_it() -> None:
    typist = Typist().type("see ").keys("ctrl-v", "enter", pause=0.01)
    assert typist.take() == [PasteImage()]
    assert typist.composer.clipboard_image("/ws/shot.png") == [Submit("see [shot.png 7x5]", ("/ws/shot.png",))]


def test_keys_do_not_wait_for_the_clipboard_for_ever() -> None:
    typist = Typist().keys("ctrl-v").type("ab")
    assert typist.text == ""
    assert typist.wait(1).text == "ab"
    assert typist.composer.clipboard_image(None) == []
    assert typist.text == "ab"


# --- without brackets ---


def test_quick_keys_are_one_paste() -> None:
    typist = Typist().quickly("first line\rsecond\rthird")
    assert typist.take() == []
    assert typist.wait(0.02).text == "first line\nsecond\nthird"
    assert typist.wait(0.2).keys("enter").take() == [Submit("first line\nsecond\nthird")]


def test_a_paste_in_pieces_is_one_draft() -> None:
    typist = Typist()
    text = "def f(a):\r    return a\r\rprint(1)"
    for at in range(0, len(text), 3):
        typist.quickly(text[at : at + 3]).wait(0.002)
    typist.wait(0.3)
    assert typist.text == text.replace("\r", "\n")
    assert typist.take() == []


@pytest.mark.parametrize("text", ["a\rb\rc", "a\r", "x y\r"])
def test_an_enter_that_comes_with_characters_is_a_newline(text: str) -> None:
    typist = Typist().quickly(text).wait(0.05)
    assert typist.text == text.replace("\r", "\n")
    assert typist.take() == []


def test_the_time_that_a_large_piece_takes_us_is_no_gap() -> None:
    typist = Typist().quickly("word " * 300)
    typist.now += 0.03
    typist.composer.handled(typist.now)
    assert typist.quickly("word " * 300).wait(0.06).text == "[Pasted Content 3000 chars]"


def test_enter_shortly_after_a_burst_is_a_newline_later_it_sends() -> None:
    typist = Typist().quickly("ab").wait(0.05).quickly("\r").wait(0.02)
    assert typist.text == "ab\n"
    assert typist.wait(0.13).keys("enter").take() == [Submit("ab")]


def test_enter_after_a_command_runs_it_even_then() -> None:
    typist = Typist().quickly("/foo x").wait(0.05).quickly("\r")
    assert typist.text == "/foo x"
    assert len(typist.take()) == 1


def test_a_burst_is_handled_like_a_paste() -> None:
    assert Typist().quickly("z" * 1010).wait(0.06).text == "[Pasted Content 1010 chars]"
    assert Typist().quickly("/ws/shot.png").wait(0.02).text == "[shot.png 7x5] "


def test_single_keys_are_shown_at_once() -> None:
    assert Typist().quickly("h").text == "h"


def test_another_key_ends_the_burst() -> None:
    assert Typist().quickly("abc").keys("left", pause=0).type("x").marked == "abx|c"
    assert Typist().quickly("a\x7fâ\x7fấ").wait(0.02).text == "ấ"
    assert Typist().quickly(" tie\x7f\x7fiê\x7f\x7fiế\x7fếng").wait(0.02).text == " tiếng"


def test_a_bracketed_paste_ends_the_burst() -> None:
    typist = Typist().quickly("abc")
    typist.asked += typist.composer.handle(Paste("X"), typist.now)
    assert typist.text == "abcX"
    assert typist.keys("enter", pause=0).take() == [Submit("abcX")]


def test_characters_of_input_methods_are_not_held_back() -> None:
    typist = Typist().quickly("日本")
    assert typist.text == "日本"
    assert typist.quickly("語で書いた 文章").text == "" or typist.wait(0.02).text == "日本語で書いた 文章"
    assert typist.wait(0.02).text == "日本語で書いた 文章"


def test_enter_behind_a_bracketed_paste_sends() -> None:
    typist = Typist()
    effects = [*typist.composer.handle(Paste("a\rb"), 1.0), *typist.composer.handle(Key("enter"), 1.0)]
    assert effects == [Submit("a\nb")]


def test_with_bursts_off_each_enter_sends() -> None:
    typist = Typist(bursts=False).quickly("a\rb\r")
    assert typist.take() == [Submit("a")]
    assert typist.composer.turn_ended() == [Submit("b")]


def test_a_question_mark_at_the_start_of_a_burst_is_text() -> None:
    typist = Typist().quickly("?a").wait(0.02)
    assert typist.text == "?a"
    assert not typist.composer.shortcuts
    assert Typist().quickly("?é").text == "?é"


def test_nothing_to_wait_for_while_nothing_is_collected() -> None:
    typist = Typist().type("a")
    assert typist.composer.deadline is None
    assert typist.quickly("bc").composer.deadline is not None
