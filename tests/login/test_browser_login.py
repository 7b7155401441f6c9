"""Logging in through the browser, against a login server on this machine."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from fake_issuer import FakeIssuer, jwt
from login_place import browser_login, stored, visit

from octavo.auth.login_server import LoginFailed


@pytest.fixture
def loose_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


async def test_a_login_is_stored_and_ends_with_the_last_page(tmp_path: Path, issuer: FakeIssuer) -> None:
    home = tmp_path / "not" / "yet"
    async with browser_login(home, issuer) as login:
        page = await login.come_back()
        assert page.status == 302
        shown = await login.visit(page.headers["location"].partition(f":{login.server.port}")[2])
        await login.server.finished()
    assert (shown.status, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert shown.headers["connection"] == "close"
    saved = stored(home)
    assert list(saved) == ["OPENAI_API_KEY", "tokens", "last_refresh"]
    assert saved["OPENAI_API_KEY"] == "sk-exchanged-1"
    assert saved["tokens"]["account_id"] == "ws-1"
    assert saved["tokens"]["refresh_token"] == "refresh-1"


async def test_the_address_asks_for_exactly_this_login(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer, workspace="ws 1") as login:
        url = login.server.auth_url
        assert url.startswith(f"{issuer.url}/oauth/authorize?response_type=code&client_id=app_")
        assert "scope=openid%20profile%20email%20offline_access&" in url
        assert url.endswith("&originator=codex_cli_rs&allowed_workspace_id=ws%201")
        assert login.query["redirect_uri"] == f"http://localhost:{login.server.port}/auth/callback"
        assert login.query["code_challenge_method"] == "S256"
        assert len(login.query["state"]) == 43


async def test_the_code_is_exchanged_with_the_verifier_of_the_challenge(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer) as login:
        await login.come_back("a b+c".replace(" ", "%20").replace("+", "%2B"))
        challenge, redirect = login.query["code_challenge"], login.query["redirect_uri"]
    code, key = issuer.asked
    assert [name for name, _ in code.form] == ["grant_type", "code", "redirect_uri", "client_id", "code_verifier"]
    fields = dict(code.form)
    assert (fields["code"], fields["redirect_uri"]) == ("a b+c", redirect)
    assert b"code=a%20b%2Bc&" in code.body
    digest = hashlib.sha256(fields["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
    assert dict(key.form)["requested_token"] == "openai-api-key"
    assert "originator" not in code.headers
    assert "user-agent" not in code.headers


async def test_without_an_api_key_the_tokens_are_the_login(tmp_path: Path, issuer: FakeIssuer) -> None:
    issuer.token_answers[1:] = [403]
    async with browser_login(tmp_path, issuer) as login:
        assert (await login.come_back()).status == 302
    assert stored(tmp_path)["OPENAI_API_KEY"] is None


async def test_the_last_page_is_told_who_logged_in(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer) as login:
        location = (await login.come_back()).headers["location"]
    query = parse_qsl(urlsplit(location).query, keep_blank_values=True)
    names = ["id_token", "needs_setup", "org_id", "project_id", "plan_type", "platform_url"]
    assert [name for name, _ in query] == names
    assert query[1:] == [
        ("needs_setup", "false"),
        ("org_id", "org 1"),
        ("project_id", "proj-1"),
        ("plan_type", "pro"),
        ("platform_url", "https://platform.api.openai.org"),
    ]


async def test_a_wrong_state_is_refused_and_the_right_one_still_counts(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer) as login:
        for query in ("code=c&state=wrong", "code=c", ""):
            page = await login.visit(f"/auth/callback?{query}")
            assert (page.status, page.text) == (400, "State mismatch")
        assert issuer.asked == []
        assert (await login.come_back()).status == 302


@pytest.mark.parametrize("query", ["", "&code=", "&error=access_denied"])
async def test_a_callback_without_a_code_is_refused(tmp_path: Path, issuer: FakeIssuer, query: str) -> None:
    async with browser_login(tmp_path, issuer) as login:
        page = await login.visit(f"/auth/callback?state={login.query['state']}{query}")
        assert (page.status, page.text) == (400, "Missing authorization code")


async def test_after_a_failed_exchange_the_user_may_try_again(tmp_path: Path, issuer: FakeIssuer) -> None:
    issuer.token_answers.insert(0, 404)
    async with browser_login(tmp_path, issuer) as login:
        page = await login.come_back()
        assert page.status == 500
        assert page.text == "Token exchange failed: token endpoint returned status 404 Not Found"
        assert not (tmp_path / "auth.json").exists()
        assert (await login.come_back()).status == 302


async def test_another_workspace_ends_the_login(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer, workspace="ws-2") as login:
        page = await login.come_back()
        assert (page.status, page.text) == (200, "Login is restricted to workspace id ws-2.")
        assert page.headers["content-type"] == "text/plain; charset=utf-8"
        with pytest.raises(LoginFailed, match="restricted to workspace id ws-2"):
            await login.server.finished()
    assert not (tmp_path / "auth.json").exists()


async def test_a_login_without_a_workspace_is_refused_where_one_is_demanded(tmp_path: Path, issuer: FakeIssuer) -> None:
    issuer.token_answers[0]["id_token"] = jwt()
    async with browser_login(tmp_path, issuer, workspace="ws-2") as login:
        assert "has no chatgpt_account_id claim" in (await login.come_back()).text


async def test_a_login_that_cannot_be_saved_is_told(tmp_path: Path, issuer: FakeIssuer) -> None:
    (tmp_path / "home").write_text("a file")
    async with browser_login(tmp_path / "home", issuer) as login:
        page = await login.come_back()
        assert page.status == 500
        assert page.text.startswith("Unable to persist auth file: ")


async def test_cancel_ends_the_login(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer) as login:
        page = await login.visit("/cancel")
        assert (page.status, page.text) == (200, "Login cancelled")
        with pytest.raises(LoginFailed, match="Login cancelled"):
            await login.server.finished()


async def test_a_login_given_up_frees_its_port(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer) as login:
        login.server.cancel()
        with pytest.raises(LoginFailed, match="Login was not completed"):
            await login.server.finished()
        with pytest.raises(ConnectionRefusedError):
            await login.visit("/success")


@pytest.mark.parametrize(("target", "status"), [("/", 404), ("/auth/callback/x", 404), ("nonsense", 400)])
async def test_other_addresses_lead_nowhere(tmp_path: Path, issuer: FakeIssuer, target: str, status: int) -> None:
    async with browser_login(tmp_path, issuer) as login:
        assert (await login.visit(target)).status == status


async def test_any_method_will_do(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer) as login:
        page = await login.visit(f"/auth/callback?code=c&state={login.query['state']}", method="POST")
        assert page.status == 302


async def test_a_name_elsewhere_that_points_here_is_refused(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer) as login:
        target = f"/auth/callback?code=c&state={login.query['state']}"
        assert (await login.visit(target, host="evil.example")).status == 403
        assert (await login.visit(target, host="127.0.0.1")).status == 302


async def test_only_this_machine_reaches_the_server(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer) as login:
        server = login.server._server
        assert server is not None
        assert [bound.getsockname()[0] for bound in server.sockets] == ["127.0.0.1"]


async def test_a_second_login_takes_the_port_over(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with (
        browser_login(tmp_path, issuer) as first,
        browser_login(tmp_path, issuer, port=first.server.port) as second,
    ):
        with pytest.raises(LoginFailed, match="Login cancelled"):
            await first.server.finished()
        assert (await second.come_back()).status == 302


async def test_a_port_that_something_else_holds_is_told(
    tmp_path: Path, issuer: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("octavo.auth.login_port._PAUSE_SECONDS", 0)
    monkeypatch.setattr("octavo.auth.login_port._CANCEL_SECONDS", 0.05)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(LoginFailed, match=f"Port 127.0.0.1:{port} is already in use"):
            async with browser_login(tmp_path, issuer, port=port):
                pass


@pytest.mark.usefixtures("loose_umask")
async def test_the_stored_login_is_for_its_owner_alone(tmp_path: Path, issuer: FakeIssuer) -> None:
    (tmp_path / "auth.json").write_text("{}")
    (tmp_path / "auth.json").chmod(0o644)
    async with browser_login(tmp_path, issuer) as login:
        await login.come_back()
    assert stat.S_IMODE((tmp_path / "auth.json").stat().st_mode) == 0o600


async def test_the_last_page_leads_nowhere_but_to_the_known_places(tmp_path: Path, issuer: FakeIssuer) -> None:
    query = "needs_setup=true&platform_url=https://evil.example&id_token=t"
    async with browser_login(tmp_path, issuer) as login:
        assert "evil.example" not in (await login.visit(f"/success?{query}")).text
    async with browser_login(tmp_path, issuer) as login:
        known = (
            "needs_setup=true&platform_url=https://platform.openai.com&id_token=t&plan_type=pro&org_id=o&project_id=p"
        )
        page = (await login.visit(f"/success?{known}")).text
        link = "https://platform.openai.com/org-setup?p=pro&amp;t=t&amp;with_org=o&amp;project_id=p"
        assert f'content="3;url={link}"' in page


async def test_a_visitor_who_says_nothing_holds_nothing_up(tmp_path: Path, issuer: FakeIssuer) -> None:
    async with browser_login(tmp_path, issuer) as login:
        with socket.create_connection(("127.0.0.1", login.server.port)):
            await visit(login.server.port, "/success")
            await login.server.finished()
