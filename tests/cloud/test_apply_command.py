"""`octavo apply`: the diff of a task, in a real repository."""

from __future__ import annotations

import json

import pytest
from account_service import AccountServer, Checkout

OK = (0, "Successfully applied diff\n", "")


def test_a_diff_is_applied_at_the_top_of_the_repository(checkout: Checkout, server: AccountServer) -> None:
    below = checkout.repository / "sub"
    below.mkdir()
    assert checkout.octavo("apply", "t1", cwd=below) == OK
    assert (checkout.repository / "a.txt").read_text() == "1\nTWO\n3\n"
    what, headers, _ = server.asked[0]
    assert what == "GET /backend-api/wham/tasks/t1"
    assert headers["authorization"] == "Bearer AT"
    assert headers["chatgpt-account-id"] == "acc-1"
    assert headers["originator"] == "codex_cli_rs"


def test_the_same_diff_twice_is_fine(checkout: Checkout) -> None:
    assert checkout.octavo("a", "t1") == OK
    assert checkout.octavo("a", "t1") == OK


def test_conflicts_stay_in_the_file_and_are_counted(checkout: Checkout) -> None:
    checkout.commit("1\nzwei\n3\n")
    code, out, err = checkout.octavo("apply", "t1")
    assert (code, out) == (1, "")
    assert err.startswith("Error: Git apply failed (applied=0, skipped=0, conflicts=1)\nstdout:\n\nstderr:\n")
    assert "<<<<<<<" in (checkout.repository / "a.txt").read_text()


def test_a_file_that_is_not_there_is_skipped(checkout: Checkout) -> None:
    checkout.git("rm", "-q", "a.txt")
    code, _, err = checkout.octavo("apply", "t1")
    assert code == 1
    assert err.startswith("Error: Git apply failed (applied=0, skipped=1, conflicts=0)\n")
    assert "does not exist in index" in err


def test_settings_of_git_can_be_given(checkout: Checkout) -> None:
    checkout.commit("1\nzwei\n3\n")
    checkout.octavo("apply", "t1", CODEX_APPLY_GIT_CFG="merge.conflictStyle=diff3, user.name=x")
    assert "|||||||" in (checkout.repository / "a.txt").read_text()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({}, "Error: No diff turn found\n"),
        ({"current_diff_task_turn": {"output_items": [{"type": "message"}]}}, "Error: No PR output item found\n"),
        (500, "Error: Request failed with status 500 Internal Server Error: no\n"),
    ],
)
def test_a_task_without_a_diff_is_told(checkout: Checkout, server: AccountServer, answer: object, error: str) -> None:
    server.answers["GET /backend-api/wham/tasks/t1"] = answer
    assert checkout.octavo("apply", "t1") == (1, "", error)


def test_an_answer_of_another_form_is_told(checkout: Checkout, server: AccountServer) -> None:
    server.answers["GET /backend-api/wham/tasks/t1"] = [1]
    code, _, err = checkout.octavo("apply", "t1")
    assert code == 1
    assert err.startswith("Error: Failed to parse JSON response\n\nCaused by:\n    ")


def test_an_id_cannot_lead_to_another_address(checkout: Checkout, server: AccountServer) -> None:
    checkout.octavo("apply", "../x?y=1")
    assert server.asked[0][0] == "GET /backend-api/wham/tasks/..%2Fx%3Fy%3D1"


def test_without_a_login_nobody_is_asked(checkout: Checkout, server: AccountServer) -> None:
    checkout.log_in(account_id=None)
    error = "Error: ChatGPT account ID not available, please re-run `octavo login`\n"
    assert checkout.octavo("apply", "t1") == (1, "", error)
    (checkout.home / "auth.json").write_text(json.dumps({"OPENAI_API_KEY": "sk"}))
    assert checkout.octavo("apply", "t1") == (1, "", "Error: Token data is not available.\n")
    (checkout.home / "auth.json").unlink()
    assert checkout.octavo("apply", "t1") == (1, "", "Error: ChatGPT token not available\n")
    assert server.asked == []


def test_outside_a_repository_nothing_is_applied(checkout: Checkout) -> None:
    code, _, err = checkout.octavo("apply", "t1", cwd=checkout.home)
    assert code == 1
    assert err.startswith("Error: not a git repository (exit 128): ")
