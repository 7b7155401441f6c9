"""Newer versions: what is known, asking for what is not, and how to install one (`docs/terminal-views.md`, "Updates").

A start never waits for the network: it shows what an earlier one found out. A build without a release channel
(`OCTAVO_RELEASES_URL`) asks nobody; `OCTAVO_UPDATE_COMMAND` is how whoever packaged the program updates it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from octavo import __version__
from octavo.files.private_file import replace_private_file
from octavo.frontends.terminal.release_channel import RELEASES_VARIABLE, has_channel

COMMAND_VARIABLE = "OCTAVO_UPDATE_COMMAND"

_MOST_AGE = 20 * 3600
_SECONDS = 10.0
_TAG = "v"


class VersionFile(msgspec.Struct, frozen=True):
    """`version.json`: the newest version that is known, when that was asked, and the one not to ask about."""

    latest_version: str
    last_checked_at: str
    dismissed_version: str | None = None


class Update(NamedTuple):
    """A newer version; `command` installs it, None where we do not know how this one was installed."""

    version: str
    command: tuple[str, ...] | None
    is_dismissed: bool


def known_update(codex_home: str, environ: Mapping[str, str], present: str = __version__) -> Update | None:
    """The newer version that an earlier start found out about.

    None without a release channel: what another program wrote into the file is no news about this one.
    """
    known = read_version_file(codex_home) if has_channel(environ) else None
    if known is None or not is_newer(known.latest_version, present):
        return None
    is_dismissed = known.dismissed_version == known.latest_version
    return Update(known.latest_version, update_command(environ), is_dismissed)


def is_newer(latest: str, present: str) -> bool:
    """Whether it is; versions are three numbers, and anything else is never newer."""
    left, right = _numbers(latest), _numbers(present)
    return left is not None and right is not None and left > right


def update_command(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """How this program is brought up to date: what whoever installed it says; None when nobody does."""
    import shlex

    try:
        return tuple(shlex.split(environ.get(COMMAND_VARIABLE, ""))) or None
    except ValueError:
        return None


def is_stale(codex_home: str, now: float) -> bool:
    """Whether nobody has asked in the last twenty hours."""
    known = read_version_file(codex_home)
    if known is None:
        return True
    from datetime import datetime

    try:
        checked = datetime.fromisoformat(known.last_checked_at.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return True
    return now - checked > _MOST_AGE


async def refresh(codex_home: str, environ: Mapping[str, str], now: float) -> None:
    """Ask for the newest version, for the next start; failures are only logged."""
    url = environ.get(RELEASES_VARIABLE)
    if not url or not is_stale(codex_home, now):
        return
    import asyncio
    import logging

    from octavo.errors import OctavoError
    from octavo.http.client import HttpClient
    from octavo.http.wire import TransportError

    http = HttpClient(None, environ)
    try:
        async with asyncio.timeout(_SECONDS):
            answer = await http.request("GET", url, [(b"accept", b"application/json")])
        tag = msgspec.json.decode(answer.body, type=_Release).tag_name
        _save(codex_home, tag.removeprefix("rust-v").removeprefix(_TAG), now)
    except (TransportError, OctavoError, OSError, ValueError, TimeoutError, msgspec.DecodeError) as error:
        logging.getLogger(__name__).info("the newest version is not known: %s", error)
    finally:
        await http.aclose()


def dismiss(codex_home: str, version: str) -> None:
    """Do not ask about this version again. Raises `OSError`."""
    known = read_version_file(codex_home)
    if known is not None:
        _write(codex_home, msgspec.structs.replace(known, dismissed_version=version))


def read_version_file(codex_home: str) -> VersionFile | None:
    """What is known; None when there is no file or it makes no sense."""
    try:
        with open(_path(codex_home), "rb") as file:
            return msgspec.json.decode(file.read(), type=VersionFile)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


class _Release(msgspec.Struct):
    tag_name: str


def _save(codex_home: str, version: str, now: float) -> None:
    import time

    known = read_version_file(codex_home)
    checked = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    _write(codex_home, VersionFile(version, checked, known.dismissed_version if known else None))


def _write(codex_home: str, value: VersionFile) -> None:
    replace_private_file(_path(codex_home), msgspec.json.encode(value) + b"\n")


def _path(codex_home: str) -> str:
    return os.path.join(codex_home, "version.json")


def _numbers(text: str) -> tuple[int, int, int] | None:
    parts = text.strip().split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    return int(parts[0]), int(parts[1]), int(parts[2])
