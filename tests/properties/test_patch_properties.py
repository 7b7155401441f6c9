"""What holds for every patch: it is read or refused, it writes all of a file or nothing, and it can be undone."""

from __future__ import annotations

import contextlib
import difflib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from octavo.patch.apply import apply
from octavo.patch.parse import parse
from octavo.patch.sections import Patch, PatchError, UpdateFile
from octavo.patch.update import updated_text
from octavo.patch.verify import verify

NAMES = st.sampled_from(["a", "b", "sub/c", "missing", "../d", "", "sub", "a\x00", "\udcff", "a/under-a-file"])
LINE = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=12)
PATCH_LINE = st.one_of(
    st.sampled_from(
        ["*** End of File", "@@", "@@ one", " one", "-one", "+one", "-two", " two", "", " ", "+", "-", "*** Move to: b"]
    ),
    NAMES.map("*** Add File: {}".format),
    NAMES.map("*** Delete File: {}".format),
    NAMES.map("*** Update File: {}".format),
    LINE,
)
PATCH = st.lists(PATCH_LINE, max_size=14).map(lambda lines: "\n".join(["*** Begin Patch", *lines, "*** End Patch"]))
FILES = {"a": "one\ntwo\nthree\n", "b": "two\none\n\n", "sub/c": "", "sub/d": "one"}


@contextlib.contextmanager
def project() -> Iterator[Path]:
    """A folder inside an empty folder, with a few files; the process stands in it."""
    with tempfile.TemporaryDirectory() as outer:
        root = Path(outer, "project")
        for name, text in FILES.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        with contextlib.chdir(root):
            yield root


def contents(outer: Path) -> dict[str, bytes]:
    return {str(path.relative_to(outer)): path.read_bytes() for path in outer.rglob("*") if path.is_file()}


@given(st.one_of(st.text(), PATCH))
def test_any_text_is_a_patch_or_refused_in_one_way(text: str) -> None:
    with contextlib.suppress(PatchError):
        parse(text)


@given(PATCH)
def test_looking_at_a_patch_changes_nothing(text: str) -> None:
    with project() as root:
        before = contents(root.parent)
        with contextlib.suppress(PatchError):
            verify(text, str(root))
        assert contents(root.parent) == before


@given(PATCH)
def test_a_section_that_fails_leaves_its_file_as_the_sections_before_left_it(text: str) -> None:
    try:
        patch = parse(text)
    except PatchError:
        return
    with project() as root:
        for section in patch.sections:
            before = contents(root.parent)
            try:
                apply(Patch([section], patch.text))
            except PatchError:
                assert contents(root.parent) == before
                return


def as_patch(old: list[str], new: list[str], context: int) -> str:
    """The patch in the model's form that makes `new` of `old`."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    lines: list[str] = []
    for group in matcher.get_grouped_opcodes(context):
        lines.append("@@")
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                lines += [f" {line}" for line in old[old_start:old_end]]
            else:
                lines += [f"-{line}" for line in old[old_start:old_end]]
                lines += [f"+{line}" for line in new[new_start:new_end]]
        if group[-1][2] == len(old):
            lines.append("*** End of File")
    return "\n".join(["*** Begin Patch", "*** Update File: a", *lines, "*** End Patch"])


def patched(old: list[str], new: list[str], context: int) -> list[str]:
    (section,) = parse(as_patch(old, new, context)).sections
    assert isinstance(section, UpdateFile)
    return updated_text("".join(f"{line}\n" for line in old), section.chunks, "a").split("\n")[:-1]


@st.composite
def edits_of_repeated_lines(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Two versions of a file with any lines; only a blank one at the end has rules of its own."""
    line = st.one_of(st.sampled_from(["one", "two", " one", "one ", ""]), LINE)
    old, new = draw(st.lists(line, max_size=12)), draw(st.lists(line, max_size=12))
    return [*old, "last"], [*new, "last, but new"]


@given(edits_of_repeated_lines())
def test_a_patch_of_the_whole_file_and_its_reverse_give_the_original(edit: tuple[list[str], list[str]]) -> None:
    old, new = edit
    assert patched(old, new, 1_000) == new
    assert patched(new, old, 1_000) == old


@st.composite
def edits_of_distinct_lines(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Two versions of a long file in which no line stands twice, with a few places changed."""
    old = [f"line {number}" for number in range(draw(st.integers(1, 60)))]
    new = list(old)
    for number in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(new)))
        new[at : at + draw(st.integers(0, 3))] = [f"new {number}.{part}" for part in range(draw(st.integers(0, 3)))]
    return (old, new) if new != old and new else (old, [*old, "new at the end"])


@given(edits_of_distinct_lines(), st.integers(1, 3))
def test_a_patch_of_places_and_its_reverse_give_the_original(edit: tuple[list[str], list[str]], context: int) -> None:
    old, new = edit
    assert patched(old, new, context) == new
    assert patched(new, old, context) == old
