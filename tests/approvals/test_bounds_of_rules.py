"""How far a rule that allows something reaches: what it never lets a command change, run or write."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from story import Json, Talk, answer, conversation, says, shell

from octavo.commands.rules import Rule, judge, may_be_remembered, prefixes_to_remember
from octavo.sandbox.spec import Confinement
from octavo.tools.permissions import Permissions, remember

ESCALATED: Json = {"with_escalated_permissions": True, "justification": "because"}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)


async def refused_beyond_the_rule(talk: Talk) -> None:
    """The rule let it begin, and where it was stopped the user is asked and says no."""
    turn_id = await talk.say("go")
    question = await talk.decide("denied")
    assert question["reason"].startswith("a rule allows this, but it may have been stopped")
    await talk.rest_of(turn_id)


async def test_what_is_allowed_writes_anywhere_but_asks_where_it_would_change_what_runs_later(outside: Path) -> None:
    home, workspace, user = outside / "home", outside / "w", outside / "user"
    more: Json = {"home": home, "approval_policy": "on-request", "environ": {"HOME": str(user)}}
    for folder in (workspace, user / ".ssh", home / "undo"):
        folder.mkdir(parents=True)
    git(workspace, "init", "-q")
    remember(str(home), None, ("touch",), "me")
    (user / ".bashrc").write_text("mine\n")
    closed = [home / "rules/default.rules", home / "undo/x", home / "hooks.json", user / ".bashrc"]
    closed += [workspace / ".git/hooks/pre-push", workspace / ".git/config", workspace / ".codex"]
    for path in closed:
        existed = path.exists()
        before = path.stat().st_mtime_ns if existed else 0
        script = [answer(shell(["touch", "-d", "2001-01-01", str(path)], **ESCALATED)), says("done")]
        async with conversation(workspace, script, **more) as talk:
            if path.parent == workspace:  # nothing stands there; what comes to be is moved away
                await talk.user("go")
            else:
                await refused_beyond_the_rule(talk)
        assert path.exists() == existed, path
        assert not existed or path.stat().st_mtime_ns == before, path
    script = [answer(shell(["touch", str(outside / "free")], **ESCALATED)), says("done")]
    async with conversation(workspace, script, **more) as talk:
        assert (await talk.user("go")).all("exec_approval_request") == []
    assert (outside / "free").exists()


async def test_the_repository_around_a_folder_is_closed_to_allowed_commands_too(outside: Path) -> None:
    home, workspace = outside / "home", outside / "w" / "deep" / "er"
    workspace.mkdir(parents=True)
    git(outside / "w", "init", "-q")
    remember(str(home), None, ("touch",), "me")
    hook = outside / "w" / ".git" / "hooks" / "pre-push"
    script = [answer(shell(["touch", str(hook)], **ESCALATED)), says("done")]
    async with conversation(workspace, script, home=home, approval_policy="on-request") as talk:
        await refused_beyond_the_rule(talk)
    assert not hook.exists()


async def test_what_would_come_before_the_repository_around_a_folder_is_moved_away(outside: Path) -> None:
    home, workspace = outside / "home", outside / "w" / "deep" / "er"
    workspace.mkdir(parents=True)
    git(outside / "w", "init", "-q")
    words = ("mkdir", "../.git", "../.codex", "../free")
    remember(str(home), None, words, "me")
    script = [answer(shell(list(words), **ESCALATED)), says("done")]
    async with conversation(workspace, script, home=home, approval_policy="on-request") as talk:
        await talk.user("go")
    assert sorted(os.listdir(outside / "w" / "deep")) == ["er", "free"]


async def test_a_folder_that_another_command_could_exchange_meanwhile_is_asked_about(outside: Path) -> None:
    home, workspace = outside / "home", outside / "w"
    (workspace / "sub").mkdir(parents=True)
    remember(str(home), None, ("touch",), "me")
    here = shell(["touch", "made"], "c2", **ESCALATED)
    below = shell(["touch", "made"], "c3", workdir=str(workspace / "sub"), **ESCALATED)
    script = [answer(shell("sleep 60 >/dev/null 2>&1 &")), answer(here), answer(below), says("done")]
    more: Json = {"home": home, "approval_policy": "on-request", "keep_background_processes": True}
    async with conversation(workspace, script, **more) as talk:
        turn_id = await talk.say("go")
        assert (await talk.decide("denied"))["cwd"] == str(workspace / "sub")
        await talk.rest_of(turn_id)
    assert ((workspace / "made").exists(), (workspace / "sub" / "made").exists()) == (True, False)
    script = [answer(shell(["touch", "made"], workdir=str(workspace / "sub"), **ESCALATED)), says("done")]
    async with conversation(workspace, script, **more) as talk:
        assert (await talk.user("go")).all("exec_approval_request") == []


async def test_a_file_that_a_login_would_take_up_is_moved_away(outside: Path) -> None:
    home, user = outside / "home", outside / "user"
    more: Json = {"home": home, "approval_policy": "on-request", "environ": {"HOME": str(user)}}
    user.mkdir()
    remember(str(home), None, ("touch",), "me")
    script = [answer(shell(["touch", str(user / ".bash_login")], **ESCALATED)), says("done")]
    async with conversation(outside / "w", script, **more) as talk:
        turn = await talk.user("go")
    assert not (user / ".bash_login").exists()
    assert any("was moved to" in told["message"] for told in turn.all("background_event"))


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        (("mkdir", "-p", "{user}/.ssh/rc"), ".ssh/rc"),
        (("mkdir", "-p", "{user}/.config/systemd/user"), ".config/systemd"),
        (("ln", "-s", "{user}/../w", "{user}/.ssh"), ".ssh"),
    ],
)
async def test_what_a_login_would_take_up_is_moved_away_out_of_new_folders_and_behind_new_links_too(
    outside: Path, words: tuple[str, ...], gone: str
) -> None:
    home, user = outside / "home", outside / "user"
    more: Json = {"home": home, "approval_policy": "on-request", "environ": {"HOME": str(user)}}
    user.mkdir()
    (outside / "w").mkdir()
    (outside / "w" / "rc").touch()
    command = tuple(word.format(user=user) for word in words)
    remember(str(home), None, command, "me")
    script = [answer(shell(list(command), **ESCALATED)), says("done")]
    async with conversation(outside / "w", script, **more) as talk:
        turn = await talk.user("go")
    assert not os.path.lexists(user / gone)
    assert any("was moved to" in told["message"] for told in turn.all("background_event"))


async def test_a_yes_lets_an_allowed_command_change_what_is_closed_to_it(outside: Path) -> None:
    home, workspace = outside / "home", outside / "w"
    remember(str(home), None, ("git", "remote", "add"), "me")
    workspace.mkdir()
    git(workspace, "init", "-q")
    words = ["git", "remote", "add", "up", "https://host/x"]
    script = [answer(shell(words, **ESCALATED)), says("done")]
    async with conversation(workspace, script, home=home, approval_policy="on-request") as talk:
        turn_id = await talk.say("go")
        await talk.decide("approved")
        await talk.rest_of(turn_id)
    assert "host/x" in (workspace / ".git" / "config").read_text()


async def test_an_allowed_command_that_the_sandbox_stopped_goes_no_further_by_itself(outside: Path) -> None:
    """Under a policy that would try again without the sandbox."""
    home = outside / "home"
    remember(str(home), None, ("touch",), "me")
    free, closed = outside / "free", home / "rules" / "more.rules"
    script = [answer(shell(["touch", str(free)]), shell(["touch", str(closed)], "c2")), says("done")]
    async with conversation(outside / "w", script, home=home, approval_policy="untrusted") as talk:
        await refused_beyond_the_rule(talk)
    assert (free.exists(), closed.exists()) == (True, False)


@pytest.mark.parametrize("program", ["cp", "mv", "ln", "tee", "curl", "wget", "/usr/bin/install"])
def test_programs_that_write_wherever_they_are_told_are_remembered_word_by_word(tmp_path: Path, program: str) -> None:
    whole = (program, "a", "b")
    assert prefixes_to_remember(whole) == [whole]
    assert may_be_remembered(whole, whole)
    assert not may_be_remembered((program,), whole)
    remember(str(tmp_path), None, (program,), "me")
    remember(str(tmp_path), None, (program, "x", "y"), "me")
    permissions = Permissions(str(tmp_path), {"PATH": "/usr/bin:/bin"})
    found, why = permissions.look(whole, "/", "/")
    assert found is None
    assert why is not None
    assert "so the rule has to have all words" in why
    assert permissions.look((program, "x", "y", "z"), "/", "/")[0] is None


@pytest.mark.parametrize(
    "words",
    [
        ("git", "log", "--output=/home/me/.vimrc"),
        ("git", "diff", "--outp", "/home/me/.vimrc"),
        ("git", "format-patch", "-o", "out/x"),
        ("git", "worktree", "add", "../x"),
        ("gcc", "-wrapper", "./x", "a.c"),
        ("clang-17", "-o", "/home/me/bin/x", "a.c"),
    ],
)
def test_what_writes_where_its_words_say_is_allowed_with_all_of_them_alone(words: tuple[str, ...]) -> None:
    beginning, whole = (Rule(tuple((word,) for word in some)) for some in (words[:2], words))
    assert judge([beginning], words) is None
    assert judge([beginning, whole], words) == ("allow", whole, True)
    assert prefixes_to_remember(words) == [words]


async def test_a_list_of_commands_that_the_model_left_in_a_rebase_is_not_run_without_a_question(outside: Path) -> None:
    home, workspace = outside / "home", outside / "w"
    remember(str(home), None, ("git", "rebase"), "me")
    workspace.mkdir()
    git(workspace, "init", "-q")
    git(workspace, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
    listed = (
        "cd .git && mkdir rebase-merge && cd rebase-merge && cat ../HEAD | cut -c6- > head-name && touch interactive &&"
        f" git rev-parse HEAD | tee onto > orig-head && echo 'exec touch {outside}/escaped' > git-rebase-todo"
    )
    go_on = shell(["git", "rebase", "--continue"], "c2", **ESCALATED)
    script = [answer(shell(listed)), answer(go_on), says("done")]
    async with conversation(workspace, script, home=home, approval_policy="on-request") as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    assert (workspace / ".git" / "rebase-merge" / "git-rebase-todo").exists()
    assert not (outside / "escaped").exists()


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("core.hooksPath", ".husky", False),
        ("core.hooksPath", ".git/more", False),
        ("core.hooksPath", ".git/hooks", True),
        ("core.hooksPath", "/usr/share/hooks", True),
        ("core.fsmonitor", "./watch", False),
        ("core.fsmonitor", "true", True),
        ("core.sshCommand", "ssh -i ~/.ssh/key", True),
        ("core.sshCommand", "bin/ssh", False),
        ("core.sshCommand", "sh -c x", False),
        ("filter.lfs.clean", "git-lfs clean -- %f", True),
        ("filter.own.clean", "python -m own", False),
        ("filter.own.smudge", "npm run smudge", False),
        ("credential.helper", "!gh auth git-credential", True),
        ("credential.https://host.helper", "!f() { ./helper; }; f", False),
        ("include.path", "../.gitconfig", False),
        ("includeIf.gitdir:/x.path", "../later", False),
        ("include.path", "/etc/gitconfig.more", True),
        ("remote.origin.url", "git@host:a/b.git", True),
        ("remote.origin.url", "./bare.git", False),
        ("remote.origin.pushurl", "ext::sh -c x", False),
        ("url.bare/.insteadOf", "https://host/", False),
        ("alias.push-all", "!make push", True),  # another command
        ("user.name", "./me", True),
    ],
)
def test_git_is_asked_about_where_its_configuration_leads_to_what_commands_can_write(
    tmp_path: Path, key: str, value: str, allowed: bool
) -> None:
    home, project = tmp_path / "home", tmp_path / "w"
    remember(str(home), None, ("git", "push"), "me")
    project.mkdir()
    git(project, "init", "-q")
    git(project, "config", key, value)
    permissions = Permissions(str(home), dict(os.environ))
    found, why = permissions.look(("git", "push"), str(project), str(project))
    assert (found is not None, why is None) == (allowed, allowed)


def test_git_is_asked_about_where_its_configuration_is_open_to_commands(tmp_path: Path) -> None:
    remember(str(tmp_path / "home"), None, ("git", "push"), "me")
    (tmp_path / "w").mkdir()
    git(tmp_path / "w", "init", "-q")
    permissions = Permissions(str(tmp_path / "home"), dict(os.environ))
    found, why = permissions.look(("git", "push"), str(tmp_path / "w"), str(tmp_path / "w"), git_is_closed=False)
    assert (found, why) == (None, "commands can change git's configuration (protect_repository = false)")


def test_git_is_asked_about_where_an_alias_or_a_hook_leads_to_what_commands_can_write(tmp_path: Path) -> None:
    home, project = tmp_path / "home", tmp_path / "w"
    for word in ("push", "ship", "Ship", "again"):
        remember(str(home), None, ("git", word), "me")
    project.mkdir()
    git(project, "init", "-q")
    git(project, "config", "alias.ship", "!./ship.sh")
    permissions = Permissions(str(home), dict(os.environ))
    where = (str(project), str(project))
    assert permissions.look(("git", "ship"), *where) == (None, "alias.ship leads to where commands can write")
    assert permissions.look(("git", "Ship"), *where) == (None, "alias.ship leads to where commands can write")
    git(project, "config", "alias.again", "ship")
    assert permissions.look(("git", "again"), *where) == (None, "alias.again is an alias for another one")
    git(project, "config", "alias.again", "rebase --continue")
    assert permissions.look(("git", "again"), *where)[0] is None
    git(project, "config", "alias.again", "push")
    assert permissions.look(("git", "again"), *where)[0] is not None
    assert permissions.look(("git", "push"), *where)[0] is not None
    (project / ".git" / "hooks" / "pre-push").symlink_to("../../check.sh")
    assert permissions.look(("git", "push"), *where) == (None, "the hook pre-push leads to where commands can write")


def test_where_nothing_can_be_closed_no_command_is_let_out_by_a_rule() -> None:
    from octavo.sandbox.linux.confine import prepare

    bounded: Confinement = (True, [b"/"], [], True, [b"/home"], [b"/home/.bashrc"])
    with pytest.raises(PermissionError, match="no mount namespace"):
        prepare(bounded, cast("Any", SimpleNamespace(namespace="none")), watched=True)
