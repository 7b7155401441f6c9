"""AGENTS.md: which files are read, in which order, and how much of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from story import conversation, make_config, says, texts

from octavo.engine.project_docs import user_instructions


def lay(root: Path, files: dict[str, str | bytes]) -> Path:
    """Files below `root`; a name that ends in a slash is a folder."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def read(cwd: Path, home: Path, **settings: Any) -> str | None:
    return user_instructions(make_config(cwd, home, **settings))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return lay(tmp_path / "home", {})


def test_there_is_nothing_to_say_without_files(tmp_path: Path, home: Path) -> None:
    assert read(lay(tmp_path / "w", {}), home) is None


def test_documents_from_the_root_of_the_repository_down(tmp_path: Path, home: Path) -> None:
    repo = lay(
        tmp_path / "r",
        {".git/": "", "AGENTS.md": "root", "a/AGENTS.md": "a", "a/b/AGENTS.md": "b", "a/b/c/AGENTS.md": "below"},
    )
    lay(tmp_path, {"AGENTS.md": "above"})
    assert read(repo / "a/b", home) == "root\n\na\n\nb"


def test_outside_a_repository_only_the_folder_itself(tmp_path: Path, home: Path) -> None:
    workspace = lay(tmp_path / "w", {"AGENTS.md": "up", "sub/AGENTS.md": "here"})
    assert read(workspace / "sub", home) == "here"


def test_a_work_tree_whose_git_is_a_file(tmp_path: Path, home: Path) -> None:
    repo = lay(tmp_path / "r", {".git": "gitdir: x", "AGENTS.md": "root", "a/AGENTS.md": "a"})
    assert read(repo / "a", home) == "root\n\na"


def test_a_link_into_a_repository_counts_as_what_it_leads_to(tmp_path: Path, home: Path) -> None:
    repo = lay(tmp_path / "r", {".git/": "", "AGENTS.md": "root", "a/AGENTS.md": "a"})
    (tmp_path / "link").symlink_to(repo / "a")
    assert read(tmp_path / "link", home) == "root\n\na"


def test_an_override_hides_its_neighbour(tmp_path: Path, home: Path) -> None:
    workspace = lay(tmp_path / "w", {"AGENTS.md": "plain", "AGENTS.override.md": "override"})
    assert read(workspace, home) == "override"


def test_other_names_count_where_the_usual_ones_are_missing(tmp_path: Path, home: Path) -> None:
    repo = lay(tmp_path / "r", {".git/": "", "CLAUDE.md": "fallback", "a/CLAUDE.md": "no", "a/AGENTS.md": "yes"})
    assert read(repo / "a", home, project_doc_fallback_filenames=["", "OTHER.md", "CLAUDE.md"]) == "fallback\n\nyes"


@pytest.mark.parametrize("kind", ["blank", "dangling"])
def test_a_file_with_nothing_in_it_still_hides_the_other_names(tmp_path: Path, home: Path, kind: str) -> None:
    workspace = lay(tmp_path / "w", {"CLAUDE.md": "fallback"})
    if kind == "blank":
        lay(workspace, {"AGENTS.md": " \n\t"})
    else:
        (workspace / "AGENTS.md").symlink_to("gone")
    assert read(workspace, home, project_doc_fallback_filenames=["CLAUDE.md"]) is None


def test_a_folder_of_that_name_is_passed_over(tmp_path: Path, home: Path) -> None:
    workspace = lay(tmp_path / "w", {"AGENTS.override.md/": "", "AGENTS.md": "plain"})
    assert read(workspace, home) == "plain"


def test_one_budget_for_all_files(tmp_path: Path, home: Path) -> None:
    repo = lay(tmp_path / "r", {".git/": "", "AGENTS.md": "root doc\n", "a/AGENTS.override.md": "a override"})
    lay(repo, {"a/AGENTS.md": "no", "a/b/AGENTS.md": "never"})
    assert read(repo / "a/b", home, project_doc_max_bytes=12) == "root doc\n\n\na o"


def test_a_character_that_does_not_fit_is_replaced(tmp_path: Path, home: Path) -> None:
    workspace = lay(tmp_path / "w", {"AGENTS.md": "abc\u20ac"})
    assert read(workspace, home, project_doc_max_bytes=5) == "abc\ufffd"


