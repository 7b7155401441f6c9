"""What a patch does as far as it is written, whatever the pieces are that it comes in."""

from __future__ import annotations

import json
import random
from itertools import pairwise

import pytest

from octavo.frontends.app_server.v2.patch_progress import PatchProgress
from octavo.frontends.app_server.v2.types.patches import AddKind, DeleteKind, FileUpdate, UpdateKind

PATCH = (
    '*** Begin Patch\n*** Add File: a "q"\\.txt\n+é \U0001f600\\n\n+\n*** Delete File: d.txt\n'
    "*** Update File: u.txt\n*** Move to: v.txt\n@@ def f():\n-\told\n+new\n*** End of File\n*** End Patch\n"
)
CHANGES = (
    FileUpdate('a "q"\\.txt', AddKind(), "é \U0001f600\\n\n\n"),
    FileUpdate("d.txt", DeleteKind(), ""),
    FileUpdate("u.txt", UpdateKind(move_path="v.txt"), "@@ def f():\n-\told\n+new\n"),
)


def pieces(text: str, chance: random.Random) -> list[str]:
    cuts = sorted({0, len(text), *(chance.randrange(len(text)) for _ in range(40))})
    return [text[start:end] for start, end in pairwise(cuts)]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("is_json", [False, True])
def test_how_it_is_cut_makes_no_difference(seed: int, is_json: bool) -> None:
    written = json.dumps({"input": PATCH}, ensure_ascii=False) if is_json else PATCH
    progress = PatchProgress(lambda: 0.0, is_json=is_json)
    for piece in pieces(written, random.Random(seed)):
        progress.feed(piece)
    progress.feed("")
    assert progress.rest() in (CHANGES, ())
    again = PatchProgress(iter(range(1000)).__next__, is_json=is_json)
    told = [changes for piece in pieces(written, random.Random(seed)) if (changes := again.feed(piece))]
    assert told[-1] == CHANGES
    assert [len(changes) for changes in told] == sorted(len(changes) for changes in told)


def test_escapes_of_json_are_read() -> None:
    written = '{"other": 1, "input" : "*** Add File: \\u00e9\\/x\\t.txt\\n+\\ud83d\\r\\n"}'
    progress = PatchProgress(lambda: 0.0, is_json=True)
    (told,) = progress.feed(written)
    assert (told.path, told.diff) == ("é/x\t.txt", "?\n")


def test_it_is_told_twice_a_second_at_most_and_what_is_left_in_the_end() -> None:
    clock = [0.0]
    progress = PatchProgress(lambda: clock[0], is_json=False)
    assert progress.feed("*** Begin Patch\n") == ()
    assert len(progress.feed("*** Add File: a\n")) == 1
    assert progress.feed("+one\n") == ()
    clock[0] = 0.6
    assert progress.feed("+two\n")[0].diff == "one\ntwo\n"
    assert progress.feed("+three\n") == ()
    assert progress.rest()[0].diff == "one\ntwo\nthree\n"
    assert progress.rest() == ()


def test_what_is_no_patch_tells_nothing() -> None:
    progress = PatchProgress(lambda: 0.0, is_json=False)
    assert progress.feed("rm -rf /\n+x\n*** Move to: y\n") == ()
    assert progress.rest() == ()
