from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from config_home import Home

from octavo.config.choices import ConfigFlags
from octavo.config.trust import repository_root, trust_target
from octavo.protocol.policy import ReadOnly, WorkspaceWrite

ENVIRON = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
for name in ("GIT_DIR", "GIT_WORK_TREE"):
    ENVIRON.pop(name, None)


def git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *author, *arguments], cwd=folder, env=ENVIRON, check=True, capture_output=True)


def trusts(home: Home, cwd: Path) -> bool:
    return home.load(flags=ConfigFlags(cwd=str(cwd)), environ=ENVIRON).project_is_trusted


def trusting(home: Home, folder: Path, level: str = "trusted") -> Home:
    return home.write(f'[projects."{folder}"]\ntrust_level = "{level}"\n')


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "repo"
    (folder / "sub").mkdir(parents=True)
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    return folder


def test_trust_makes_the_project_writable(tmp_path: Path) -> None:
    home = Home(tmp_path)
    trusting(home, home.project)
    config = home.load()
    assert config.project_is_trusted
    assert config.sandbox_policy == WorkspaceWrite()
    assert config.approval_policy == "on-request"
    assert not config.approval_or_sandbox_was_set
    assert home.load("sandbox_mode=read-only").sandbox_policy == ReadOnly()


def test_any_other_level_is_no_trust(tmp_path: Path) -> None:
    home = Home(tmp_path)
    trusting(home, home.project, "bogus")
    assert home.load().sandbox_policy == ReadOnly()


def test_a_folder_above_says_nothing_outside_of_repositories(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.project / "b").mkdir()
    assert not trusts(trusting(home, home.project), home.project / "b")


def test_a_repository_speaks_for_its_folders(tmp_path: Path, repository: Path) -> None:
    home = trusting(Home(tmp_path), repository)
    assert trusts(home, repository / "sub")
    assert trusts(home, repository / "missing")


def test_an_entry_of_the_folder_itself_comes_first(tmp_path: Path, repository: Path) -> None:
    home = Home(tmp_path).write(
        f'[projects."{repository}"]\ntrust_level = "trusted"\n[projects."{repository}/sub"]\ntrust_level = "no"\n'
    )
    assert not trusts(home, repository / "sub")


def test_a_worktree_belongs_to_its_main_checkout(tmp_path: Path, repository: Path) -> None:
    git(repository, "worktree", "add", "-q", str(tmp_path / "tree"))
    assert trusts(trusting(Home(tmp_path), repository), tmp_path / "tree")
    assert trust_target(str(tmp_path / "tree"), ENVIRON) == str(repository)


@pytest.mark.parametrize("disguise", ["file", "link", "common dir"])
def test_a_foreign_folder_can_not_borrow_the_trust_of_a_repository(
    tmp_path: Path, repository: Path, disguise: str
) -> None:
    foreign = tmp_path.resolve() / "foreign"
    foreign.mkdir()
    if disguise == "file":
        git(repository, "worktree", "add", "-q", str(tmp_path / "tree"))
        (foreign / ".git").write_text(f"gitdir: {repository}/.git/worktrees/tree\n")
    elif disguise == "link":
        (foreign / ".git").symlink_to(repository / ".git")
    else:
        git(foreign, "init", "-q")
        (foreign / ".git" / "commondir").write_text(f"{repository}/.git\n")
        (foreign / ".git" / "gitdir").write_text(f"{foreign}/.git\n")
    assert not trusts(trusting(Home(tmp_path), repository), foreign)
    assert repository_root(str(foreign), ENVIRON) != str(repository)


@pytest.mark.parametrize("shape", ["its own tree is above", "a worktree of itself", "a worktree of its neighbour"])
def test_a_downloaded_repository_does_not_speak_for_the_folder_around_it(tmp_path: Path, shape: str) -> None:
    folder = tmp_path.resolve() / "projects"
    download, store = folder / "download", folder / ("other" if "neighbour" in shape else "download")
    download.mkdir(parents=True)
    store.mkdir(exist_ok=True)
    git(store, "init", "-q", "--bare")
    if "above" in shape:
        git(store, "config", "core.bare", "false")
        git(store, "config", "core.worktree", "..")
    else:
        state = store / "worktrees" / "w"
        state.mkdir(parents=True)
        (download / ".git").write_text(f"gitdir: ../{store.name}/worktrees/w\n")
        (state / "commondir").write_text("../..\n")
        (state / "gitdir").write_text(f"../../../{download.name}/.git\n")
        (state / "HEAD").write_text("ref: refs/heads/main\n")
    home = trusting(Home(tmp_path), folder)
    assert not trusts(home, download)
    assert trust_target(str(download), ENVIRON) != str(folder)


@pytest.mark.parametrize("linked", [False, True])
def test_a_repository_of_another_name_belongs_to_the_folder_whose_git_file_names_it(
    tmp_path: Path, linked: bool
) -> None:
    folder = tmp_path.resolve() / "repo"
    git(tmp_path, "init", "-q", "--separate-git-dir", str(folder / ".store"), str(folder))
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    git(folder, "worktree", "add", "-q", str(folder / "tree"))
    assert trusts(trusting(Home(tmp_path), folder), folder / "tree" if linked else folder)


def test_outside_of_repositories_the_folder_itself_is_trusted(tmp_path: Path) -> None:
    assert trust_target(str(tmp_path), ENVIRON) == str(tmp_path)


def test_without_git_only_the_exact_entry_counts(tmp_path: Path, repository: Path) -> None:
    assert repository_root(str(repository), {"PATH": "/nowhere"}) is None


def plant_git(folder: Path, mark: Path) -> str:
    """A PATH with a git of the folder's in front, which leaves a mark."""
    program = folder / ".venv" / "bin" / "git"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\ntouch {mark}\nexec git "$@"\n')
    program.chmod(0o755)
    return f"{program.parent}:{os.environ['PATH']}"


@pytest.mark.parametrize("folder", ["", "sub"])
def test_a_git_of_the_project_is_not_asked(tmp_path: Path, repository: Path, folder: str) -> None:
    environ = {**ENVIRON, "PATH": plant_git(repository, tmp_path / "ran")}
    assert repository_root(str(repository / folder), environ) == str(repository)
    assert not (tmp_path / "ran").exists()


def test_a_git_in_a_configured_root_is_not_asked(tmp_path: Path, repository: Path) -> None:
    root = tmp_path / "root"
    environ = {**ENVIRON, "PATH": plant_git(root, tmp_path / "ran")}
    home = Home(tmp_path).write(
        f'[projects."{repository}"]\ntrust_level = "trusted"\n[sandbox_workspace_write]\nwritable_roots = ["{root}"]\n'
    )
    assert home.load(flags=ConfigFlags(cwd=str(repository / "sub")), environ=environ).project_is_trusted
    assert not (tmp_path / "ran").exists()
    added = ConfigFlags(cwd=str(repository / "sub"), additional_writable_roots=(str(root),))
    assert trusting(home, repository).load(flags=added, environ=environ).project_is_trusted
    assert not (tmp_path / "ran").exists()


def test_a_pipe_among_the_facts_of_a_worktree_is_not_waited_for(tmp_path: Path, repository: Path) -> None:
    git(repository, "worktree", "add", "-q", str(tmp_path / "tree"))
    facts = repository / ".git" / "worktrees" / "tree" / "gitdir"
    facts.unlink()
    os.mkfifo(facts)
    assert repository_root(str(tmp_path / "tree"), ENVIRON) is None
