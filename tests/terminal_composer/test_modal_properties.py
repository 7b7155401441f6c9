"""Whatever is pressed: the cursor stands on a character, undo leads back through what was there, nothing is lost."""

from __future__ import annotations

import random

import pytest
from vi_keys import Vi, motion, on_object, operation, selecting, some_text, verb

from octavo.frontends.terminal.composer.draft import Draft, at, labelled, replaced
from octavo.frontends.terminal.keys.key import Key
from octavo.frontends.terminal.text.widths import graphemes

FAMILY = "👩‍👩‍👧"
_RAW = [*"hjklwbe0$^dcyxXpPJrRuioaAIOvVsSDC.~<>{}()%fFtT;,nN/?gG\"'123 ", "\x1b", "\x1b", "\r", "\x12", "日", "é"]


def some_draft(chance: random.Random) -> Draft:
    """A text with emoji of several parts, letters with accents of their own, and labels."""
    text = some_text(chance).replace("bar_1", FAMILY).replace("end", "e\u0301nd")
    draft = Draft(text, len(text))
    for number in range(chance.randint(0, 3)):
        place = at(draft, chance.randrange(len(draft.text) + 1)).cursor
        draft = replaced(draft, place, place, labelled(f"[Pasted Content 100{number} chars]", f"pasted {number}"))
    return at(draft, chance.randrange(len(draft.text) + 1))


def borders(draft: Draft) -> set[int]:
    """Every place where a cursor may stand."""
    found, place, starts = {0}, 0, {label.start: label.end for label in draft.labels}
    while place < len(draft.text):
        if place in starts:
            place = starts[place]
        else:
            end = min((start for start in starts if start > place), default=len(draft.text))
            line = draft.text.find("\n", place, end)
            piece = draft.text[place : end if line < 0 else max(line, place + 1)]
            place += len(next(iter(graphemes(piece))))
        found.add(place)
    return found


def some_keys(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return "".join(chance.choices(_RAW, k=chance.randint(1, 4)))
    found = chance.choice([motion, operation, verb, on_object, selecting])(chance)
    return "".join(found)


@pytest.mark.parametrize("seed", range(150))
def test_the_cursor_stands_on_a_character_and_labels_keep_what_they_stand_for(seed: int) -> None:
    chance = random.Random(seed)
    vi = Vi(some_draft(chance))
    pasted = {label.content for label in vi.editor.draft.labels}
    for _ in range(40):
        vi.keys(some_keys(chance))
        draft = vi.editor.draft
        assert draft.cursor in borders(draft)
        if vi.modal.mode == "normal":
            line = draft.text.rfind("\n", 0, draft.cursor) + 1
            assert draft.cursor == line or draft.text[draft.cursor : draft.cursor + 1] not in ("", "\n")
        for label in draft.labels:
            assert draft.text[label.start : label.end] == label.text
            assert label.content in pasted


@pytest.mark.parametrize("seed", range(60))
def test_undo_leads_back_through_every_text_there_was(seed: int) -> None:
    chance = random.Random(seed)
    vi = Vi(some_draft(chance))
    seen = [vi.text]
    for _ in range(25):
        for key in chance.choice([operation, verb, on_object])(chance):
            if vi.keys(key).modal.mode == "normal" and vi.text != seen[-1]:
                seen.append(vi.text)
    last = vi.editor.draft
    back = [vi.text]
    while vi.editor.steps:
        vi.keys("u")
        if vi.text != back[-1]:
            back.append(vi.text)
    assert back == seen[::-1]
    vi.keys("999\x12")
    assert (vi.text, vi.editor.draft.labels) == (last.text, last.labels)


@pytest.mark.parametrize("seed", range(60))
def test_what_is_deleted_can_be_put_back_where_it_was(seed: int) -> None:
    chance = random.Random(seed)
    vi = Vi(some_draft(chance))
    before = vi.editor.draft
    vi.keys("d" + chance.choice(["w", "W", "e", "b", "0", "l", "iw", "aw", "fx"]))
    taken = before.text != vi.text
    at_end = before.text[vi.editor.draft.cursor :].startswith(vi.editor.killed.text)
    if taken:
        vi.keys("P" if at_end and vi.editor.draft.cursor != len(vi.text) - 1 else "u")
        assert sorted(vi.text) == sorted(before.text)
        assert {label.content for label in vi.editor.draft.labels} == {label.content for label in before.labels}


def test_text_that_was_killed_while_writing_is_what_commands_put_and_the_reverse() -> None:
    vi = Vi("one two three", 4)
    vi.keys("dw").press(Key("y", ctrl=True))
    assert vi.marked == "one |three"  # Ctrl+Y means nothing among commands
    vi.keys("i").press(Key("y", ctrl=True))
    assert vi.marked == "one two |three"
    vi.press(Key("u", ctrl=True))
    vi.keys("\x1bP")
    assert vi.text == "one two three"
    vi.keys("yy").press(Key("a"))
    vi.keys("A")
    vi.press(Key("y", ctrl=True))
    assert vi.text == "one two threeone two three\n"


def test_registers_with_names_keep_what_is_deleted_elsewhere_meanwhile() -> None:
    vi = Vi("one two", 0).keys('"ayiww').keys("dw").keys('"ap')
    assert vi.text == "one one"
    assert vi.keys('"_dd').keys("p").text == "two"  # what was deleted to nowhere is not there
    assert Vi("a\nb", 0).keys('"qyyj"Qyy"qp').text == "a\nb\na\nb"


def test_wide_characters_and_joined_emoji_are_one_character_to_every_command() -> None:
    text = f"x{FAMILY}y"
    assert Vi(text, 1).keys("x").text == "xy"
    assert Vi(text, 1).keys("rz").text == "xzy"
    assert Vi(text, 0).keys("ld0").text == f"{FAMILY}y"
    assert Vi(f"{FAMILY}{FAMILY}", 0).keys("lx").text == FAMILY
    assert Vi("日本x\nabcdef", 2).keys("j").marked == "日本x\nabcd|ef"
    assert Vi(text, 0).keys("vlly").editor.killed.text == text
    pasted = replaced(Draft("a b", 2), 2, 2, labelled("[Pasted Content 1001 chars]", "long"))
    vi = Vi(at(pasted, 0)).keys("w")
    assert vi.keys("~").text == pasted.text
    assert vi.keys("0wx").text == "a b"
    assert vi.keys("u").editor.draft.labels == pasted.labels


def test_a_count_by_mistake_does_not_fill_the_memory() -> None:
    vi = Vi("x" * 5000).keys("yy9999p")
    assert len(vi.text) <= 1_010_000
    assert vi.keys("u").text == "x" * 5000
    assert len(vi.keys("cc" + "y" * 500 + "\x1b9999.").text) == 500
    assert len(vi.keys("9999ia\x1b").text) == 10_499
