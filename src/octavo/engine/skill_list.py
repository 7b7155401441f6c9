"""Which skills there are, and how the model is told of them (`docs/skills.md`).

A skill is a folder with a `SKILL.md`, whose first lines give it a name and say what it is for. Only
these are told; the file itself is read when the model or the user wants it. Loaded only where a
folder of skills is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from octavo.config.schema import SkillToml
from octavo.files.plain_file import open_plain

FILE = "SKILL.md"
LONGEST_NAME, LONGEST_DESCRIPTION = 64, 1024
_DEEPEST, _MOST_FOLDERS = 6, 2000
_MOST_HEAD, _MOST_LISTED = 64 * 1024, 32 * 1024
_INTRODUCTION = (
    "## Skills\n\n"
    "A skill is a file of instructions for one kind of work. When the task is what a skill is for, or the user names "
    "it as `$name`, read its file before you begin and follow it; paths in it start at its folder.\n"
)


class Skill(msgspec.Struct, frozen=True):
    """A skill by its name, in one line what it is for, and the absolute path of its file."""

    name: str
    description: str
    path: str


class FoundSkills(msgspec.Struct, frozen=True):
    """All skills, those nearest to the work first, and a line for each that is broken."""

    skills: tuple[Skill, ...]
    problems: tuple[str, ...]

    @property
    def listed(self) -> str | None:
        """What the model is told; None without a skill. Where there are too many the last ones are only counted."""
        lines: list[str] = []
        size = 0
        for skill in self.skills:
            line = f"- {skill.name}: {skill.description} (file: {skill.path})"
            size += len(line.encode("utf-8", "replace"))
            if size > _MOST_LISTED:
                lines.append(f"({len(self.skills) - len(lines)} more are not listed.)")
                break
            lines.append(line)
        return "\n".join((_INTRODUCTION, *lines)) if lines else None

    def named_in(self, text: str) -> list[Skill]:
        """The skills that the text names as `$name`, each once."""
        names = dict.fromkeys(re.findall(r"(?<![\w$\\])\$([A-Za-z0-9][\w:-]*)", text))
        by_name = {skill.name: skill for skill in reversed(self.skills)}
        return [by_name[name] for name in names if name in by_name]


def find_skills(roots: Iterable[str], settings: Sequence[SkillToml]) -> FoundSkills:
    """The skills below these folders but for those that the user switched off."""
    off = {os.path.realpath(os.path.expanduser(one.path)) for one in settings if not one.enabled}
    seen: set[str] = set()
    skills: list[Skill] = []
    problems: list[str] = []
    for root in roots:
        for path in _files(root):
            real = os.path.realpath(path)
            if real in seen or not off.isdisjoint((real, os.path.dirname(real))):
                continue
            seen.add(real)
            found = _read(path)
            if isinstance(found, Skill):
                skills.append(found)
            else:
                problems.append(f"The skill at {path} is left out: {found}")
    return FoundSkills(tuple(skills), tuple(problems))


def _files(root: str) -> Iterator[str]:
    """Each `SKILL.md` at most six folders deep; a folder that is a skill is not looked into further."""
    waiting, looked = [(root, 0)], set[str]()
    while waiting and len(looked) < _MOST_FOLDERS:
        folder, depth = waiting.pop(0)
        real = os.path.realpath(folder)
        if real in looked:
            continue
        looked.add(real)
        path = os.path.join(folder, FILE)
        if depth > 0 and os.path.isfile(path):
            yield path
            continue
        if depth < _DEEPEST:
            try:
                names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and entry.name[0] != ".")
            except OSError:
                continue
            waiting += [(os.path.join(folder, name), depth + 1) for name in names]


def _read(path: str) -> Skill | str:
    """The skill, or what is wrong with it."""
    try:
        with open_plain(path) as file:
            text = file.read(_MOST_HEAD).decode("utf-8", "replace").removeprefix("\ufeff")
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    facts = front_matter(text)
    if facts is None:
        return "it does not begin with facts between two lines of ---"
    for key, longest in (("name", LONGEST_NAME), ("description", LONGEST_DESCRIPTION)):
        value = facts.get(key, "")
        if not value:
            return f"it has no {key}"
        if len(value) > longest:
            return f"its {key} is longer than {longest} characters"
    return Skill(facts["name"], facts["description"], path)


def front_matter(text: str) -> dict[str, str] | None:
    """The facts at the top of a file, those that are one text each, in one line; None without any.

    As in YAML a text may be quoted, or go on in lines that are further to the right.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    ends = [number for number, line in enumerate(lines) if line.rstrip() == "---"]
    if len(ends) < 2 or ends[0] != 0:
        return None
    facts: dict[str, str] = {}
    key = ""
    for line in lines[1 : ends[1]]:
        found = re.match(r"([A-Za-z_][\w-]*):(?:[ \t]+(.*))?$", line)
        if found:
            key = found[1].lower()
            value = (found[2] or "").strip()
            facts[key] = "" if re.fullmatch(r"[|>][-+0-9]*", value) else value
        elif key and line[:1] in (" ", "\t"):
            facts[key] = f"{facts[key]} {line.strip()}"
    return {key: _one_line(value) for key, value in facts.items()}


def _one_line(value: str) -> str:
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = re.sub(r"\\(.)", lambda escape: {"n": " ", "t": " "}.get(escape[1], escape[1]), value[1:-1])
    elif len(value) >= 2 and value[0] == value[-1] == "'":
        value = value[1:-1].replace("''", "'")
    return " ".join("".join(char if char.isprintable() else " " for char in value).split())
