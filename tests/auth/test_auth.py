"""Logins: how they are stored, which one counts, and how they stay fresh."""

from __future__ import annotations

import asyncio
import base64
import os
import stat
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from model_server import Reply, Server, json_reply

from octavo.auth.current import Auth, CurrentLogin, effective_auth
from octavo.auth.keyring_store import account_for
from octavo.auth.restrictions import LoginRefused, check_login_restrictions
from octavo.auth.storage import (
    CredentialsStore,
    StoredLogin,
    auth_file,
    delete_login,
    load_login,
    now_as_text,
    save_login,
    seconds_of,
)
from octavo.auth.tokens import AuthError, IdClaims, Tokens, read_claims
from octavo.config.config import Config
from octavo.config.load import ConfigSources, load_config
from octavo.http.client import HttpClient
from octavo.http.identity import ClientIdentity

REFRESH = "CODEX_REFRESH_TOKEN_URL_OVERRIDE"
NOW = 1_800_000_000


def jwt(**claims: Any) -> str:
    payload = {"email": "a@b.c", "https://api.openai.com/auth": claims}
    return "e30." + base64.urlsafe_b64encode(msgspec.json.encode(payload)).decode().rstrip("=") + ".c2ln"


def tokens(account: str | None = "acc-1", **claims: Any) -> Tokens:
    return Tokens(jwt(**claims), "AT", "RT", account)


def age(days: float) -> str:
    return now_as_text(int((NOW - days * 86400) * 1_000_000_000))


def manager(home: Path, environ: Mapping[str, str] | None = None, **options: Any) -> CurrentLogin:
    variables = environ or {}
    http = HttpClient(ClientIdentity(variables, "codex_exec"), variables)
    return CurrentLogin(str(home), http, variables, clock=lambda: NOW * 1_000_000_000, **options)


# --- storage --------------------------------------------------------------------------------


def test_an_api_key_is_stored_alone(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(), age(0)))
    save_login(str(tmp_path), StoredLogin("sk-abcdefghijklmnop"))
    assert Path(auth_file(str(tmp_path))).read_text() == '{\n  "OPENAI_API_KEY": "sk-abcdefghijklmnop"\n}'


def test_tokens_are_stored_key_by_key(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, Tokens(jwt(), "AT2", "RT2", None), "2026-11-24T18:24:04.868532370Z"))
    assert Path(auth_file(str(tmp_path))).read_text() == (
        "{\n"
        '  "OPENAI_API_KEY": null,\n'
        '  "tokens": {\n'
        f'    "id_token": "{jwt()}",\n'
        '    "access_token": "AT2",\n'
        '    "refresh_token": "RT2",\n'
        '    "account_id": null\n'
        "  },\n"
        '  "last_refresh": "2026-11-24T18:24:04.868532370Z"\n'
        "}"
    )


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_the_file_is_its_owners_alone_in_a_folder_that_is_made(tmp_path: Path, mask: int) -> None:
    home, before = tmp_path / "new" / "home", os.umask(mask)
    try:
        save_login(str(home), StoredLogin("k"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((home / "auth.json").stat().st_mode) == 0o600
    assert os.listdir(home) == ["auth.json"]


def test_a_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "real.json"
    (tmp_path / "auth.json").symlink_to(target)
    save_login(str(tmp_path), StoredLogin("k"))
    assert (tmp_path / "auth.json").is_symlink()
    assert load_login(str(tmp_path)) == StoredLogin("k")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("{}", StoredLogin()),
        ('{"OPENAI_API_KEY":"sk-x","tokens":null,"last_refresh":null,"more":1}', StoredLogin("sk-x")),
        ('{"OPENAI_API_KEY":""}', StoredLogin("")),
    ],
)
def test_keys_may_be_missing_null_or_unknown(tmp_path: Path, text: str, login: StoredLogin) -> None:
    (tmp_path / "auth.json").write_text(text)
    assert load_login(str(tmp_path)) == login


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "",
        '{"OPENAI_API_KEY": 7}',
        '{"tokens": {"id_token": "a.b.c"}}',
        '{"tokens": {"id_token": "x", "access_token": "a", "refresh_token": "r"}}',
        '{"last_refresh": "yesterday"}',
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_but_no_login(tmp_path: Path, text: str) -> None:
    (tmp_path / "auth.json").write_text(text)
    with pytest.raises(AuthError):
        load_login(str(tmp_path))
    assert manager(tmp_path).auth is None
    assert delete_login(str(tmp_path)) is True


