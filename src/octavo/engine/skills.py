"""Skills that the user chose for a turn: the text of each is put into it (`docs/skills.md`).

A skill is a file of instructions, usually called `SKILL.md`. The model reads it in a message
of its own behind the user's, which shows as no words of the user.
"""

from __future__ import annotations

from octavo.errors import OctavoError
from octavo.files.plain_file import open_plain
from octavo.protocol.items import InputText, Message, user_message
from octavo.protocol.session_prefix import SKILL_CLOSE, SKILL_OPEN
from octavo.protocol.turn_items import SkillInput

MAX_BYTES = 256 * 1024


class UnreadableSkill(OctavoError):
    """A skill cannot be put into the turn."""


def skill_message(skill: SkillInput) -> Message:
    """The message that tells the model the skill. Raises `UnreadableSkill`."""
    try:
        with open_plain(skill.path) as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableSkill(f"the skill `{skill.name}` could not be read at {skill.path}: {reason}") from None
    if len(data) > MAX_BYTES:
        raise UnreadableSkill(f"the skill `{skill.name}` at {skill.path} is longer than {MAX_BYTES // 1024} KiB")
    text = data.decode("utf-8", "replace").strip()
    about = f"<name>{skill.name}</name>\n<path>{skill.path}</path>"
    return user_message(InputText(f"{SKILL_OPEN}\n{about}\n{text}\n{SKILL_CLOSE}"))
