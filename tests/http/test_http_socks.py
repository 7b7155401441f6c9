"""Requests through SOCKS proxies: a real proxy that connects to real servers."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys

import pytest
from model_server import Server, json_reply
from socks_proxy import SocksProxy

from octavo.http.client import HttpClient
from octavo.http.wire import TransportError


@pytest.mark.parametrize(
    ("scheme", "asked"),
    [("socks5h", "model.example"), ("socks", "model.example"), ("socks4a", "model.example"),
     ("socks5", "127.0.0.1"), ("socks4", "127.0.0.1")],
)  # fmt: skip
@pytest.mark.parametrize("variable", ["ALL_PROXY", "http_proxy"])
async def test_a_request_goes_through_the_proxy(scheme: str, asked: str, variable: str) -> None:
    with SocksProxy() as proxy, Server([json_reply({"n": 1})]) as server:
        http = HttpClient(None, {variable: f"{scheme}://127.0.0.1:{proxy.port}"})
        host = "localhost" if asked == "127.0.0.1" else asked
        answer = await http.request("POST", f"http://{host}:{server.port}/v1", (), b"{}")
        again = await http.request("POST", f"http://{host}:{server.port}/v2", (), b"{}")
        await http.aclose()
    assert (answer.body, again.body) == (b'{"n":1}', b'{"n":1}')
    assert proxy.asked == [(asked, server.port)]
    assert [seen.target for seen in server.seen] == ["/v1", "/v2"]
    assert server.seen[0].header("host") == f"{host}:{server.port}".encode()


async def test_the_proxys_name_and_password_are_told_to_it_alone() -> None:
    with SocksProxy((b"us er", b"p:w")) as proxy, Server([json_reply({})]) as server:
        http = HttpClient(None, {"ALL_PROXY": f"socks5h://us%20er:p%3Aw@127.0.0.1:{proxy.port}"})
        assert (await http.request("GET", f"http://model.example:{server.port}/")).is_success
        await http.aclose()
    assert proxy.logins == [(b"us er", b"p:w")]
    assert not any("auth" in name for name, _ in server.seen[0].headers)


async def test_a_proxy_that_refuses_says_so() -> None:
    with SocksProxy(refuses=True) as proxy:
        http = HttpClient(None, {"ALL_PROXY": f"socks5h://127.0.0.1:{proxy.port}"})
        with pytest.raises(TransportError, match=rf"the proxy 127.0.0.1:{proxy.port} refused: Connection refused"):
            await http.request("GET", "http://model.example/")


async def test_a_proxy_that_wants_a_password_says_so() -> None:
    with SocksProxy((b"a", b"b")) as proxy:
        http = HttpClient(None, {"ALL_PROXY": f"socks5h://127.0.0.1:{proxy.port}"})
        with pytest.raises(TransportError, match=rf"the proxy 127.0.0.1:{proxy.port} refused: "):
            await http.request("GET", "http://model.example/")


async def test_a_proxy_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    http = HttpClient(None, {"ALL_PROXY": f"socks5h://127.0.0.1:{port}"})
    with pytest.raises(TransportError, match=f"cannot connect to 127.0.0.1:{port}: Connection refused"):
        await http.request("GET", "http://model.example/")


async def test_a_name_that_is_looked_up_here_and_not_found_is_named() -> None:
    with SocksProxy() as proxy:
        http = HttpClient(None, {"ALL_PROXY": f"socks5://127.0.0.1:{proxy.port}"})
        with pytest.raises(TransportError, match=r"cannot find nowhere\.invalid: "):
            await http.request("GET", "http://nowhere.invalid/")


async def test_giving_up_while_the_proxy_is_silent_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        http = HttpClient(None, {"ALL_PROXY": f"socks5h://127.0.0.1:{silent.getsockname()[1]}"})
        asking = asyncio.create_task(http.request("GET", "http://model.example/"))
        peer, _ = await asyncio.to_thread(silent.accept)
        with peer:
            assert await asyncio.to_thread(peer.recv, 100)
            asking.cancel()
            await asyncio.wait({asking})
            assert await asyncio.to_thread(peer.recv, 100) == b""


def test_only_who_has_such_a_proxy_pays_for_it() -> None:
    program = "import octavo.http.client, sys; print('python_socks' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout == b"False\n"