def test_without_a_file_nobody_is_logged_in(tmp_path: Path) -> None:
    assert load_login(str(tmp_path)) is None
    assert manager(tmp_path).auth is None
    assert delete_login(str(tmp_path)) is False


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:10Z", 10.0),
        ("1970-01-01T00:00:10.5Z", 10.5),
        ("1970-01-01T01:00:10.123456789+01:00", 10.123456789),
        ("1970-01-01t00:00:10z", 10.0),
    ],
)
def test_times_may_have_any_fraction_and_zone(text: str, seconds: float) -> None:
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "1970-01-01", "1970-01-01T00:00:10", "1970-01-01T00:00:10.Z", "1970-01-01T00:00:10.1234567890Z"]
)
def test_other_times_are_refused(text: str) -> None:
    with pytest.raises(AuthError):
        seconds_of(text)


# --- tokens ---------------------------------------------------------------------------------


def test_claims_are_read_and_may_all_be_missing() -> None:
    told = jwt(
        chatgpt_plan_type="pro", chatgpt_account_id="acc", organization_id="o", project_id="p", is_org_owner=True
    )
    assert read_claims(told) == IdClaims("a@b.c", "pro", "acc", "o", "p", is_org_owner=True)
    assert read_claims("h.e30.s.more") == IdClaims()
    assert (
        read_claims("h." + base64.urlsafe_b64encode(b'{"email":7,"https://api.openai.com/auth":[]}').decode() + ".s")
        == IdClaims()
    )


@pytest.mark.parametrize(
    "token", ["", "a", "a.b", "a..c", ".e30.c", "e30.e30.", "a.!!!!.c", "a.bm90anNvbg.c", "a.WzFd.c"]
)
def test_what_is_no_jwt_is_told(token: str) -> None:
    with pytest.raises(AuthError, match="invalid ID token format"):
        read_claims(token)


def test_logins_do_not_show_their_secrets() -> None:
    login = StoredLogin("sk-secret", Tokens(jwt(), "AT-secret", "RT-secret"), age(0))
    for value in (login, login.tokens, Auth("apikey", "sk-secret"), Auth("chatgpt", None, login.tokens)):
        assert "secret" not in repr(value)


# --- which login counts ---------------------------------------------------------------------


def test_the_variable_beats_the_file_where_it_is_allowed(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin("stored"))
    environ = {"CODEX_API_KEY": " k ", "OPENAI_API_KEY": "never"}
    assert effective_auth(str(tmp_path), "file", environ, allow_env_key=True) == Auth("apikey", "k")
    assert effective_auth(str(tmp_path), "file", environ, allow_env_key=False) == Auth("apikey", "stored")
    assert effective_auth(str(tmp_path), "file", {"CODEX_API_KEY": "  "}, allow_env_key=True) == Auth(
        "apikey", "stored"
    )


def test_the_file_is_not_read_where_the_variable_counts(tmp_path: Path) -> None:
    (tmp_path / "auth.json").write_text("nonsense")
    assert manager(tmp_path, {"CODEX_API_KEY": "k"}, allow_env_key=True).auth == Auth("apikey", "k")


def test_a_stored_key_beats_tokens_and_an_empty_file_is_a_chatgpt_login(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin("", tokens(), age(0)))
    assert manager(tmp_path).auth == Auth("apikey", "")
    save_login(str(tmp_path), StoredLogin())
    assert manager(tmp_path).auth == Auth("chatgpt")


async def test_edits_of_the_file_show_after_a_reload(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin("one"))
    auth = manager(tmp_path)
    save_login(str(tmp_path), StoredLogin("two"))
    assert await auth.bearer() == "one"
    assert auth.reload() is False
    assert await auth.bearer() == "two"
    delete_login(str(tmp_path))
    assert auth.reload() is True
    assert await auth.bearer() is None


# --- refreshing -----------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "refreshes"), [(7.9, 0), (8.1, 1)])
async def test_tokens_are_refreshed_after_eight_days(tmp_path: Path, days: float, refreshes: int) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(), age(days)))
    with Server([json_reply({"access_token": "AT2"})]) as server:
        bearer = await manager(tmp_path, {REFRESH: server.url}).bearer()
    assert len(server.seen) == refreshes
    assert bearer == ("AT2" if refreshes else "AT")


async def test_what_a_refresh_leaves_out_stays(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(), age(9)))
    with Server([json_reply({"access_token": "AT2"})]) as server:
        await manager(tmp_path, {REFRESH: server.url}).refresh()
    assert load_login(str(tmp_path)) == StoredLogin(
        None, Tokens(jwt(), "AT2", "RT", "acc-1"), "2027-01-15T08:00:00.000000000Z"
    )


