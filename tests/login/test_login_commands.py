"""`octavo login`, `login status` and `logout`, run as a user runs them."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_issuer import FakeIssuer, jwt
from model_server import Server, completed, json_reply, message, stream

KEY = "sk-proj-1234567890ABCDE"
BROKEN_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}

# A browser that goes where it is sent.
BROWSER = f"""#!{sys.executable}
import sys, urllib.request
urllib.request.urlopen(sys.argv[1], timeout=20).read()
"""

# Everything is as it is for a user but the address of the login server.
OTHER_ISSUER = """
import functools, sys
from octavo.auth import login_flow
login_flow.LoginSettings = functools.partial(login_flow.LoginSettings, port=0)
login_flow.DEFAULT_ISSUER = sys.argv.pop(1)
from octavo.__main__ import main
main()
"""


class Ran:
    """How a command ended. What it tells people goes to stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def __eq__(self, other: object) -> bool:
        return other == (self.code, self.out, self.err)

    __hash__ = None  # type: ignore[assignment] # only ever compared


def octavo(
    home: Path, *words: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None, **more: Any
) -> Ran:
    """Run `octavo` with this home."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "CODEX_HOME": str(home), **(env or {})}
    start = more.pop("start", ["-m", "octavo"])
    given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
    done = subprocess.run(
        [sys.executable, *start, *words], check=False, env=environ, capture_output=True, timeout=60, **given, **more
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def log_in(home: Path, key: str = KEY, **more: Any) -> Ran:
    return octavo(home, "login", "--with-api-key", stdin=key.encode(), **more)


def configure(home: Path, text: str) -> None:
    (home / "config.toml").write_text(text)


def test_a_key_from_stdin_is_trimmed_stored_and_shown_masked(tmp_path: Path) -> None:
    assert log_in(tmp_path, f"  {KEY}\n") == (0, "", "Reading API key from stdin...\nSuccessfully logged in\n")
    assert (tmp_path / "auth.json").read_text() == f'{{\n  "OPENAI_API_KEY": "{KEY}"\n}}'
    assert octavo(tmp_path, "login", "status") == (0, "", "Logged in using an API key - sk-proj-***ABCDE\n")


def test_a_short_key_is_not_shown_at_all(tmp_path: Path) -> None:
    log_in(tmp_path, "sk-1234567890")
    assert octavo(tmp_path, "login", "status") == (0, "", "Logged in using an API key - ***\n")


def test_a_key_that_is_no_ascii_is_masked_too(tmp_path: Path) -> None:
    log_in(tmp_path, "sk-éééééééééééééé")
    assert octavo(tmp_path, "login", "status").err == "Logged in using an API key - sk-éé***éé\n"


@pytest.mark.parametrize("given", [b"", b" \n\t"])
def test_no_key_is_an_error(tmp_path: Path, given: bytes) -> None:
    result = octavo(tmp_path, "login", "--with-api-key", stdin=given)
    assert result == (1, "", "Reading API key from stdin...\nNo API key provided via stdin.\n")
    assert not (tmp_path / "auth.json").exists()


def test_a_key_on_the_command_line_is_refused(tmp_path: Path) -> None:
    result = octavo(tmp_path, "login", "--api-key", KEY, "--with-api-key")
    assert (result.code, result.out) == (1, "")
    assert "--with-api-key" in result.err
    assert KEY not in result.err


def test_a_key_login_replaces_a_login_of_the_other_kind(tmp_path: Path) -> None:
    tokens = {"id_token": jwt(), "access_token": "a", "refresh_token": "r"}
    (tmp_path / "auth.json").write_text(json.dumps({"tokens": tokens, "last_refresh": "2026-01-01T00:00:00Z"}))
    assert octavo(tmp_path, "login", "status").err == "Logged in using ChatGPT\n"
    log_in(tmp_path)
    assert json.loads((tmp_path / "auth.json").read_text()) == {"OPENAI_API_KEY": KEY}


@pytest.mark.parametrize("before", [None, 0o644])
def test_the_login_is_for_its_owner_alone(tmp_path: Path, before: int | None) -> None:
    path = tmp_path / "auth.json"
    if before is not None:
        path.write_text("{}")
        path.chmod(before)
    log_in(tmp_path, umask=0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobody_is_logged_in_at_first(tmp_path: Path) -> None:
    assert octavo(tmp_path, "login", "status") == (1, "", "Not logged in\n")


def test_keys_in_the_environment_are_no_login(tmp_path: Path) -> None:
    environ = {"CODEX_API_KEY": KEY, "OPENAI_API_KEY": KEY}
    assert octavo(tmp_path, "login", "status", env=environ) == (1, "", "Not logged in\n")


def test_an_empty_login_counts_as_one_of_chatgpt(tmp_path: Path) -> None:
    (tmp_path / "auth.json").write_text("{}")
    assert octavo(tmp_path, "login", "status") == (0, "", "Logged in using ChatGPT\n")


def test_a_login_that_cannot_be_read_is_told_and_can_be_forgotten(tmp_path: Path) -> None:
    (tmp_path / "auth.json").write_text("{")
    result = octavo(tmp_path, "login", "status")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Error checking login status: ")
    assert octavo(tmp_path, "logout") == (0, "", "Successfully logged out\n")


def test_logging_out_twice_is_fine(tmp_path: Path) -> None:
    log_in(tmp_path)
    assert octavo(tmp_path, "logout") == (0, "", "Successfully logged out\n")
    assert octavo(tmp_path, "logout") == (0, "", "Not logged in\n")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("login", "status", "-c", "foo"), "Error parsing -c overrides: Invalid override (missing '='): foo\n"),
        (("logout", "-c", "foo"), "Error parsing -c overrides: Invalid override (missing '='): foo\n"),
        (
            ("login", "-c", "model=5"),
            "Error loading configuration: invalid type: integer `5`, expected a string\nin `model`\n",
        ),
    ],
)
def test_errors_of_the_configuration_are_told(tmp_path: Path, words: tuple[str, ...], text: str) -> None:
    assert octavo(tmp_path, *words) == (1, "", text)


def test_a_profile_before_the_command_does_not_count(tmp_path: Path) -> None:
    assert octavo(tmp_path, "-p", "nope", "login", "status") == (1, "", "Not logged in\n")


@pytest.mark.parametrize("words", [("login", "status", "--json"), ("logout", "now"), ("login", "nobody")])
def test_usage_errors(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = octavo(tmp_path, *words)
    assert (result.code, result.out) == (2, "")


@pytest.mark.parametrize("words", [("login",), ("login", "--device-auth")])
def test_a_chatgpt_login_is_refused_where_a_key_is_demanded(tmp_path: Path, words: tuple[str, ...]) -> None:
    configure(tmp_path, 'forced_login_method = "api"\n')
    assert octavo(tmp_path, *words) == (1, "", "ChatGPT login is disabled. Use API key login instead.\n")


def test_a_key_login_is_refused_where_chatgpt_is_demanded(tmp_path: Path) -> None:
    configure(tmp_path, 'forced_login_method = "chatgpt"\n')
    refused = "Reading API key from stdin...\nAPI key login is disabled. Use ChatGPT login instead.\n"
    assert log_in(tmp_path) == (1, "", refused)
    assert not (tmp_path / "auth.json").exists()


@pytest.mark.parametrize("store", ["keyring", "auto"])
def test_the_keyring_keeps_the_login_instead_of_the_file(tmp_path: Path, store: str) -> None:
    configure(tmp_path, f'cli_auth_credentials_store = "{store}"\n')
    (tmp_path / "auth.json").write_text("{}")
    environ = {
        "PYTHON_KEYRING_BACKEND": "file_keyring.FileKeyring",
        "KEYRING_FILE": str(tmp_path / "keyring.json"),
    }
    # The way of a backend that is installed beside the program: nothing else brings one in.
    path = f"import sys; sys.path.append({os.path.dirname(__file__)!r})"
    start = ["-c", f"{path}; sys.argv[0] = 'octavo'; from octavo.__main__ import main; sys.exit(main())"]
    assert log_in(tmp_path, env=environ, start=start).code == 0
    assert not (tmp_path / "auth.json").exists()
    ((account, value),) = json.loads((tmp_path / "keyring.json").read_text()).items()
    assert account.startswith("Codex Auth/cli|")
    assert value == f'{{"OPENAI_API_KEY":"{KEY}"}}'
    status = octavo(tmp_path, "login", "status", env=environ, start=start)
    assert status.err == "Logged in using an API key - sk-proj-***ABCDE\n"
    assert octavo(tmp_path, "logout", env=environ, start=start) == (0, "", "Successfully logged out\n")
    assert octavo(tmp_path, "login", "status", env=environ, start=start).code == 1


def test_without_a_keyring_auto_falls_back_to_the_file(tmp_path: Path) -> None:
    configure(tmp_path, 'cli_auth_credentials_store = "auto"\n')
    assert log_in(tmp_path, env=BROKEN_KEYRING).code == 0
    assert (tmp_path / "auth.json").exists()
    result = octavo(tmp_path, "logout", env=BROKEN_KEYRING)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Error logging out: failed to delete auth from keyring: ")
    assert (tmp_path / "auth.json").exists()


def test_without_a_keyring_its_own_mode_fails(tmp_path: Path) -> None:
    configure(tmp_path, 'cli_auth_credentials_store = "keyring"\n')
    result = log_in(tmp_path, env=BROKEN_KEYRING)
    assert result.code == 1
    assert "Error logging in: failed to write OAuth tokens to keyring: " in result.err
    assert not (tmp_path / "auth.json").exists()


def test_a_login_in_the_browser_from_the_command_to_the_status(tmp_path: Path, issuer: FakeIssuer) -> None:
    issuer.token_answers[1:] = [403]
    browser = tmp_path / "browser"
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    environ = {"BROWSER": f"{browser} %s", "CODEX_INTERNAL_ORIGINATOR_OVERRIDE": "my_editor"}
    result = octavo(tmp_path, "login", start=["-c", OTHER_ISSUER, issuer.url], env=environ)
    first, _, blank, url, last = result.err.splitlines()
    assert (result.code, result.out, blank) == (0, "", "")
    assert first.startswith("Starting local login server on http://localhost:")
    assert url.startswith(f"{issuer.url}/oauth/authorize?")
    assert url.endswith("&originator=my_editor")
    assert last == "Successfully logged in"
    assert octavo(tmp_path, "login", "status").err == "Logged in using ChatGPT\n"


def test_a_code_login_shows_its_code_on_stdout_alone(tmp_path: Path, issuer: FakeIssuer) -> None:
    words = ("login", "--device-auth", "--experimental_issuer", issuer.url, "--experimental_client-id", "client-1")
    result = octavo(tmp_path, *words)
    assert (result.code, result.err) == (0, "Successfully logged in\n")
    assert "\x1b[1mABCD-1234\x1b[0m" in result.out
    assert "\x1b[1mhttps://auth.openai.com/codex/device\x1b[0m" in result.out
    assert octavo(tmp_path, "login", "status").err == "Logged in using ChatGPT\n"


def test_a_code_login_that_fails_is_told(tmp_path: Path, issuer: FakeIssuer) -> None:
    issuer.poll_answers[:] = [500]
    result = octavo(tmp_path, "login", "--device-auth", "--experimental_issuer", issuer.url)
    expected = "Error logging in with device code: device auth failed with status 500 Internal Server Error\n"
    assert (result.code, result.err) == (1, expected)


def test_a_terminal_is_not_read_for_a_key(tmp_path: Path) -> None:
    _, inner = os.openpty()
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CODEX_HOME": str(tmp_path)}
    words = [sys.executable, "-m", "octavo", "login", "--with-api-key"]
    done = subprocess.run(words, env=environ, stdin=inner, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "printenv OPENAI_API_KEY | octavo login --with-api-key" in done.stderr


@pytest.mark.parametrize("flow", [("login", "--device-auth"), ("login",)])
def test_no_secret_of_a_login_reaches_the_log(tmp_path: Path, issuer: FakeIssuer, flow: tuple[str, ...]) -> None:
    browser = tmp_path / "browser"
    browser.write_text(BROWSER)
    browser.chmod(0o755)
    more = ("--experimental_issuer", issuer.url) if "--device-auth" in flow else ()
    environ = {"BROWSER": f"{browser} %s", "RUST_LOG": "trace"}
    result = octavo(tmp_path, *flow, *more, start=["-c", OTHER_ISSUER, issuer.url], env=environ)
    assert result.code == 0
    assert "TRACE" in result.err
    secrets = [value for asked in issuer.asked for value in _secrets_of(asked)]
    secrets += [*issuer.token_answers[0].values(), "sk-exchanged-1", "device-1"]
    log = "\n".join(line for line in result.err.splitlines() if line.startswith("20"))
    assert [secret for secret in secrets if secret in log] == []


def _secrets_of(asked: Any) -> list[str]:
    names = {"code", "code_verifier", "subject_token", "user_code"}
    fields = dict(asked.form) if b"=" in asked.body[:40] else asked.json
    return [value for name, value in fields.items() if name in names]


def access_token(**claims: object) -> str:
    payload = {"https://api.openai.com/auth": {"chatgpt_account_id": "acc"}, **claims}
    middle = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJub25lIn0.{middle}.c2ln"


def test_an_access_token_logs_in_and_is_used_until_it_is_refused(tmp_path: Path) -> None:
    token = access_token(exp=99_999_999_999)
    ran = octavo(tmp_path, "login", "--with-access-token", stdin=f" {token}\n".encode())
    assert ran == (0, "", "Reading access token from stdin...\nSuccessfully logged in\n")
    assert octavo(tmp_path, "login", "status").err == "Logged in using ChatGPT\n"
    said = [stream(message("Done."), completed(10)), json_reply({"error": {"message": "too old"}}, 401)]
    with Server(said) as service:
        provider = f'name = "p"\nbase_url = "{service.url}/v1"\nwire_api = "responses"\nrequires_openai_auth = true\n'
        configure(tmp_path, f'model_provider = "p"\n[model_providers.p]\n{provider}')
        assert octavo(tmp_path, "exec", "--skip-git-repo-check", "hi").out == "Done.\n"
        refused = octavo(tmp_path, "exec", "--skip-git-repo-check", "hi")
    request = service.seen[0]
    assert request.header("authorization") == f"Bearer {token}".encode()
    assert request.header("chatgpt-account-id") == b"acc"
    assert refused.code == 1
    assert "The access token is not taken any more. Log in again" in refused.err


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("opaque", "no access token of ChatGPT"),
        ("a.b.c", "no access token of ChatGPT"),
        (access_token(exp=99_999_999_999) + "\nHost: x", "no access token of ChatGPT"),
        (access_token(exp=1), "has expired"),
        (jwt(), "names no account"),
        ("", "No access token provided"),
    ],
)
def test_an_access_token_that_is_of_no_use_is_not_stored(tmp_path: Path, token: str, why: str) -> None:
    ran = octavo(tmp_path, "login", "--with-access-token", stdin=token.encode())
    assert ran.code == 1
    assert why in ran.err
    assert not (tmp_path / "auth.json").exists()


def test_a_token_has_to_be_of_the_workspace_that_is_asked_for(tmp_path: Path) -> None:
    configure(tmp_path, 'forced_chatgpt_workspace_id = "other"')
    ran = octavo(tmp_path, "login", "--with-access-token", stdin=access_token().encode())
    assert (ran.code, "not of the workspace other" in ran.err) == (1, True)
    configure(tmp_path, 'forced_login_method = "api"')
    ran = octavo(tmp_path, "login", "--with-access-token", stdin=access_token().encode())
    assert (ran.code, "ChatGPT login is disabled" in ran.err) == (1, True)
