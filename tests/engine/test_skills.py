"""Skills: found where they may lie, told by name and purpose, read when somebody wants them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from story import after_context, conversation, says

from octavo.config.schema import SkillToml
from octavo.engine.skill_list import FoundSkills, find_skills, front_matter


def skill(root: Path, name: str = "deploy", about: str = "How to deploy.", *, folder: str = "") -> Path:
    path = root / (folder or name) / "SKILL.md"
    path.parent.mkdir(parents=True)
    path.write_text(f"---\nname: {name}\ndescription: {about}\nlicense: x\n---\nRun ./deploy.\n")
    return path


def found(root: Path, *settings: SkillToml) -> FoundSkills:
    return find_skills([str(root)], settings)


def names(skills: FoundSkills) -> list[str]:
    return [one.name for one in skills.skills]


# --- in conversations ------------------------------------------------------------------------


async def test_the_model_is_told_what_there_is_and_reads_what_the_user_names(tmp_path: Path) -> None:
    workspace, home = tmp_path / "w", tmp_path / "home"
    mine = skill(home / ".agents" / "skills", "mine", "For me.")
    path = skill(workspace / ".agents" / "skills")
    async with conversation(workspace, [says("one"), says("two")], home=home) as talk:
        await talk.user("hello")
        told = next(item["content"][0]["text"] for item in talk.input() if "<user_instructions>" in str(item))
        assert f"- deploy: How to deploy. (file: {path})\n- mine: For me. (file: {mine})" in told
        assert "Run ./deploy." not in str(talk.input())
        await talk.user("use $deploy, then $deploy again, and spend $5 or \\$mine")
        assert "Run ./deploy." in after_context(talk.input())[-1]
        assert str(talk.input()).count("Run ./deploy.") == 1
        assert "<name>mine" not in str(talk.input())


async def test_without_skills_nothing_is_told(tmp_path: Path) -> None:
    async with conversation(tmp_path / "w", [says("one")]) as talk:
        await talk.user("use $deploy")
        assert after_context(talk.input()) == ["use $deploy"]
        assert "Skills" not in str(talk.input())


async def test_a_broken_skill_is_a_warning(tmp_path: Path) -> None:
    broken = tmp_path / "w" / ".codex" / "skills" / "x" / "SKILL.md"
    broken.parent.mkdir(parents=True)
    broken.write_text("no facts")
    async with conversation(tmp_path / "w", [says("one")]) as talk:
        await talk.user("hello")
        (warning,) = [one["msg"]["message"] for one in talk.told if one["msg"]["type"] == "warning"]
    assert warning == f"The skill at {broken} is left out: it does not begin with facts between two lines of ---"


async def test_a_skill_is_switched_off(tmp_path: Path) -> None:
    path = skill(tmp_path / "w" / ".agents" / "skills")
    off = {"config": [{"path": str(path), "enabled": False}]}
    async with conversation(tmp_path / "w", [says("one")], skills=off) as talk:
        await talk.user("hello $deploy")
        assert "deploy." not in str(talk.input())


# --- finding ---------------------------------------------------------------------------------


def test_only_so_deep_and_each_once_and_links_are_followed(tmp_path: Path) -> None:
    root = tmp_path / "skills"
    skill(root, "six", folder="1/2/3/4/5/6")
    skill(root, "seven", folder="a/2/3/4/5/6/7")
    skill(tmp_path, "elsewhere")
    (root / "link").symlink_to(tmp_path / "elsewhere")
    (root / "again").symlink_to(tmp_path / "elsewhere")
    (root / "round").symlink_to(root)
    assert sorted(names(found(root))) == ["elsewhere", "six"]
    assert names(found(root, SkillToml(str(tmp_path / "elsewhere"), enabled=False))) == ["six"]
    assert sorted(names(found(root, SkillToml(str(tmp_path / "elsewhere"))))) == ["elsewhere", "six"]


def test_not_more_folders_are_looked_into_than_2000(tmp_path: Path) -> None:
    for number in range(2100):
        (tmp_path / f"d{number:04}").mkdir()
    skill(tmp_path, "first", folder="a")
    skill(tmp_path, "last", folder="z")
    assert names(found(tmp_path)) == ["first"]


def test_pipes_and_what_leads_into_the_system_are_not_read(tmp_path: Path) -> None:
    for name, target in (("a", "/proc/self/environ"), ("b", "/nowhere")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "SKILL.md").symlink_to(target)
    (tmp_path / "c").mkdir()
    os.mkfifo(tmp_path / "c" / "SKILL.md")
    skills = found(tmp_path)
    assert skills.skills == ()
    assert [line for line in skills.problems if "environ" in line] == []


def test_very_many_are_counted(tmp_path: Path) -> None:
    for number in range(60):
        skill(tmp_path, f"s{number:03}", "x" * 1000)
    listed = found(tmp_path).listed
    assert listed is not None
    assert len(listed) < 40_000
    assert listed.endswith("more are not listed.)")


@pytest.mark.parametrize(
    ("head", "facts"),
    [
        ("name: a\ndescription: b", {"name": "a", "description": "b"}),
        ("name: \"a: b\"\ndescription: 'it''s'", {"name": "a: b", "description": "it's"}),
        ("name: a\ndescription: >\n  one\n  two\nother: [x]", {"name": "a", "description": "one two", "other": "[x]"}),
        ("name: a\ndescription: |-\n  one\n\n  two", {"name": "a", "description": "one two"}),
        ("name: a\ndescription: one\n  two", {"name": "a", "description": "one two"}),
        ("name: a\x1b[2J\u202eb\ndescription: b", {"name": "a [2J b", "description": "b"}),
        ("# comment\nNAME:\tx", {"name": "x"}),
    ],
)
def test_facts_are_read_as_yaml_has_them(head: str, facts: dict[str, str]) -> None:
    assert front_matter(f"---\n{head}\n---\nbody\n") == facts
    assert front_matter(f"---\n{head}\n---\nbody\n".replace("\n", "\r\n")) == facts


@pytest.mark.parametrize("text", ["", "x", "---\nname: a\n", "\n---\nname: a\n---\n", "--- x\n---\n"])
def test_what_has_no_facts_is_told_from_what_has(text: str) -> None:
    assert front_matter(text) is None


@pytest.mark.parametrize(
    ("name", "about", "problem"),
    [
        ("", "b", "no name"),
        ("a", "", "no description"),
        ("a" * 65, "b", "name is longer"),
        ("a", "b" * 1025, "longer than 1024"),
    ],
)
def test_what_a_skill_must_have(tmp_path: Path, name: str, about: str, problem: str) -> None:
    skill(tmp_path, name, about, folder="x")
    assert problem in found(tmp_path).problems[0]
