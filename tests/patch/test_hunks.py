"""Hunks read back: one of the two texts is enough to know the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from octavo.patch.diff import unified_hunks
from octavo.patch.hunks import both_texts, shown_parts

TEXTS = st.lists(st.sampled_from(["a", "b", "", "@@ -1 +1 @@", "-x", "+y", "\\ No"]), max_size=12).map("\n".join)


@given(TEXTS, TEXTS, st.integers(0, 3))
def test_either_text_gives_both(old: str, new: str, context: int) -> None:
    diff = unified_hunks(old, new, context)
    found = both_texts(old, diff)
    assert found is not None
    assert found[0] == old
    if context:
        assert found == (old, new)


@given(TEXTS, TEXTS)
def test_the_text_after_gives_the_text_before(old: str, new: str) -> None:
    diff = unified_hunks(old, new, 3)
    found = both_texts(new, diff)
    assert found is not None
    assert new in found


def test_a_text_that_is_neither_gives_nothing() -> None:
    diff = unified_hunks("a\nb\n", "a\nc\n", 1)
    assert both_texts("x\n", diff) is None
    assert shown_parts(diff) == ("a\nb\n", "a\nc\n")
