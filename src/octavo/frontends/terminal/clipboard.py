"""A picture from the system's clipboard as a PNG file of its own, through the tools that the desktop has.

A copied image file goes before raw pixels. Each tool is run by an argument list, without our terminal, and all of them
together within a time limit; no tool or no picture is no picture (`docs/terminal-composer.md`, "Pictures").
"""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from octavo.files.programs import find_program

LIMIT = 1.0
"""Seconds for all tools together."""

_PASSED_ON = ("HOME", "LANG", "PATH", "USER", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "TMPDIR")
_KINDS = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff")
_FILES = "text/uri-list"
_MAC_FILE = "POSIX path of (the clipboard as «class furl»)"
_MAC_PIXELS = "get the clipboard as «class PNGf»"

Run = Callable[[Sequence[str]], bytes]
"""Runs a tool and gives its output, empty when it fails."""


class Tool(NamedTuple):
    """How one tool is asked: for the kinds of content there are, and for one of them (the kind is put at the end)."""

    kinds: tuple[str, ...]
    content: tuple[str, ...]


_WAYLAND = Tool(("wl-paste", "--list-types"), ("wl-paste", "--no-newline", "--type"))
_X11 = Tool(
    ("xclip", "-selection", "clipboard", "-o", "-t", "TARGETS"), ("xclip", "-selection", "clipboard", "-o", "-t")
)


async def clipboard_image(environ: Mapping[str, str], folder: str) -> str | None:
    """The path of a new PNG file with the clipboard's picture, None when it holds none."""
    return await asyncio.to_thread(read_clipboard, environ, sys.platform, _runner(environ, folder))


def read_clipboard(environ: Mapping[str, str], platform: str, run: Run) -> str | None:
    """As `clipboard_image`, with the platform's name as Python has it."""
    if platform == "darwin":
        data = _from_mac(run)
    else:
        tools = [_WAYLAND] * ("WAYLAND_DISPLAY" in environ) + [_X11] * ("DISPLAY" in environ)
        data = next((data for tool in tools if (data := _from_desktop(tool, run))), b"")
    png = _as_png(data)
    return _saved(png) if png else None


def _from_desktop(tool: Tool, run: Run) -> bytes:
    kinds = run(tool.kinds).decode("utf-8", "replace").split()
    if _FILES in kinds:
        for address in run((*tool.content, _FILES)).decode("utf-8", "replace").splitlines():
            if data := _of_file(address):
                return data
    kind = next((kind for kind in _KINDS if kind in kinds), None)
    return run((*tool.content, kind)) if kind else b""


def _from_mac(run: Run) -> bytes:
    path = run(("osascript", "-e", _MAC_FILE)).decode("utf-8", "replace").strip()
    if path and (data := _of_file(path)):
        return data
    if data := run(("pngpaste", "-")):
        return data
    said = run(("osascript", "-e", _MAC_PIXELS)).decode("utf-8", "replace")
    start, end = said.find("PNGf"), said.rfind("»")
    try:
        return bytes.fromhex(said[start + 4 : end]) if 0 <= start < end else b""
    except ValueError:
        return b""


def _of_file(address: str) -> bytes:
    from urllib.parse import unquote

    from octavo.files.plain_file import open_plain
    from octavo.tools.local_image import MAX_MIB

    path = unquote(address.removeprefix("file://")) if address.startswith("file://") else address
    try:
        with open_plain(path) as file:
            data = file.read((MAX_MIB << 20) + 1)
    except (OSError, ValueError):
        return b""
    return data if len(data) <= MAX_MIB << 20 and _as_png(data) else b""


def _as_png(data: bytes) -> bytes:
    """The picture as PNG, empty for what is none."""
    if not data:
        return b""
    import warnings

    from PIL import Image

    out = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning would be written over the screen
            with Image.open(io.BytesIO(data)) as image:
                if image.format == "PNG":
                    image.verify()
                    return data
                image.save(out, "PNG")
    except Exception:  # what the readers of the many formats raise for a broken picture is not told anywhere
        return b""
    return out.getvalue()


def _saved(png: bytes) -> str | None:
    try:
        descriptor, path = tempfile.mkstemp(prefix="codex-clipboard-", suffix=".png")
        with os.fdopen(descriptor, "wb") as file:
            file.write(png)
    except OSError:
        return None
    return path


def _runner(environ: Mapping[str, str], folder: str) -> Run:
    deadline = time.monotonic() + LIMIT
    kept = {name: environ[name] for name in _PASSED_ON if name in environ}

    def run(argv: Sequence[str]) -> bytes:
        program = find_program(argv[0], environ.get("PATH", os.defpath), folder)
        if program is None or (left := deadline - time.monotonic()) <= 0:
            return b""
        try:
            ended = subprocess.run(
                [program, *argv[1:]],
                env=kept,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                timeout=left,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return b""
        return ended.stdout if ended.returncode == 0 else b""

    return run
