"""Standing rules on commands in real conversations: who is asked, what runs where, and who can write the rules."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from story import Json, Talk, answer, conversation, patch, says, shell

from octavo.protocol import ops
from octavo.tools.permissions import Permissions, forget, project_file, read_file, remember

ESCALATED: Json = {"with_escalated_permissions": True, "justification": "because"}
TOUCH = ("touch",)


def allow(home: Path, *words: str, decision: str = "allow", folder: str = "rules") -> None:
    place = home / folder
    place.mkdir(parents=True, exist_ok=True)
    quoted = ", ".join(f'"{word}"' for word in words)
    with (place / "default.rules").open("a") as file:
        file.write(f'prefix_rule(pattern=[{quoted}], decision="{decision}", justification="as I say")\n')


async def one_turn(tmp_path: Path, *items: Json, policy: str = "untrusted", **settings: Any) -> Talk:
    """A turn that runs these calls and is never asked; the conversation is over when this returns."""
    script = [*(answer(item) for item in items), says("done")]
    home = tmp_path / "home"
    async with conversation(tmp_path / "w", script, home=home, approval_policy=policy, **settings) as talk:
        turn = await talk.user("go")
        assert turn.all("exec_approval_request") == []
        return talk


async def test_what_is_allowed_runs_without_a_question_and_inside_the_sandbox(tmp_path: Path, outside: Path) -> None:
    allow(tmp_path / "home", "touch")
    talk = await one_turn(
        tmp_path, shell(["touch", "in"]), shell(["touch", f"{outside}/out"], "c2"), policy="on-request"
    )
    assert (tmp_path / "w" / "in").exists()
    assert not (outside / "out").exists()
    assert "Permission denied" in talk.input()[-1]["output"] or "Read-only" in talk.input()[-1]["output"]


async def test_what_is_allowed_and_asks_for_more_runs_without_the_sandbox(tmp_path: Path, outside: Path) -> None:
    allow(tmp_path / "home", "touch")
    await one_turn(tmp_path, shell(["touch", f"{outside}/out"], **ESCALATED), policy="on-request")
    assert (outside / "out").exists()


async def test_nothing_lifts_the_sandbox_where_nobody_is_ever_asked(tmp_path: Path, outside: Path) -> None:
    allow(tmp_path / "home", "touch")
    await one_turn(tmp_path, shell(["touch", f"{outside}/out"], **ESCALATED), policy="never")
    await one_turn(tmp_path, shell(["touch", f"{outside}/out"]), policy="never")
    assert not (outside / "out").exists()


async def test_what_is_forbidden_does_not_run_under_any_policy(tmp_path: Path) -> None:
    allow(tmp_path / "home", "touch", decision="forbidden")
    allow(tmp_path / "home", "touch")
    for policy in ("never", "on-failure", "on-request", "untrusted"):
        talk = await one_turn(tmp_path, shell("true; touch made"), policy=policy)
        assert talk.input()[-1]["output"] == "rejected: a rule of the user forbids `touch`: as I say"
        talk = await one_turn(tmp_path, shell(["touch", "made"], **ESCALATED), policy="on-request")
    assert not (tmp_path / "w" / "made").exists()


async def test_a_rule_may_ask_where_nobody_would(tmp_path: Path) -> None:
    home = tmp_path / "home"
    allow(home, "ls", decision="prompt")
    script = [answer(shell(["ls"])), says("done")]
    async with conversation(tmp_path / "w", script, home=home, approval_policy="on-request") as talk:
        turn_id = await talk.say("go")
        assert (await talk.decide("approved"))["reason"] == "a rule asks about `ls`: as I say"
        await talk.rest_of(turn_id)
    talk = await one_turn(tmp_path, shell(["ls"]), policy="never")
    assert "a rule wants the user to be asked about `ls`" in talk.input()[-1]["output"]


@pytest.mark.parametrize("sandbox", [True, False])
@pytest.mark.parametrize("rules", [True, False])
async def test_each_kind_of_question_can_be_refused_by_itself(
    tmp_path: Path, outside: Path, sandbox: bool, rules: bool
) -> None:
    allow(tmp_path / "home", "touch", "by-rule", decision="prompt")
    script = [answer(shell(["touch", "by-rule"])), answer(shell(["touch", f"{outside}/x"], "c2", **ESCALATED))]
    policy = {"granular": {"sandbox_approval": sandbox, "rules": rules, "mcp_elicitations": False}}
    home, workspace = tmp_path / "home", tmp_path / "w"
    async with conversation(workspace, [*script, says("done")], home=home, approval_policy=policy) as talk:
        turn_id = await talk.say("go")
        for path in [*(["by-rule"] if rules else []), *([f"{outside}/x"] if sandbox else [])]:
            assert (await talk.decide("approved"))["command"][1] == path
        await talk.rest_of(turn_id)
    assert (workspace / "by-rule").exists() is rules
    assert (outside / "x").exists() is sandbox


async def test_terminal_commands_are_held_to_the_rules_too(tmp_path: Path) -> None:
    from story import call

    allow(tmp_path / "home", "touch", decision="forbidden")
    start = call("exec_command", {"cmd": "touch made"})
    talk = await one_turn(tmp_path, start, policy="never", features={"unified_exec": True})
    assert "a rule of the user forbids `touch`" in talk.input()[-1]["output"]
    assert not (tmp_path / "w" / "made").exists()


# --- making rules ----------------------------------------------------------------------------


async def test_an_answer_makes_a_rule_that_holds_at_once_and_later(tmp_path: Path) -> None:
    home = tmp_path / "home"
    script = [answer(shell(["touch", "a"])), answer(shell(["touch", "b"], "c2")), says("done")]
    async with conversation(tmp_path / "w", script, home=home, approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        question = await talk.until("exec_approval_request")
        await talk.submit(ops.ExecApproval(turn_id, "approved", question["call_id"], ops.Remember(TOUCH)))
        turn = await talk.rest_of(turn_id)
        assert len(turn.all("exec_approval_request")) == 1
    await one_turn(tmp_path, shell(["touch", "c"]))
    assert sorted(os.listdir(tmp_path / "w")) == ["a", "b", "c"]
    (file,) = (home / "project-rules").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().splitlines()[0].endswith(str(tmp_path / "w"))
    assert not (home / "rules").exists()


async def test_a_rule_of_a_project_does_not_hold_in_another(tmp_path: Path) -> None:
    home = tmp_path / "home"
    remember(str(home), str(tmp_path / "w"), TOUCH, "me")
    await one_turn(tmp_path, shell(["touch", "a"]))
    script = [answer(shell(["touch", "a"])), says("done")]
    async with conversation(tmp_path / "other", script, home=home, approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    assert not (tmp_path / "other" / "a").exists()


async def test_a_broken_file_is_told_once_and_allows_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    allow(home, "touch")
    with (home / "rules" / "default.rules").open("a") as file:
        file.write("x = 1\n")
    script = [answer(shell(["touch", "a"])), answer(shell(["touch", "a"], "c2")), says("done")]
    async with conversation(tmp_path / "w", script, home=home, approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.decide("approved")
        await talk.decide("approved")
        turn = await talk.rest_of(turn_id)
    (warning,) = [event["msg"]["message"] for event in talk.told if event["msg"]["type"] == "warning"]
    assert "default.rules:2: only calls with literal arguments are read" in warning
    assert turn.kinds()


def test_a_rule_is_taken_out_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "rules" / "default.rules"
    path.parent.mkdir()
    path.write_text('# mine\nprefix_rule(\n  pattern=["a"],\n)\n# yours\nprefix_rule(pattern=["b"])\n')
    first = read_file(str(path)).rules[0]
    forget(str(path), first)
    assert path.read_text() == '# mine\n# yours\nprefix_rule(pattern=["b"])\n'


def test_many_who_remember_at_once_lose_nothing(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: remember(str(tmp_path), None, ("make", f"t{n % 20}"), "me"), range(40)))
    file = read_file(str(tmp_path / "rules" / "default.rules"))
    assert (len(file.rules), file.problems) == (20, ())


# --- nobody but the user --------------------------------------------------------------------------


async def test_commands_and_patches_cannot_write_rules(tmp_path: Path) -> None:
    """The state folder lies in a folder that commands may write."""
    workspace, home = tmp_path / "w", tmp_path / "w" / "home"
    home.mkdir(parents=True)
    remember(str(home), None, ("make",), "me")
    remember(str(home), str(workspace), ("make",), "me")
    before = {path: path.read_bytes() for path in home.rglob("*.rules")}
    rule = "prefix_rule(pattern=['touch'])"
    project = project_file(str(home), str(workspace))
    tries = [
        f'echo "{rule}" >> home/rules/default.rules',
        f'echo "{rule}" > home/rules/other.rules',
        f'echo "{rule}" >> {project}',
        "rm -r home/rules",
        "mv home/rules home/x",
        "mv home old && mkdir -p home/rules && echo x > home/rules/default.rules",
        "ln -sf /tmp home/rules/y.rules",
        "chmod 777 home/rules",
    ]
    calls = [answer(shell(line, f"c{number}")) for number, line in enumerate(tries)]
    edit = patch(f"*** Add File: home/rules/z.rules\n+{rule}", "p")
    script = [*calls, answer(edit), says("done")]
    async with conversation(workspace, script, home=home, approval_policy="never") as talk:
        turn = await talk.user("go")
        assert [end["exit_code"] == 0 for end in turn.all("exec_command_end")] == [False] * len(tries)
    assert {path: path.read_bytes() for path in home.rglob("*.rules")} == before


async def test_a_repository_grants_itself_nothing(tmp_path: Path) -> None:
    workspace = tmp_path / "w"
    for folder in (".codex/rules", "rules", ".codex/project-rules", "project-rules"):
        allow(workspace, "touch", folder=folder)
    script = [answer(shell(["touch", "made"])), says("done")]
    async with conversation(workspace, script, home=tmp_path / "home", approval_policy="untrusted") as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    assert not (workspace / "made").exists()


@pytest.mark.parametrize("where", ["cd nested && git push", "git push"])
async def test_a_repository_that_a_command_made_borrows_no_rule(tmp_path: Path, outside: Path, where: str) -> None:
    home, workspace = tmp_path / "home", tmp_path / "w"
    allow(home, "git", "push")
    workspace.mkdir()
    subprocess.run(["git", "init", "-q", str(workspace)], check=True)
    prepare = f"git init -q nested && cd nested && git config core.sshCommand 'touch {outside}/x; false'"
    more = {} if where.startswith("cd") else {"workdir": "nested"}
    push = shell(["bash", "-lc", where + " ssh://host/x"], "c2", **ESCALATED, **more)
    script = [answer(shell(prepare)), answer(push), says("done")]
    async with conversation(workspace, script, home=home, approval_policy="on-request") as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    assert not (outside / "x").exists()


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("git push origin docs", True),
        ("cd docs && git push", True),
        ("git push git@host:a/b.git", True),
        ("git fetch origin", True),
        ("cd evil && git push", False),
        ("cd nowhere; cd evil; git push", False),
        ("cd docs | true; cd evil; git push", False),
        ("cd evil/link/.. && git push", False),
        ("cd split && git push", False),
        ("cd ../.. && git push", False),
        ("git push ./evil", False),
        ("git push evil HEAD:x", False),
        ("git push bare", False),
        ("git push --repo=evil", False),
        ("git push file:///evil", False),
        ("git push x::y", False),
        ("git push --recurse-submodules=on-demand", False),
        ("git push --recu=only", False),
    ],
)
def test_no_other_repository_borrows_a_rule(tmp_path: Path, line: str, allowed: bool) -> None:
    home, project = tmp_path / "home", tmp_path / "w"
    allow(home, "git", "push")
    allow(home, "git", "fetch")
    for words in (["-q", "w"], ["-q", "w/evil"], ["-q", "--bare", "w/bare.git"]):
        subprocess.run(["git", "init", *words], check=True, cwd=tmp_path)
    (project / "docs" / "deep").mkdir(parents=True)
    (project / "evil" / "link").symlink_to("../docs/deep")
    (project / "split").mkdir()  # its objects and its configuration lie in another folder
    (project / "split" / "HEAD").write_text("ref: refs/heads/main\n")
    (project / "split" / "commondir").write_text("../bare.git\n")
    found = verdict(home, line, project)
    assert found == ("allow" if allowed else None)


def test_what_git_gets_for_submodules_by_itself_borrows_no_rule(tmp_path: Path) -> None:
    home, project = tmp_path / "home", tmp_path / "w"
    allow(home, "git", "fetch")
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    (project / ".gitmodules").write_text("")
    assert verdict(home, "git fetch", project) is None
    assert verdict(home, "git fetch --no-recurse-submodules", project) == "allow"


def test_rules_hold_in_worktrees_of_the_project(tmp_path: Path) -> None:
    home, project, tree = tmp_path / "home", tmp_path / "w", tmp_path / "tree"
    remember(str(home), str(project), ("git", "push"), "me")
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    identity = ["-c", "user.name=me", "-c", "user.email=me@host"]
    for words in (["commit", "-q", "--allow-empty", "-m", "x"], ["worktree", "add", "-q", str(tree)]):
        subprocess.run(["git", *identity, *words], cwd=project, check=True)
    assert verdict(home, "git push", tree) == "allow"
    assert verdict(home, "cd ../w && git push", tree) is None


def test_a_repository_that_came_later_borrows_no_rule(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "w"
    allow(home, "git", "push")
    folder.mkdir()
    permissions = Permissions(str(home), dict(os.environ))
    assert verdict(home, "git push", folder, permissions) == "allow"
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    assert verdict(home, "git push", folder, permissions) is None


def verdict(home: Path, line: str, cwd: Path, permissions: Permissions | None = None) -> str | None:
    """What the rules decide about a line of shell."""
    known = permissions or Permissions(str(home), dict(os.environ))
    found = known.look(("bash", "-lc", line), str(cwd), str(cwd))[0]
    return None if found is None else found.decision


def test_a_program_in_the_project_borrows_no_rule(tmp_path: Path) -> None:
    remember(str(tmp_path / "home"), None, ("mytool",), "me")
    bin_folder = tmp_path / "w" / "bin"
    bin_folder.mkdir(parents=True)
    (bin_folder / "mytool").write_text("#!/bin/sh\n")
    (bin_folder / "mytool").chmod(0o755)
    permissions = Permissions(str(tmp_path / "home"), {"PATH": f"{bin_folder}:/usr/bin:/bin"})
    workspace = str(tmp_path / "w")
    assert permissions.look(("mytool",), workspace, workspace)[0] is None
    remember(str(tmp_path / "home"), None, ("touch",), "me")
    found = permissions.look(("touch", "x"), workspace, workspace)[0]
    assert found is not None
    assert found.decision == "allow"
