"""A picture from the disk as the model gets it (`docs/protocol.md`).

A picture of at most 2048 x 768 pixels that is PNG or JPEG goes out byte for
byte; other formats become PNG; larger ones are scaled down to fit. What cannot
be read or shown, is no picture whatever its name says, or is larger than 20 MiB,
becomes a text that says so, so that the model knows and no provider refuses the request.
"""

from __future__ import annotations

import base64
import io
import mimetypes
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from octavo.files.plain_file import open_plain, place_of
from octavo.protocol.items import InputImage, InputText

if TYPE_CHECKING:
    from PIL import Image

MAX_SIZE = (2048, 768)
MAX_MIB = 20
SENT_AS_IS = {"PNG": "image/png", "JPEG": "image/jpeg", "MPO": "image/jpeg"}
_MODES_OF_PNG = ("RGB", "RGBA", "L", "LA", "P", "1", "I", "I;16")


def image_part(path: str, refuse: Callable[[str], None] = lambda place: None) -> InputImage | InputText:
    """The picture as a data URL, or a text in its place.

    `refuse` is asked about the place of what was opened, and raises if it may not be read.
    """
    try:
        data = _content(path, refuse)
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None)
        reason = f"{error.strerror} (os error {number})" if isinstance(error, OSError) and number else str(error)
        return InputText(f"Codex could not read the local image at `{path}`: failed to read image at {path}: {reason}")
    encoded = _as_sent(data)
    if encoded:
        return _data_url(*encoded)
    return InputText(f"The local image at `{path}` cannot be attached: {_why_not(path, data)}.")


def _why_not(path: str, data: bytes) -> str:
    """What is wrong with a file that no picture could be read from."""
    mime = mimetypes.guess_type(path)[0]
    if mime is None:
        return "unsupported MIME type (unknown)"
    if not mime.startswith("image/"):
        return f"unsupported MIME type `{mime}`"
    if not data.strip(b"\0 \t\r\n"):
        return "the file is empty"
    if mime == "image/svg+xml" or b"<svg" in data[:1024].lower():
        return "SVG is not supported; render it to PNG first"
    return f"the file holds no picture that can be read, though its name says `{mime}`"


def _content(path: str, refuse: Callable[[str], None]) -> bytes:
    limit = MAX_MIB << 20
    with open_plain(path) as file:
        refuse(place_of(file))
        # Not tried at all where the size tells; read with a limit, since the file may grow meanwhile.
        data = file.read(limit + 1) if os.fstat(file.fileno()).st_size <= limit else None
    if data is None or len(data) > limit:
        raise ValueError(f"file is larger than {MAX_MIB} MiB")
    return data


def _as_sent(data: bytes) -> tuple[str, bytes] | None:
    """MIME type and bytes to send; None for what is no picture, or is not whole."""
    import warnings

    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as image:
            kind = "JPEG" if image.format in ("JPEG", "MPO") else "PNG"
            if image.width <= MAX_SIZE[0] and image.height <= MAX_SIZE[1] and image.format in SENT_AS_IS:
                _check_whole(image, data)
                return SENT_AS_IS[image.format], data
            if kind == "JPEG":
                image.draft("RGB", MAX_SIZE)  # no more of it is unfolded than is needed
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail(MAX_SIZE)
            out = io.BytesIO()
            if kind == "JPEG":
                upright.convert("RGB").save(out, "JPEG")
            else:
                (upright if upright.mode in _MODES_OF_PNG else upright.convert("RGBA")).save(out, "PNG")
            return SENT_AS_IS[kind], out.getvalue()
    except Exception:  # what the readers of the many formats raise for a broken picture is not told anywhere
        return None


def _check_whole(image: Image.Image, data: bytes) -> None:
    """Raises whatever it may for a picture that is damaged or not whole; `verify` looks at PNG alone."""
    from PIL import Image

    image.verify()
    with Image.open(io.BytesIO(data)) as again:
        again.load()


def _data_url(mime: str, data: bytes) -> InputImage:
    return InputImage(f"data:{mime};base64,{base64.b64encode(data).decode()}")
