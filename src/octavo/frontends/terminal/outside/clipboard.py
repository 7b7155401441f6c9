"""A picture from the system's clipboard as a file (`docs/terminal.md`, "Pictures").

The clipboard is asked through the programs that desktops have for it, never from this process: it may block, and
there may be none. A copied picture file comes before the pixels.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

_LIMIT_S = 1.0
_LARGEST = 64 << 20
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
_PNG = b"\x89PNG\r\n\x1a\n"

_WAYLAND = ((("wl-paste", "-n", "-t", "text/uri-list"), ("wl-paste", "-n", "-t", "image/png")),)
_X11 = (
    (
        ("xclip", "-selection", "clipboard", "-t", "text/uri-list", "-o"),
        ("xclip", "-selection", "clipboard", "-t", "image/png", "-o"),
    ),
)
_MACOS = (((), ("pngpaste", "-")),)
_WSL = (
    (
        (),
        (
            "powershell.exe", "-NoProfile", "-Command",
            "$i=Get-Clipboard -Format Image; if($i){$m=New-Object IO.MemoryStream;"
            "$i.Save($m,[Drawing.Imaging.ImageFormat]::Png);"
            "[Console]::OpenStandardOutput().Write($m.ToArray(),0,$m.Length)}",
        ),
    ),
)  # fmt: skip


async def clipboard_picture(environ: Mapping[str, str]) -> str | None:
    """The path of the picture that is on the clipboard; None where there is none, or nobody to ask."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LIMIT_S):
            for files, pixels in _programs(environ):
                if files and (path := _named_picture(await _output(files, environ))) is not None:
                    return path
                data = await _output(pixels, environ)
                if data.startswith(_PNG):
                    return _saved(data)
    return None


def _programs(environ: Mapping[str, str]) -> Sequence[tuple[tuple[str, ...], tuple[str, ...]]]:
    found: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    if environ.get("WAYLAND_DISPLAY"):
        found += _WAYLAND
    if environ.get("DISPLAY"):
        found += _X11
    if os.uname().sysname == "Darwin":
        found += _MACOS
    if environ.get("WSL_DISTRO_NAME"):
        found += _WSL
    return found


async def _output(command: tuple[str, ...], environ: Mapping[str, str]) -> bytes:
    """What the program prints; nothing when it fails, is missing or takes too long."""
    from octavo.files.programs import find_program

    program = find_program(command[0], environ.get("PATH", os.defpath))
    if program is None:
        return b""
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *command[1:],
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(environ),
            start_new_session=True,
        )
    except OSError:
        return b""
    try:
        data, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return data if process.returncode == 0 and len(data) <= _LARGEST else b""


def _named_picture(listing: bytes) -> str | None:
    """The first file of a copied list, if it is a picture."""
    for row in listing.decode("utf-8", "replace").splitlines():
        parts = urlsplit(row.strip())
        path = unquote(parts.path)
        if parts.scheme == "file" and path.lower().endswith(_PICTURES) and os.path.isfile(path):
            return path
    return None


def _saved(data: bytes) -> str:
    descriptor, path = tempfile.mkstemp(prefix="codex-clipboard-", suffix=".png")
    with open(descriptor, "wb") as file:
        file.write(data)
    return path
