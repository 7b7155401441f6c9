"""Pictures are read from plain files alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from octavo.protocol.items import InputText
from octavo.tools.local_image import image_part


@pytest.mark.parametrize("target", ["pipe", "/proc/self/environ"])
def test_what_is_no_file_is_neither_waited_for_nor_sent(tmp_path: Path, target: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    picture = tmp_path / "x.png"
    picture.symlink_to(target)
    assert image_part(str(picture)) == InputText(
        f"Codex could not read the local image at `{picture}`: failed to read image at {picture}: not a regular file"
    )


def test_a_huge_file_is_no_picture(tmp_path: Path) -> None:
    picture = tmp_path / "x.png"
    picture.touch()
    os.truncate(picture, 200 << 30)
    assert image_part(str(picture)) == InputText(
        f"Codex could not read the local image at `{picture}`: failed to read image at {picture}: "
        "file is larger than 20 MiB"
    )