async def test_what_a_refresh_brings_is_stored(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(), age(9)))
    fresh = {"id_token": jwt(chatgpt_account_id="other"), "access_token": "AT2", "refresh_token": "RT2"}
    with Server([json_reply(fresh)]) as server:
        auth = manager(tmp_path, {REFRESH: server.url})
        await auth.refresh()
    assert auth.auth is not None
    assert auth.auth.tokens == Tokens(fresh["id_token"], "AT2", "RT2", "acc-1")
    assert load_login(str(tmp_path)) == StoredLogin(None, auth.auth.tokens, age(0))


async def test_an_identity_token_that_is_none_stores_nothing(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(), age(9)))
    with Server([json_reply({"id_token": "x", "access_token": "AT2"})]) as server, pytest.raises(AuthError) as caught:
        await manager(tmp_path, {REFRESH: server.url}).refresh()
    assert str(caught.value) == "invalid ID token format"
    assert load_login(str(tmp_path)) == StoredLogin(None, tokens(), age(9))


async def test_a_login_that_is_gone_cannot_be_refreshed(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(), age(0)))
    auth = manager(tmp_path)
    delete_login(str(tmp_path))
    with pytest.raises(AuthError, match="Token data is not available"):
        await auth.refresh()


async def test_conversations_that_need_fresh_tokens_at_once_share_one_refresh(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(), age(9)))
    with Server([json_reply({"access_token": "AT2"}), Reply(400)]) as server:
        auth = manager(tmp_path, {REFRESH: server.url})
        assert await asyncio.gather(*(auth.bearer() for _ in range(5))) == ["AT2"] * 5
        assert (await auth.refresh(rejected="AT")).access_token == "AT2"
    assert len(server.seen) == 1


async def test_a_refresh_that_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("octavo.auth.current._REFRESH_LIMIT_SECONDS", 0.02)
    save_login(str(tmp_path), StoredLogin(None, tokens(), age(9)))
    with (
        Server([Reply(hold=True)]) as server,
        pytest.raises(AuthError, match="timed out while refreshing OpenAI API key"),
    ):
        await manager(tmp_path, {REFRESH: server.url}).bearer()


# --- the keyring ----------------------------------------------------------------------------


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A keyring in memory in place of the system's; an entry `broken` makes it fail."""
    entries: dict[tuple[str, str], str] = {}

    def working() -> None:
        if ("broken", "") in entries:
            raise RuntimeError("no D-Bus")

    def get_password(service: str, account: str) -> str | None:
        working()
        return entries.get((service, account))

    def set_password(service: str, account: str, text: str) -> None:
        working()
        entries[service, account] = text

    def delete_password(service: str, account: str) -> None:
        working()
        del entries[service, account]

    module = types.ModuleType("keyring")
    module.__dict__.update(get_password=get_password, set_password=set_password, delete_password=delete_password)
    monkeypatch.setitem(sys.modules, "keyring", module)
    return entries


def test_the_account_follows_from_the_folder() -> None:
    assert account_for("~/.codex") == "cli|940db7b1d0e4eb40"


@pytest.mark.parametrize("store", ["keyring", "auto"])
def test_a_login_moves_from_the_file_into_the_keyring(
    tmp_path: Path, keyring: dict[tuple[str, str], str], store: CredentialsStore
) -> None:
    save_login(str(tmp_path), StoredLogin("old"))
    save_login(str(tmp_path), StoredLogin("new"), store)
    assert not (tmp_path / "auth.json").exists()
    assert list(keyring.values()) == ['{"OPENAI_API_KEY":"new"}']
    assert load_login(str(tmp_path), store) == StoredLogin("new")
    assert delete_login(str(tmp_path), store) is True
    assert load_login(str(tmp_path), store) is None
    assert delete_login(str(tmp_path), store) is False


def test_a_broken_keyring_falls_back_to_the_file_in_auto_only(
    tmp_path: Path, keyring: dict[tuple[str, str], str]
) -> None:
    keyring["broken", ""] = "yes"
    save_login(str(tmp_path), StoredLogin("k"), "auto")
    assert load_login(str(tmp_path), "auto") == StoredLogin("k")
    with pytest.raises(AuthError, match="failed to load CLI auth from keyring: no D-Bus"):
        load_login(str(tmp_path), "keyring")
    with pytest.raises(AuthError, match="failed to write OAuth tokens to keyring: no D-Bus"):
        save_login(str(tmp_path), StoredLogin("k"), "keyring")
    for store in ("auto", "keyring"):
        with pytest.raises(AuthError, match="failed to delete auth from keyring: no D-Bus"):
            delete_login(str(tmp_path), store)
    assert load_login(str(tmp_path)) == StoredLogin("k")


