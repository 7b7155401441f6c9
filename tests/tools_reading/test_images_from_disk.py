"""Pictures of the disk, and what is none: whatever is sent as a picture is one."""

from __future__ import annotations

import base64
import io
import os
import random
import zlib
from pathlib import Path

import pytest
from PIL import Image

from octavo.protocol.items import InputImage, InputText
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


def encoded(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object) -> bytes:
    """A picture with something in it."""
    noise = random.Random(1).randbytes(size[0] * size[1] * len(Image.new(mode, (1, 1)).tobytes()))
    out = io.BytesIO()
    Image.frombytes(mode, size, noise).save(out, kind, **options)
    return out.getvalue()


def sent(path: Path, data: bytes) -> tuple[str, bytes] | str:
    """What becomes of a file with that content: MIME type and bytes, or the text in its place."""
    path.write_bytes(data)
    part = image_part(str(path))
    if isinstance(part, InputText):
        return part.text.removeprefix(f"The local image at `{path}` cannot be attached: ")
    assert isinstance(part, InputImage)
    mime, _, text = part.image_url.removeprefix("data:").partition(";base64,")
    return mime, base64.b64decode(text)


PAGE = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
NO_PICTURE = "the file holds no picture that can be read, though its name says `image/png`."


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("page.png", PAGE, NO_PICTURE),
        ("error.png", b'{"error": "denied"}', NO_PICTURE),
        ("pointer.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n", NO_PICTURE),
        ("noise.png", random.Random(2).randbytes(500), NO_PICTURE),
        ("document.png", b"%PDF-1.7\n%%EOF", NO_PICTURE),
        ("empty.png", b"", "the file is empty."),
        ("blank.png", b"\0" * 100, "the file is empty."),
        ("drawing.svg", SVG, "SVG is not supported; render it to PNG first."),
        ("drawing.png", SVG, "SVG is not supported; render it to PNG first."),
        ("packed.svgz", zlib.compress(SVG), "SVG is not supported; render it to PNG first."),
        ("start.png", b"\x89PNG\r\n\x1a\n", NO_PICTURE),
        ("half.png", encoded("PNG")[:600], NO_PICTURE),
        ("text.txt", b"hello", "unsupported MIME type `text/plain`."),
        ("thing", b"hello", "unsupported MIME type (unknown)."),
    ],
)
def test_what_is_no_picture_is_a_text_whatever_its_name_says(tmp_path: Path, name: str, data: bytes, text: str) -> None:
    assert sent(tmp_path / name, data) == text


@pytest.mark.parametrize(("kind", "mime"), [("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")])
def test_half_a_picture_is_a_text(tmp_path: Path, kind: str, mime: str) -> None:
    told = sent(tmp_path / f"x.{kind.lower()}", encoded(kind)[:600])
    assert told == f"the file holds no picture that can be read, though its name says `{mime}`."


@pytest.mark.parametrize(("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.txt", "x"])
def test_small_pictures_go_out_as_they_are_whatever_their_name(tmp_path: Path, kind: str, mime: str, name: str) -> None:
    data = encoded(kind)
    assert sent(tmp_path / name, data) == (mime, data)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("GIF", "P"), ("WEBP", "RGBA"), ("BMP", "RGB"), ("TIFF", "CMYK"), ("TIFF", "I;16"), ("ICO", "RGBA")],
)
def test_other_formats_become_png(tmp_path: Path, kind: str, mode: str) -> None:
    told = sent(tmp_path / "x", encoded(kind, mode=mode))
    assert isinstance(told, tuple)
    mime, data = told
    assert mime == "image/png"
    assert Image.open(io.BytesIO(data)).format == "PNG"


def test_a_large_picture_is_made_smaller_and_stays_upright(tmp_path: Path) -> None:
    tag = Image.Exif()
    tag[0x0112] = 6  # taken with the camera on its side
    told = sent(tmp_path / "x.jpg", encoded("JPEG", (1600, 1200), exif=tag))
    assert isinstance(told, tuple)
    assert told[0] == "image/jpeg"
    assert Image.open(io.BytesIO(told[1])).size == (576, 768)


def test_a_picture_of_too_many_pixels_is_a_text_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for size in ((11_000, 9_000), (60_000, 60_000)):
        out = io.BytesIO()
        Image.new("1", (1, 1)).save(out, "PNG")
        data = bytearray(out.getvalue())
        data[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
        data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
        assert sent(tmp_path / "x.png", bytes(data)) == NO_PICTURE
    assert capfd.readouterr() == ("", "")
