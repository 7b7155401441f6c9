"""The composer by itself, as another program would use it: keys in, text out, rows to draw; no session anywhere."""

from __future__ import annotations

import subprocess
import sys

from octavo.frontends.terminal.composer.burst import GAP
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.drawing import draft_rows, row_count
from octavo.frontends.terminal.effects.composer import Submit
from octavo.frontends.terminal.keys.key import Key, Paste

SESSION = ("octavo.engine", "octavo.runtime", "octavo.protocol", "octavo.config", "octavo.model", "octavo.tools")


def test_it_loads_nothing_of_a_session() -> None:
    code = (
        "import sys; from octavo.frontends.terminal.composer import composer, drawing, pane; "
        f"found = [name for name in sys.modules if name.startswith({SESSION!r})]; assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_keys_and_pastes_in_text_out() -> None:
    composer, now = Composer("/"), 1.0
    assert composer.empty
    for letter in "two words":
        now += 0.1
        assert composer.handle(Key(letter, text=letter), now) == []
    composer.handle(Paste("\rand a line"), now + 0.1)
    assert not composer.empty
    assert composer.handle(Key("enter"), now + 1.0) == [Submit("two words\nand a line")]
    assert composer.empty


def test_a_burst_is_flushed_after_nine_milliseconds() -> None:
    composer = Composer("/")
    for letter in "abc":
        composer.handle(Key(letter, text=letter), 1.0)
    assert composer.deadline is not None
    assert 1.0 < composer.deadline < 1.009
    assert GAP < 0.009
    composer.tick(1.009)
    assert composer.editor.draft.text == "abc"


def test_its_height_its_rows_and_its_cursor_at_any_width() -> None:
    composer = Composer("/", example="Say something")
    composer.handle(Paste("one two three"), 1.0)
    for width, height in ((80, 1), (11, 2), (8, 3)):
        assert row_count(composer.editor.draft, width) == height
    rows, cursor, top = draft_rows(composer.editor.draft, "", 8, 2, 0)
    assert ([row.text.rstrip() for row in rows], cursor, top) == (["› two", "  three"], (1, 7), 1)
    composer.editor.reset()
    rows, cursor, _ = draft_rows(composer.editor.draft, composer.example, 80, 2, 0)
    assert (rows[0].text, cursor) == ("› Say something", (0, 2))