def test_a_missing_keyring_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(AuthError, match="the package `keyring` is not installed"):
        load_login(str(tmp_path), "keyring")
    assert load_login(str(tmp_path), "auto") is None


def test_a_keyring_entry_that_cannot_be_read_is_told(tmp_path: Path, keyring: dict[tuple[str, str], str]) -> None:
    keyring["Codex Auth", account_for(str(tmp_path))] = "nonsense"
    with pytest.raises(AuthError, match="failed to deserialize CLI auth from keyring: "):
        load_login(str(tmp_path), "keyring")


# --- restrictions ---------------------------------------------------------------------------


def restricted(home: Path, toml: str) -> Config:
    (home / "config.toml").write_text(toml)
    return load_config(ConfigSources(codex_home=str(home), cwd=str(home), environ={}, managed_path=str(home / "none")))


async def check(home: Path, toml: str, environ: Mapping[str, str] | None = None) -> str | None:
    """What the check says; None if it lets the login pass."""
    variables = environ or {}
    try:
        await check_login_restrictions(restricted(home, toml), variables, lambda: HttpClient(None, variables))
    except LoginRefused as refused:
        return str(refused)
    return None


async def test_without_a_login_or_a_rule_there_is_nothing_to_refuse(tmp_path: Path) -> None:
    assert await check(tmp_path, 'forced_login_method = "api"') is None
    save_login(str(tmp_path), StoredLogin("k"))
    assert await check(tmp_path, "") is None
    assert await check(tmp_path, 'forced_login_method = "api"') is None
    assert await check(tmp_path, 'forced_chatgpt_workspace_id = "w"') is None


async def test_a_login_of_the_wrong_kind_is_removed(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(), age(0)))
    text = await check(tmp_path, 'forced_login_method = "api"')
    assert text == "API key login is required, but ChatGPT is currently being used. Logging out."
    assert load_login(str(tmp_path)) is None
    save_login(str(tmp_path), StoredLogin("k"))
    text = await check(tmp_path, 'forced_login_method = "chatgpt"')
    assert text == "ChatGPT login is required, but an API key is currently being used. Logging out."
    assert load_login(str(tmp_path)) is None


async def test_a_key_in_the_environment_counts_and_takes_the_stored_login_with_it(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(), age(0)))
    assert await check(tmp_path, 'forced_login_method = "chatgpt"', {"CODEX_API_KEY": "k"}) is not None
    assert load_login(str(tmp_path)) is None


@pytest.mark.parametrize(
    ("claims", "what"),
    [({"chatgpt_account_id": "other"}, "belong to other"), ({}, "lack a workspace identifier")],
)
async def test_a_login_of_another_workspace_is_removed(tmp_path: Path, claims: dict[str, str], what: str) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(**claims), "2099-01-01T00:00:00Z"))
    text = await check(tmp_path, 'forced_chatgpt_workspace_id = "w"')
    assert text == f"Login is restricted to workspace w, but current credentials {what}. Logging out."
    assert load_login(str(tmp_path)) is None


async def test_the_right_workspace_passes(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin(None, tokens(chatgpt_account_id="w"), "2099-01-01T00:00:00Z"))
    assert await check(tmp_path, 'forced_login_method = "chatgpt"\nforced_chatgpt_workspace_id = "w"') is None
    assert load_login(str(tmp_path)) is not None


async def test_a_login_whose_workspace_cannot_be_told_is_removed(tmp_path: Path) -> None:
    save_login(str(tmp_path), StoredLogin())
    text = await check(tmp_path, 'forced_chatgpt_workspace_id = "w"')
    assert text == (
        "Failed to load ChatGPT credentials while enforcing workspace restrictions: "
        "Token data is not available.. Logging out."
    )
    assert load_login(str(tmp_path)) is None


async def test_a_removal_that_fails_is_part_of_the_message(tmp_path: Path, keyring: dict[tuple[str, str], str]) -> None:
    save_login(str(tmp_path), StoredLogin("k"))
    keyring["broken", ""] = "yes"
    text = await check(tmp_path, 'forced_login_method = "chatgpt"\ncli_auth_credentials_store = "auto"')
    assert text == (
        "ChatGPT login is required, but an API key is currently being used. Logging out."
        ". Failed to remove auth.json: failed to delete auth from keyring: no D-Bus"
    )


async def test_a_login_that_cannot_be_read_stops_the_check(tmp_path: Path) -> None:
    (tmp_path / "auth.json").write_text("nonsense")
    with pytest.raises(AuthError):
        await check(tmp_path, 'forced_login_method = "api"')
