"""Pictures from the clipboard, through tools that stand in for those of a desktop."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image

from octavo.frontends.terminal.clipboard import clipboard_image, read_clipboard

WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}
X11 = {"DISPLAY": ":0"}


def picture(kind: str, size: tuple[int, int] = (3, 2)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, kind)
    return out.getvalue()


def read(answers: Mapping[str, bytes], environ: Mapping[str, str] = WAYLAND, platform: str = "linux") -> Path | None:
    """`answers` are the outputs by the last word of the command line."""

    def run(argv: Sequence[str]) -> bytes:
        return answers.get(argv[-1], b"")

    path = read_clipboard(environ, platform, run)
    return Path(path) if path else None


@pytest.fixture(autouse=True)
def _temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.mark.parametrize(("environ", "kinds"), [(WAYLAND, "--list-types"), (X11, "TARGETS")])
def test_pixels_become_a_file_of_their_own(environ: Mapping[str, str], kinds: str) -> None:
    png = picture("PNG")
    path = read({kinds: b"TARGETS\nimage/png\ntext/html\n", "image/png": png}, environ)
    assert path is not None
    assert path.read_bytes() == png
    assert path.name.startswith("codex-clipboard-")
    assert path.suffix == ".png"
    assert path.stat().st_mode & 0o777 == 0o600


def test_other_formats_become_png() -> None:
    path = read({"--list-types": b"image/bmp\n", "image/bmp": picture("BMP", (4, 4))})
    assert path is not None
    with Image.open(path) as image:
        assert (image.format, image.size) == ("PNG", (4, 4))


def test_a_copied_file_goes_before_pixels(tmp_path: Path) -> None:
    (tmp_path / "my shot.png").write_bytes(picture("PNG", (8, 6)))
    address = f"file://{tmp_path}/my%20shot.png\r\n".encode()
    kinds = b"text/uri-list\nimage/png\n"
    path = read({"--list-types": kinds, "text/uri-list": address, "image/png": picture("PNG")})
    assert path is not None
    with Image.open(path) as image:
        assert image.size == (8, 6)


def test_a_copied_file_that_is_no_picture_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    os.mkfifo(tmp_path / "pipe")
    for name in ("a.txt", "pipe", "none"):
        answers = {"--list-types": b"text/uri-list\n", "text/uri-list": f"file://{tmp_path}/{name}\n".encode()}
        assert read(answers) is None


@pytest.mark.parametrize(
    "answers", [{}, {"--list-types": b"text/plain\n"}, {"--list-types": b"image/png\n", "image/png": b"no picture"}]
)
def test_no_picture(answers: Mapping[str, bytes], tmp_path: Path) -> None:
    assert read(answers) is None
    assert list(tmp_path.iterdir()) == []


def test_no_desktop_asks_nobody() -> None:
    assert read({"--list-types": b"image/png\n", "image/png": picture("PNG")}, {}) is None


def test_on_a_mac() -> None:
    png = picture("PNG")
    assert read({"-": png}, {}, "darwin") is not None
    said = "«data PNGf" + png.hex().upper() + "»\n"
    assert read({"get the clipboard as «class PNGf»": said.encode()}, {}, "darwin") is not None
    assert read({"get the clipboard as «class PNGf»": "«data PNGfzz»".encode()}, {}, "darwin") is None


@pytest.mark.skipif(sys.platform == "darwin", reason="asks the tools of Linux desktops")
async def test_a_real_tool_gets_an_argument_list_and_no_secrets(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tmp_path / "shot.png").write_bytes(picture("PNG", (5, 4)))
    tool = tools / "wl-paste"
    tool.write_text(
        f'#!/bin/sh\n[ -z "$OPENAI_API_KEY" ] || exit 1\n'
        f'case "$*" in *--list-types*) echo image/png ;; *"image/png") cat {tmp_path}/shot.png ;; esac\n'
    )
    tool.chmod(0o755)
    environ = {"PATH": f"{tools}:{os.environ['PATH']}", "OPENAI_API_KEY": "secret", **WAYLAND}
    path = await clipboard_image(environ, "/")
    assert path is not None
    with Image.open(path) as image:
        assert image.size == (5, 4)


@pytest.mark.skipif(sys.platform == "darwin", reason="asks the tools of Linux desktops")
async def test_a_tool_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octavo.frontends.terminal.clipboard.LIMIT", 0.05)
    tool = tmp_path / "wl-paste"
    tool.write_text("#!/bin/sh\nexec sleep 600\n")
    tool.chmod(0o755)
    assert await clipboard_image({"PATH": f"{tmp_path}:{os.environ['PATH']}", **WAYLAND}, "/") is None
