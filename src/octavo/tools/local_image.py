"""A picture from the disk as the model gets it (`docs/protocol.md`).

A picture of at most 2048 x 768 pixels that is PNG or JPEG goes out byte for
byte; other formats become PNG; larger ones are scaled down to fit. What cannot
be read or shown, or is larger than 20 MiB, becomes a text that says so, so that
the model knows.
"""

from __future__ import annotations

import base64
import io
import mimetypes
import os

from octavo.files.plain_file import open_plain
from octavo.protocol.items import InputImage, InputText

MAX_SIZE = (2048, 768)
MAX_MIB = 20
SENT_AS_IS = {"PNG": "image/png", "JPEG": "image/jpeg"}


def image_part(path: str) -> InputImage | InputText:
    """The picture as a data URL, or a text in its place."""
    try:
        data = _content(path)
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None)
        reason = f"{error.strerror} (os error {number})" if isinstance(error, OSError) and number else str(error)
        return InputText(f"Codex could not read the local image at `{path}`: failed to read image at {path}: {reason}")
    encoded = _as_sent(data)
    if encoded:
        return _data_url(*encoded)
    mime = mimetypes.guess_type(path)[0]
    if mime and mime.startswith("image/"):
        return _data_url(mime, data)
    return InputText(
        f"The local image at `{path}` cannot be attached: unsupported MIME type `{mime}`."
        if mime
        else f"The local image at `{path}` cannot be attached: unsupported MIME type (unknown)."
    )


def _content(path: str) -> bytes:
    limit = MAX_MIB << 20
    with open_plain(path) as file:
        # Not tried at all where the size tells; read with a limit, since the file may grow meanwhile.
        data = file.read(limit + 1) if os.fstat(file.fileno()).st_size <= limit else None
    if data is None or len(data) > limit:
        raise ValueError(f"file is larger than {MAX_MIB} MiB")
    return data


def _as_sent(data: bytes) -> tuple[str, bytes] | None:
    """MIME type and bytes to send; None for what is no picture."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            fits = image.width <= MAX_SIZE[0] and image.height <= MAX_SIZE[1]
            if fits and image.format in SENT_AS_IS:
                image.verify()
                return SENT_AS_IS[image.format], data
            kind = "JPEG" if image.format == "JPEG" else "PNG"
            image.thumbnail(MAX_SIZE)
            picture = image if image.mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I") else image.convert("RGBA")
            out = io.BytesIO()
            picture.convert("RGB").save(out, "JPEG") if kind == "JPEG" else picture.save(out, "PNG")
            return SENT_AS_IS[kind], out.getvalue()
    except Exception:  # what the readers of the many formats raise for a broken picture is not told anywhere
        return None


def _data_url(mime: str, data: bytes) -> InputImage:
    return InputImage(f"data:{mime};base64,{base64.b64encode(data).decode()}")
