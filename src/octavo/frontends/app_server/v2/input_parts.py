"""From what a client sends as input to what the engine takes (`docs/app-server-v2.md`, "Input")."""

from __future__ import annotations

import os
from collections.abc import Iterable

from octavo.frontends.app_server.paths import absolute
from octavo.frontends.app_server.v2.types import values as wire
from octavo.protocol.turn_items import ImageInput, LocalImageInput, SkillInput, TextInput, UserInput


def user_inputs(parts: Iterable[wire.InputPart], cwd: str) -> tuple[UserInput, ...]:
    """The parts as the engine takes them; relative paths are counted from `cwd`."""
    return tuple(_input(part, cwd) for part in parts)


def _input(part: wire.InputPart, cwd: str) -> UserInput:
    match part:
        case wire.TextPart():
            return TextInput(part.text)
        case wire.ImagePart():
            return ImageInput(part.url)
        case wire.LocalImagePart():
            return LocalImageInput(os.path.normpath(absolute(cwd, part.path)))
        case wire.SkillPart():
            return SkillInput(part.name, os.path.normpath(absolute(cwd, part.path)))
        case wire.MentionPart():
            return TextInput(f"[@{part.name}]({part.path})")
