"""`octavo cloud`: starting a task elsewhere."""

from __future__ import annotations

import pytest
from account_service import AccountServer, Checkout


def created(server: AccountServer) -> object:
    """The body of the task that was started."""
    return next(body for what, _, body in server.asked if what == "POST /backend-api/wham/tasks")


def test_a_task_is_started_and_its_address_printed(checkout: Checkout, server: AccountServer) -> None:
    done = checkout.octavo("cloud", "exec", "--env", "env_1", "do it")
    assert done == (0, f"{server.url}/codex/tasks/task_9\n", "")
    assert created(server) == {
        "new_task": {"environment_id": "env_1", "branch": "main", "run_environment_in_qa_mode": False},
        "input_items": [{"type": "message", "role": "user", "content": [{"content_type": "text", "text": "do it"}]}],
    }
    _, headers, _ = server.asked[-1]
    assert headers["user-agent"].endswith("(codex_cloud_tasks_exec)")
    assert headers["authorization"] == "Bearer AT"
    assert "originator" not in headers


def test_several_attempts_and_a_diff_to_start_from(checkout: Checkout, server: AccountServer) -> None:
    words = ("cloud-tasks", "exec", "--env", "env_1", "--attempts", "2", "hi")
    assert checkout.octavo(*words, CODEX_STARTING_DIFF="dd")[0] == 0
    body = created(server)
    assert isinstance(body, dict)
    assert body["metadata"] == {"best_of_n": 2}
    assert body["input_items"][1] == {"type": "pre_apply_patch", "output_diff": {"diff": "dd"}}


def test_a_label_in_any_case_names_an_environment(checkout: Checkout, server: AccountServer) -> None:
    assert checkout.octavo("cloud", "exec", "--env", "main env", "hi")[0] == 0
    body = created(server)
    assert isinstance(body, dict)
    assert body["new_task"]["environment_id"] == "env_1"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("twice", "environment label 'twice' is ambiguous; "),
        ("nope", "environment 'nope' not found; "),
        ("", "environment id must not be empty"),
    ],
)
def test_a_name_that_means_no_environment_is_told(checkout: Checkout, name: str, error: str) -> None:
    code, out, err = checkout.octavo("cloud", "exec", "--env", name, "hi")
    assert (code, out) == (1, "")
    assert err.startswith(f"Error: {error}")


def test_a_workspace_without_environments_is_told(checkout: Checkout, server: AccountServer) -> None:
    server.answers["GET /backend-api/wham/environments"] = []
    error = "Error: no cloud environments are available for this workspace\n"
    assert checkout.octavo("cloud", "exec", "--env", "x", "hi") == (1, "", error)


def test_environments_of_the_repository_count_too(checkout: Checkout, server: AccountServer) -> None:
    checkout.git("remote", "add", "origin", "git@github.com:o/r.git")
    server.answers["GET /backend-api/wham/environments/by-repo/github/o/r"] = [{"id": "env_r", "label": "R"}]
    assert checkout.octavo("cloud", "exec", "--env", "r", "hi")[0] == 0
    body = created(server)
    assert isinstance(body, dict)
    assert body["new_task"]["environment_id"] == "env_r"


@pytest.mark.parametrize(
    ("attempts", "reason"),
    [
        ("5", "attempts must be between 1 and 4"),
        ("0", "attempts must be between 1 and 4"),
        ("x", "attempts must be an integer between 1 and 4"),
    ],
)
def test_bad_attempts_are_usage_errors(checkout: Checkout, attempts: str, reason: str) -> None:
    code, out, err = checkout.octavo("cloud", "exec", "--env", "env_1", "--attempts", attempts, "hi")
    assert (code, out) == (2, "")
    assert err.startswith(f"error: invalid value '{attempts}' for '--attempts <ATTEMPTS>': {reason}\n")


def test_the_query_may_come_from_stdin(checkout: Checkout, server: AccountServer) -> None:
    assert checkout.octavo("cloud", "exec", "--env", "env_1", "-", stdin="piped\n")[2] == ""
    body = created(server)
    assert isinstance(body, dict)
    assert body["input_items"][0]["content"][0]["text"] == "piped\n"


def test_no_query_is_told(checkout: Checkout) -> None:
    error = "Reading query from stdin...\nError: no query provided via stdin (received empty input).\n"
    assert checkout.octavo("cloud", "exec", "--env", "env_1") == (1, "", error)


def test_without_a_login_nobody_is_asked(checkout: Checkout, server: AccountServer) -> None:
    (checkout.home / "auth.json").unlink()
    error = "Not signed in. Please run 'octavo login' to sign in with ChatGPT, then re-run 'octavo cloud'.\n"
    assert checkout.octavo("cloud") == (1, "", error)
    assert checkout.octavo("cloud", "exec", "--env", "env_1", "hi") == (1, "", error)
    assert server.asked == []


def test_the_configuration_does_not_count(checkout: Checkout) -> None:
    (checkout.home / "config.toml").write_text("model = 5\n")
    assert checkout.octavo("cloud", "-c", "foo")[0] == 0


def test_alone_it_lists_the_environments(checkout: Checkout) -> None:
    assert checkout.octavo("cloud") == (0, "env_1\tMain Env\nenv_2\tTwice\nenv_3\ttwice\nenv_4\t\n", "")


def test_in_mock_mode_nobody_is_asked(checkout: Checkout, server: AccountServer) -> None:
    code, out, _ = checkout.octavo("cloud", "exec", "--env", "x", "hi", CODEX_CLOUD_TASKS_MODE="mock")
    assert code == 0
    assert out.startswith(f"{server.url}/codex/tasks/task_local_")
    assert server.asked == []


def test_a_service_that_is_not_there_is_told(checkout: Checkout) -> None:
    url = "http://127.0.0.1:1/other"
    done = checkout.octavo("cloud", "exec", "--env", "x", "hi", CODEX_CLOUD_TASKS_BASE_URL=url)
    assert done == (1, "", f"Error: error sending request for url ({url}/api/codex/environments)\n")
