"""Any keys and pastes: the cursor stands on borders, nothing is lost, and a plain model agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from typist import Typist

from octavo.frontends.terminal.composer import draft as drafts
from octavo.frontends.terminal.composer.draft import Draft, expanded
from octavo.frontends.terminal.composer.pane import Pane, pane_rows
from octavo.frontends.terminal.composer.rows import Row, rows_of
from octavo.frontends.terminal.effects.composer import Submit
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.widths import graphemes, line_width, width

EDITING = (
    *("left", "right", "home", "end", "ctrl-a", "ctrl-e", "alt-left", "alt-right", "up", "down", "backspace", "delete"),
    *("ctrl-w", "alt-delete", "alt-backspace", "ctrl-u", "ctrl-k", "ctrl-y", "ctrl-j", "ctrl-_"),
)
LETTERS = "ab \té日好🇵🇱e\u0301👩\u200d👧\u202e\u0300"

text_keys = st.sampled_from(LETTERS).map(lambda letter: Key(letter, text=letter))
pastes = st.one_of(
    st.text(LETTERS + "\r\n", min_size=1, max_size=8).map(Paste),
    st.tuples(st.sampled_from("xyé"), st.integers(1001, 1100)).map(lambda pair: Paste(pair[0] * pair[1])),
    st.sampled_from(["/ws/shot.png", "'/ws/my shot.png'"]).map(Paste),
)
inputs = st.lists(st.one_of(text_keys, text_keys, pastes, st.sampled_from(EDITING)), max_size=40)


Inputs = list[Key | Paste | str]


def press(typist: Typist, what: Key | Paste | str, pause: float = 0.05) -> None:
    if isinstance(what, Paste):
        typist.paste(what.text)
    else:
        typist.keys(what, pause=pause)


def check(draft: Draft) -> None:
    """Labels stand where they say, and the cursor on the border of a grapheme or label."""
    place, borders = 0, {0}
    for label in (*draft.labels, None):
        for grapheme in graphemes_by_line(draft.text[place : label.start if label else None]):
            place += len(grapheme)
            borders.add(place)
        if label:
            assert label.start >= place
            assert draft.text[label.start : label.end] == label.text
            place = label.end
            borders.add(place)
    assert draft.cursor in borders


def graphemes_by_line(text: str) -> list[str]:
    lines = text.split("\n")
    return [part for n, line in enumerate(lines) for part in [*["\n"] * (n > 0), *graphemes(line)]]


@settings(max_examples=150, deadline=None)
@given(inputs, st.integers(1, 40), st.integers(1, 12), st.sampled_from([0.05, 0.05, 0.001]))
def test_any_keys_keep_the_draft_in_order(keys: Inputs, width_: int, height: int, pause: float) -> None:
    typist = Typist(width=width_, height=height)
    for what in keys:
        press(typist, what, pause)
        check(typist.draft)
        rows, (row, column) = pane_rows(Pane(typist.composer), width_, height)
        assert len(rows) <= height
        assert row < len(rows)
        assert column < width_
        assert all(line_width(line) <= width_ for line in rows)
    typist.wait(0.5)
    whole = expanded(typist.draft).strip()
    if not whole.startswith(("/", "!", "@")):
        sent = [effect for effect in typist.keys("escape", "end", "enter").take() if isinstance(effect, Submit)]
        assert [effect.text for effect in sent] == [whole] * bool(whole)


@settings(max_examples=100, deadline=None)
@given(inputs)
def test_undo_leads_back_through_every_state_to_nothing(keys: Inputs) -> None:
    typist = Typist(bursts=False)
    states = [expanded(typist.draft)]
    for what in keys:
        if what != "ctrl-_":
            press(typist, what)
            states.append(expanded(typist.draft))
    for _ in range(60):
        typist.keys("ctrl-_")
        assert expanded(typist.draft) in states
        check(typist.draft)
    assert typist.text == ""


@dataclass
class Atoms:
    """The same editor over a list: an atom is a character or a whole label."""

    atoms: list[str] = field(default_factory=list)
    at: int = 0
    killed: list[str] = field(default_factory=list)

    def line(self) -> tuple[int, int]:
        start, end = self.at, self.at
        while start > 0 and self.atoms[start - 1] != "\n":
            start -= 1
        while end < len(self.atoms) and self.atoms[end] != "\n":
            end += 1
        return start, end

    def word_start(self) -> int:
        at = self.at
        while at > 0 and self.atoms[at - 1].isspace():
            at -= 1
        if at > 0 and len(self.atoms[at - 1]) > 1:
            return at - 1
        while at > 0 and not self.atoms[at - 1].isspace() and len(self.atoms[at - 1]) == 1:
            at -= 1
        return at

    def insert(self, atoms: list[str]) -> None:
        self.atoms[self.at : self.at] = atoms
        self.at += len(atoms)

    def remove(self, start: int, end: int, *, kill: bool = False) -> None:
        if kill and start < end:
            self.killed = self.atoms[start:end]
        del self.atoms[start:end]
        self.at = start

    def press(self, name: str) -> None:
        start, end = self.line()
        match name:
            case "left":
                self.at = max(self.at - 1, 0)
            case "right":
                self.at = min(self.at + 1, len(self.atoms))
            case "home":
                self.at = start
            case "end":
                self.at = end
            case "backspace":
                self.remove(max(self.at - 1, 0), self.at)
            case "delete":
                self.remove(self.at, min(self.at + 1, len(self.atoms)))
            case "ctrl-w":
                self.remove(self.word_start(), self.at, kill=True)
            case "ctrl-u":
                self.remove(start if start < self.at else max(self.at - 1, 0), self.at, kill=True)
            case "ctrl-k":
                self.remove(self.at, end if end > self.at else min(self.at + 1, len(self.atoms)), kill=True)
            case "ctrl-y":
                self.insert(list(self.killed))
            case "ctrl-j":
                self.insert(["\n"])


plain_keys = st.one_of(
    st.sampled_from("ab x"),
    st.sampled_from((*EDITING[:4], "backspace", "delete", "ctrl-w", "ctrl-u", "ctrl-k", "ctrl-y", "ctrl-j")),
    st.integers(1001, 1020),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(plain_keys, max_size=50))
def test_a_plain_model_agrees(keys: list[str | int]) -> None:
    typist, model = Typist(bursts=False), Atoms()
    for number, what in enumerate(keys):
        if isinstance(what, int):
            content = chr(0x4E00 + number) * what
            typist.paste(content)
            model.insert([content])
        elif len(what) == 1:
            typist.keys(what)
            model.insert([what])
        else:
            typist.keys(what)
            model.press(what)
        assert expanded(typist.draft) == "".join(model.atoms)
        before = drafts.cut_out(typist.draft, 0, typist.draft.cursor)
        assert expanded(before) == "".join(model.atoms[: model.at])


@settings(max_examples=200, deadline=None)
@given(st.text(LETTERS + "cd\n", max_size=60), st.integers(1, 30))
def test_rows_hold_the_whole_text_in_order(text: str, columns: int) -> None:
    rows = rows_of(text, columns)
    assert "\n".join("".join(text[r.start : r.end] for r in line) for line in by_line(rows)) == text
    for row in rows:
        shown = text[row.start : row.end].rstrip(" ").replace("\t", "    ")
        assert width(shown) <= max(columns, 4)


@given(st.text("ab  -", max_size=60), st.integers(1, 12))
def test_ascii_lines_are_wrapped_as_others_are(text: str, columns: int) -> None:
    like = text.replace("a", "é").replace("b", "ø")
    assert rows_of(text, columns) == rows_of(like + "\n日", columns)[: len(rows_of(text, columns))]
    assert rows_of(like, columns) == rows_of(text, columns)


def by_line(rows: Sequence[Row]) -> list[list[Row]]:
    lines: list[list[Row]] = [[]]
    for row in rows:
        lines[-1].append(row)
        if not row.soft:
            lines.append([])
    return lines[:-1]


starts = st.sampled_from("ab/@?!é日")
unbracketed = st.tuples(starts, st.text("ab /@?é日\n", min_size=1, max_size=60), st.sampled_from(["", "x" * 1000]))


@settings(max_examples=200, deadline=None)
@given(unbracketed, st.lists(st.integers(0, 7), min_size=1, max_size=20))
def test_a_paste_in_any_pieces_is_the_paste_in_one(parts: tuple[str, ...], gaps: list[int]) -> None:
    text = "".join(parts)
    whole, typist = Typist().paste(text), Typist()
    for number, character in enumerate(text):
        typist.now += gaps[number % len(gaps)] / 1000
        typist.quickly("\r" if character == "\n" else character)
    typist.wait(0.2)
    assert typist.draft == whole.draft
    assert not [effect for effect in typist.take() if isinstance(effect, Submit)]