def test_a_budget_of_nothing_leaves_the_user_s_own_text(tmp_path: Path, home: Path) -> None:
    lay(home, {"AGENTS.md": "  mine \n"})
    workspace = lay(tmp_path / "w", {"AGENTS.md": "theirs"})
    assert read(workspace, home, project_doc_max_bytes=0) == "mine"


def test_the_user_s_text_comes_first(tmp_path: Path, home: Path) -> None:
    lay(home, {"AGENTS.md": "mine"})
    assert read(lay(tmp_path / "w", {"AGENTS.md": "theirs\n"}), home) == "mine\n\n--- project-doc ---\n\ntheirs\n"


def test_the_user_s_override_counts_unless_it_is_blank_or_no_text(tmp_path: Path, home: Path) -> None:
    workspace = lay(tmp_path / "w", {})
    lay(home, {"AGENTS.md": "plain", "AGENTS.override.md": "override"})
    assert read(workspace, home) == "override"
    for unusable in (b" \n", b"\xff"):
        lay(home, {"AGENTS.override.md": unusable})
        assert read(workspace, home) == "plain"


def test_a_file_that_cannot_be_read_leaves_the_user_s_own_text(tmp_path: Path, home: Path) -> None:
    lay(home, {"AGENTS.md": "mine"})
    workspace = lay(tmp_path / "w", {"d/": ""})
    (workspace / "AGENTS.md").symlink_to("d")
    assert read(workspace, home) == "mine"


@pytest.mark.parametrize("kind", ["pipe", "environment"])
async def test_what_is_no_file_is_passed_over_and_not_waited_for(tmp_path: Path, home: Path, kind: str) -> None:
    workspace = lay(tmp_path / "w", {"AGENTS.md": "plain"})
    if kind == "pipe":
        os.mkfifo(workspace / "p")
    (workspace / "AGENTS.override.md").symlink_to("p" if kind == "pipe" else "/proc/self/environ")
    assert read(workspace, home) == "plain"
    async with conversation(workspace, [says("a")]) as talk:
        await talk.user("go")
        assert [text for text in texts(talk.input()) if text.startswith("<user_instructions>")] == [
            "<user_instructions>\n\nplain\n\n</user_instructions>"
        ]


def test_a_document_that_leads_to_what_the_model_may_not_read_is_passed_over(tmp_path: Path, home: Path) -> None:
    lay(home, {"auth.json": "the login", "key.pem": "a key"})
    workspace = lay(tmp_path / "w", {"AGENTS.md": "plain"})
    document = workspace / "AGENTS.override.md"
    document.symlink_to("../home/auth.json")
    assert read(workspace, home) == "plain"
    document.unlink()
    document.symlink_to("../home/key.pem")
    assert read(workspace, home) == "a key"
    assert read(workspace, home, deny_read=[f"{home}/*.pem"]) == "plain"
    document.unlink()
    (workspace / "AGENTS.md").unlink()
    for name in (str(home / "auth.json"), "../home/auth.json"):
        assert read(workspace, home, project_doc_fallback_filenames=[name]) is None


def test_the_user_s_own_text_is_not_waited_for_either(tmp_path: Path, home: Path) -> None:
    """It may be a link into a folder where commands write."""
    os.mkfifo(tmp_path / "p")
    (home / "AGENTS.md").symlink_to(tmp_path / "p")
    assert read(lay(tmp_path / "w", {"AGENTS.md": "theirs"}), home) == "theirs"


async def test_documents_are_read_once(tmp_path: Path) -> None:
    workspace = lay(tmp_path / "w", {"AGENTS.md": "first"})
    other = lay(tmp_path / "other", {"AGENTS.md": "second"})
    async with conversation(workspace, [says("a"), says("b")]) as talk:
        await talk.user("go")
        turn = await talk.user_turn("on", cwd=other)
        instructions = [text for text in texts(talk.input()) if text.startswith("<user_instructions>")]
    assert instructions == ["<user_instructions>\n\nfirst\n\n</user_instructions>"]
    assert texts(turn.items)[0].startswith("<environment_context>")
