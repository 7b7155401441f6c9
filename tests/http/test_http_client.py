"""The HTTP client against real servers, proxies and certificates on this machine."""

from __future__ import annotations

import asyncio
import gzip
import logging
import os
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from model_server import Reply, Seen, Server, json_reply, read_request, texts

from octavo.errors import ConfigError
from octavo.http.client import TRACE, HttpClient
from octavo.http.identity import ClientIdentity
from octavo.http.proxies import UnusableProxy, proxies_from
from octavo.http.urls import InvalidUrl, mask_url, parse_url
from octavo.http.wire import TransportError


def client(**environ: str) -> HttpClient:
    return HttpClient(ClientIdentity({"TERM": "xterm"}), environ)


async def test_every_request_says_who_sends_it_and_nothing_else_unasked() -> None:
    with Server([json_reply({})]) as server:
        http = client()
        await http.request("GET", server.url + "/a?b=c d")
        await http.aclose()
    seen = server.seen[0]
    assert (seen.method, seen.target) == ("GET", "/a?b=c%20d")
    assert sorted(name for name, _ in seen.headers) == ["accept", "host", "originator", "user-agent"]
    assert seen.header("originator") == b"codex_cli_rs"


async def test_a_client_without_identity_sends_neither_header() -> None:
    with Server([json_reply({})]) as server:
        await HttpClient(None, {}).request("GET", server.url)
    assert server.seen[0].header("originator") is None
    assert server.seen[0].header("user-agent") is None


async def test_a_header_may_come_twice_and_hold_any_utf8() -> None:
    with Server([json_reply({})]) as server:
        headers = [(b"authorization", b"Bearer a"), (b"authorization", b"b"), (b"x-name", "é".encode()), (b"x_y", b"")]
        await client().request("POST", server.url, headers, b"{}")
    seen = server.seen[0]
    assert seen.all("authorization") == [b"Bearer a", b"b"]
    assert seen.header("x-name") == "é".encode()
    assert seen.header("x_y") == b""
    assert seen.body == b"{}"
    assert seen.header("content-length") == b"2"


async def test_a_given_user_agent_replaces_the_programs_own() -> None:
    with Server([json_reply({})]) as server:
        await client().request("GET", server.url, texts({"user-agent": "mine", "originator": "me"}))
    assert server.seen[0].all("user-agent") == [b"mine"]
    assert server.seen[0].all("originator") == [b"me"]


async def test_a_suffix_set_later_is_part_of_the_next_request() -> None:
    with Server([json_reply({})]) as server:
        http = client()
        assert http.identity is not None
        http.identity.suffix = "my-client; 9.9"
        await http.request("GET", server.url)
        await http.aclose()
    assert (server.seen[0].header("user-agent") or b"").endswith(b" xterm (my-client; 9.9)")


async def test_a_connection_serves_several_requests() -> None:
    with Server([json_reply({"n": 1})]) as server:
        http = client()
        for _ in range(3):
            assert (await http.request("POST", server.url, (), b"x")).body == b'{"n":1}'
        await http.aclose()
    assert server.connections == 1


async def test_an_answer_that_is_not_read_to_its_end_leaves_a_connection_that_can_be_used() -> None:
    with Server([Reply(body=[b"first", b"rest"]), json_reply({})]) as server:
        http = client()
        async with http.stream("POST", server.url, (), b"1") as response:
            await response.next_chunk()
            assert await asyncio.to_thread(server.sent.wait, 5)
        await http.request("POST", server.url, (), b"2")
        await http.aclose()
    assert server.connections == 1


async def test_a_post_is_never_sent_twice_by_itself() -> None:
    with Server([json_reply({}), Reply(drop=True)]) as server:
        http = client()
        await http.request("POST", server.url, (), b"1")
        with pytest.raises(TransportError):
            await http.request("POST", server.url, (), b"2")
    assert [seen.body for seen in server.seen] == [b"1", b"2"]


async def test_a_connection_that_the_server_has_closed_is_not_used_again() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    closed = threading.Event()

    def answer_and_close_twice() -> None:
        for _ in range(2):
            peer, _ = listener.accept()
            peer.recv(100_000)
            peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            peer.close()
            closed.set()

    threading.Thread(target=answer_and_close_twice, daemon=True).start()
    http, url = client(), f"http://127.0.0.1:{listener.getsockname()[1]}/"
    assert (await http.request("POST", url, (), b"1")).body == b"ok"
    closed.wait(5)  # the event loop is not to notice: it stands still meanwhile
    assert (await http.request("POST", url, (), b"2")).body == b"ok"
    listener.close()


async def test_a_get_on_a_kept_connection_that_the_server_closes_is_sent_again() -> None:
    with Server([json_reply({}), Reply(drop=True), json_reply({"ok": True})]) as server:
        http = client()
        await http.request("GET", server.url)
        assert (await http.request("GET", server.url)).body == b'{"ok":true}'
        await http.aclose()
    assert server.connections == 2


@pytest.mark.parametrize("length", ["exact", "chunked", "close"])
async def test_a_body_is_whole_however_it_is_framed(length: str) -> None:
    pieces = [bytes([65 + n]) * 40_000 for n in range(20)]
    with Server([Reply(body=pieces, length=length)]) as server:
        http = client()
        assert (await http.request("GET", server.url)).body == b"".join(pieces)
        await http.aclose()


async def test_a_chunked_body_that_breaks_off_is_an_error() -> None:
    with Server([Reply(body=[b"abc"], cut=True)]) as server, pytest.raises(TransportError):
        await client().request("GET", server.url)


async def test_a_server_that_is_not_there_is_a_transport_error() -> None:
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    with pytest.raises(TransportError, match=f"cannot connect to 127.0.0.1:{port}: .*refused"):
        await client().request("GET", f"http://127.0.0.1:{port}/")


async def test_a_server_that_hangs_up_before_answering_is_a_transport_error() -> None:
    with Server([Reply(drop=True)]) as server, pytest.raises(TransportError, match="without an answer"):
        await client().request("POST", server.url, (), b"x" * 5_000_000)


async def test_an_answer_given_before_the_whole_request_was_read_counts() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        peer, _ = listener.accept()
        peer.recv(1000)
        peer.sendall(b"HTTP/1.1 413 Too Big\r\ncontent-length: 3\r\n\r\nbig")
        try:
            while peer.recv(1 << 20):
                pass
        except ConnectionResetError:
            pass
        peer.close()

    thread = threading.Thread(target=refuse)
    thread.start()
    http = client()
    answer = await http.request("POST", f"http://127.0.0.1:{listener.getsockname()[1]}/", (), b"x" * 20_000_000)
    assert (answer.status, answer.body) == (413, b"big")
    await http.aclose()
    await asyncio.to_thread(thread.join, 5)
    assert not thread.is_alive()
    listener.close()


async def test_something_that_is_not_http_is_a_transport_error() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def greet() -> None:
        peer, _ = listener.accept()
        peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        peer.recv(100_000)
        peer.close()

    threading.Thread(target=greet, daemon=True).start()
    with pytest.raises(TransportError):
        await client().request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/")
    listener.close()


async def test_leaving_the_block_early_hangs_up() -> None:
    with Server([Reply(body=[b"first"], hold=True)]) as server:
        async with client().stream("GET", server.url) as response:
            assert await response.next_chunk() == b"first"
        assert await asyncio.to_thread(server.hung_up.wait, 5)


async def test_cancelling_while_waiting_for_the_answer_hangs_up() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    hung_up = threading.Event()

    def wait() -> None:
        peer, _ = listener.accept()
        peer.recv(100_000)
        if peer.recv(1) == b"":
            hung_up.set()

    threading.Thread(target=wait, daemon=True).start()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await client().request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/")
    assert await asyncio.to_thread(hung_up.wait, 5)
    listener.close()


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(307, "POST", b"{}"), (308, "POST", b"{}"), (301, "GET", b""), (302, "GET", b""), (303, "GET", b"")],
)
async def test_redirects_are_followed(status: int, method: str, body: bytes) -> None:
    with Server([Reply(status, [("location", "/there?x=1")]), json_reply({})]) as server:
        answer = await client().request("POST", server.url + "/here", texts({"authorization": "Bearer s"}), b"{}")
    assert answer.status == 200
    assert (server.seen[1].method, server.seen[1].target, server.seen[1].body) == (method, "/there?x=1", body)
    assert server.seen[1].header("authorization") == b"Bearer s"


async def test_a_redirect_to_another_host_takes_no_credentials_along() -> None:
    with Server([json_reply({})]) as other, Server([Reply(307, [("location", other.url + "/x")])]) as first:
        secrets = {
            "authorization": "Bearer s",
            "api-key": "k",
            "chatgpt-account-id": "a",
            "content-type": "application/json",
        }
        await client().request("POST", first.url, texts(secrets), b"{}")
    names = {name for name, _ in other.seen[0].headers}
    assert not names & {"authorization", "api-key", "chatgpt-account-id"}
    assert {"content-type", "originator"} <= names


async def test_the_eleventh_redirect_is_an_error() -> None:
    with Server([Reply(302, [("location", "/again")])]) as server, pytest.raises(TransportError, match="redirects"):
        await client().request("GET", server.url)
    assert len(server.seen) == 11


async def test_each_request_leaves_one_line_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    reply = json_reply({}, 503, [("cf-ray", "ray-1"), ("x-secret", "hush")])
    with Server([reply]) as server, caplog.at_level(logging.DEBUG):
        url = server.url + "/v1/responses?api-version=2&api-key=hidden1&Access_Token=hidden2"
        await client().request("POST", url, texts({"authorization": "Bearer hidden3"}), b"hidden4")
    lines = [record.getMessage() for record in caplog.records if "method=" in record.getMessage()]
    assert len(lines) == 1
    assert lines[0].startswith(f"method=POST url={server.url}/v1/responses?api-version=2&api-key=***&Access_Token=***")
    assert "status=503 Service Unavailable" in lines[0]
    assert "ray-1" in lines[0]
    assert "hidden" not in caplog.text
    assert "hush" not in caplog.text


async def test_a_failed_request_leaves_a_line_with_its_error(caplog: pytest.LogCaptureFixture) -> None:
    with Server([Reply(drop=True)]) as server, caplog.at_level(logging.DEBUG), pytest.raises(TransportError):
        await client().request("GET", server.url)
    assert f"method=GET url={server.url} error=the server closed" in caplog.text


async def test_bodies_are_logged_at_trace_level_only(caplog: pytest.LogCaptureFixture) -> None:
    with Server([json_reply({})]) as server, caplog.at_level(TRACE):
        await client().request("POST", server.url, (), b"the body")
    assert "the body" in caplog.text


async def test_a_header_that_cannot_be_sent_is_not_quoted_in_the_error() -> None:
    with Server([json_reply({})]) as server, pytest.raises(TransportError) as caught:
        await client().request("GET", server.url, [(b"authorization", b"Bearer sec\nret")])
    assert "sec" not in str(caught.value)


# --- proxies -------------------------------------------------------------------------------


async def test_a_plain_request_goes_to_the_proxy_with_its_whole_address() -> None:
    with Server([json_reply({"from": "proxy"})]) as proxy:
        http = client(http_proxy=f"http://user:pa%20ss@127.0.0.1:{proxy.port}")
        answer = await http.request("GET", "http://model.example/v1?x=1")
    assert answer.body == b'{"from":"proxy"}'
    assert proxy.seen[0].target == "http://model.example/v1?x=1"
    assert proxy.seen[0].header("host") == b"model.example"
    assert proxy.seen[0].header("proxy-authorization") == b"Basic dXNlcjpwYSBzcw=="


async def test_a_host_in_no_proxy_is_reached_directly() -> None:
    with Server([json_reply({})]) as server:
        http = client(ALL_PROXY="http://127.0.0.1:1", NO_PROXY="example.com, 127.0.0.0/8")
        assert (await http.request("GET", server.url)).status == 200


@pytest.mark.parametrize(
    ("environ", "url", "proxied"),
    [
        ({"HTTP_PROXY": "http://p:1"}, "http://a.b/", True),
        ({"HTTP_PROXY": "p:1"}, "http://a.b/", True),
        ({"HTTP_PROXY": "http://p:1"}, "https://a.b/", False),
        ({"https_proxy": "http://p:1"}, "https://a.b/", True),
        ({"all_proxy": "http://p:1"}, "https://a.b/", True),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, "http://a.b/", False),
        ({"ALL_PROXY": "http://p:1", "CODEX_SANDBOX": "seatbelt"}, "http://a.b/", False),
        ({"ALL_PROXY": "http://p:1", "no_proxy": "*"}, "http://a.b/", False),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.b"}, "http://a.b/", False),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": ".b"}, "http://a.b/", False),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "b"}, "http://a.b/", False),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "b"}, "http://ab/", True),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "::1"}, "http://[::1]/", False),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "10.0.0.0/8"}, "http://10.9.8.7/", False),
        ({"ALL_PROXY": " "}, "http://a.b/", False),
    ],
)
def test_which_requests_go_through_a_proxy(environ: dict[str, str], url: str, proxied: bool) -> None:
    assert (proxies_from(environ).proxy_for(parse_url(url)) is not None) == proxied


async def test_a_proxy_of_an_unknown_kind_is_one_clear_line() -> None:
    with pytest.raises(UnusableProxy, match=r"quic://\*\*\*@p:1.*not supported"):
        await client(ALL_PROXY="quic://u:secret@p:1").request("GET", "http://model.example/")


@pytest.mark.parametrize("value", ["ftp://p:1", "http://", "://", "http://p:99999", "socks9://p"])
async def test_a_proxy_variable_that_no_request_uses_stops_nothing(value: str) -> None:
    with Server([json_reply({})]) as server:
        assert (await client(HTTPS_PROXY=value).request("GET", server.url)).is_success
        assert (await client(ALL_PROXY=value, NO_PROXY="127.0.0.1").request("GET", server.url)).is_success
        with pytest.raises(UnusableProxy):
            await client(HTTP_PROXY=value).request("GET", server.url)


# --- TLS -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += [
        "-keyout",
        str(folder / "key.pem"),
        "-out",
        str(folder / "cert.pem"),
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


class TlsServer:
    """Answers every request on one encrypted connection after another; a CONNECT first opens a tunnel."""

    def __init__(self, folder: Path, *, tunnels: bool = False) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.seen: list[Seen] = []
        self.tunnels = tunnels
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            try:
                self._answer(peer)
            except OSError:
                peer.close()

    def _answer(self, peer: socket.socket) -> None:
        if self.tunnels:
            file = peer.makefile("rb", buffering=0)
            request = read_request(file)
            assert request is not None
            self.seen.append(request)
            peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with self.context.wrap_socket(peer, server_side=True) as secure:
            request = read_request(secure.makefile("rb"))
            if request is not None:
                self.seen.append(request)
                secure.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret")
                secure.recv(1)


async def test_an_unknown_certificate_is_refused(certificate: Path) -> None:
    server = TlsServer(certificate)
    with pytest.raises(TransportError, match="certificate not accepted"):
        await client().request("GET", f"https://localhost:{server.port}/")
    server.listener.close()


async def test_roots_named_by_variable_are_trusted(certificate: Path) -> None:
    server = TlsServer(certificate)
    http = client(SSL_CERT_FILE=str(certificate / "cert.pem"))
    assert (await http.request("GET", f"https://localhost:{server.port}/")).body == b"secret"
    await http.aclose()
    server.listener.close()


async def test_a_certificate_that_is_named_is_trusted_though_its_root_is_not(tmp_path: Path, certificate: Path) -> None:
    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-new", *key, "-keyout", "key.pem", "-out", "asked.pem", "-subj", "/CN=localhost")
    (tmp_path / "more").write_text("subjectAltName=DNS:localhost\n")
    root = ("-CA", str(certificate / "cert.pem"), "-CAkey", str(certificate / "key.pem"), "-CAcreateserial")
    serial = ("-CAserial", str(tmp_path / "serial"))
    openssl("x509", "-req", "-in", "asked.pem", *root, *serial, "-out", "cert.pem", "-extfile", "more")
    server = TlsServer(tmp_path)
    http = client(SSL_CERT_FILE=str(tmp_path / "cert.pem"))
    assert (await http.request("GET", f"https://localhost:{server.port}/")).body == b"secret"
    await http.aclose()
    server.listener.close()


async def test_an_encrypted_request_goes_through_a_tunnel(certificate: Path) -> None:
    server = TlsServer(certificate, tunnels=True)
    environ = {"SSL_CERT_FILE": str(certificate / "cert.pem"), "HTTPS_PROXY": f"http://u:p@127.0.0.1:{server.port}"}
    http = client(**environ)
    answer = await http.request("POST", "https://localhost:4443/v1", texts({"authorization": "Bearer s"}), b"{}")
    assert answer.body == b"secret"
    tunnel, request = server.seen
    assert (tunnel.method, tunnel.target) == ("CONNECT", "localhost:4443")
    assert tunnel.header("authorization") is None
    assert tunnel.header("proxy-authorization") == b"Basic dTpw"
    assert (request.method, request.target, request.body) == ("POST", "/v1", b"{}")
    assert request.header("proxy-authorization") is None
    await http.aclose()
    server.listener.close()


async def test_a_start_that_loads_no_tls_has_it_once_a_server_asks_for_it(certificate: Path) -> None:
    code = """
import sys
from octavo.cli.loading import load_asyncio
load_asyncio()
import asyncio
from octavo.http.client import HttpClient
from octavo.http.wire import TransportError
async def main(url, roots, proxy):
    assert "ssl" not in sys.modules
    try:
        await HttpClient(None, {}).request("GET", url)
    except TransportError as error:
        print(error)
    for environ in ({}, {"HTTPS_PROXY": proxy}):
        answer = await HttpClient(None, {"SSL_CERT_FILE": roots, **environ}).request("GET", url)
        print(answer.body.decode())
asyncio.run(main(*sys.argv[1:]))
"""
    server, tunnel = TlsServer(certificate), TlsServer(certificate, tunnels=True)
    url, roots = f"https://localhost:{server.port}/", str(certificate / "cert.pem")
    command = [sys.executable, "-c", code, url, roots, f"http://127.0.0.1:{tunnel.port}"]
    result = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    refused, *answers = result.stdout.splitlines()
    assert "certificate not accepted" in refused
    assert answers == ["secret", "secret"]
    assert len(tunnel.seen) == 2
    server.listener.close()
    tunnel.listener.close()


async def test_a_proxy_that_refuses_the_tunnel_is_named() -> None:
    with Server([json_reply({}, 407)]) as proxy:
        http = client(HTTPS_PROXY=proxy.url)
        with pytest.raises(TransportError, match=f"proxy 127.0.0.1:{proxy.port} refused the tunnel with status 407"):
            await http.request("GET", "https://localhost:4443/")


async def test_roots_that_cannot_be_read_are_one_clear_line() -> None:
    with pytest.raises(ConfigError, match="cannot load certificates from /nowhere"):
        await client(SSL_CERT_FILE="/nowhere.pem").request("GET", "https://localhost:1/")


# --- addresses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("http://h/v1//responses", b"/v1//responses"),
        ("http://h", b"/"),
        ("http://h/a/./b/../c/..", b"/a/"),
        ("http://h/../.x/...?a/../b", b"/.x/...?a/../b"),
        ("http://h?a=b&c==", b"/?a=b&c=="),
        ("http://h/a b/é?q=ü '#frag", b"/a%20b/%C3%A9?q=%C3%BC%20%27"),
    ],
)
def test_an_address_is_used_as_it_is_written(text: str, target: bytes) -> None:
    assert parse_url(text).target == target


@pytest.mark.parametrize(
    "text", ["", "h/x", "ftp://h/", "http://", "http://h:0/", "http://h:99999/", "http://h h/", "http://h:x/"]
)
def test_a_bad_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidUrl):
        parse_url(text)


def test_passwords_and_secrets_in_an_address_are_masked() -> None:
    assert (
        mask_url("https://u:p@h/x?sig=abc&v=1&client_secret=s#f") == "https://***@h/x?sig=***&v=1&client_secret=***#f"
    )


def test_host_headers_name_unusual_ports_only() -> None:
    assert parse_url("https://h:443/").host_header == b"h"
    assert parse_url("http://h:8080/").host_header == b"h:8080"
    assert parse_url("http://[::1]:8080/").host_header == b"[::1]:8080"


async def test_compressed_answers_are_not_asked_for() -> None:
    with Server([Reply(body=[gzip.compress(b"x")], length="exact")]) as server:
        await client().request("GET", server.url)
    assert server.seen[0].header("accept-encoding") is None


def test_a_request_does_not_import_heavy_modules() -> None:
    program = (
        "import asyncio, sys\n"
        "from octavo.http.client import HttpClient\n"
        "from octavo.http.identity import ClientIdentity\n"
        "async def main():\n"
        "    http = HttpClient(ClientIdentity({}), {})\n"
        "    await http.request('GET', sys.argv[1])\n"
        "    await http.aclose()\n"
        "asyncio.run(main())\n"
        "heavy = {'email', 'zipfile', 'importlib.metadata', 'urllib.request', 'http.client', 'json', 'random', "
        "'pathlib', 'urllib.parse', 'ipaddress', 'tempfile'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    with Server([json_reply({})]) as server:
        done = subprocess.run(
            [sys.executable, "-S", "-c", program, server.url],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
    assert done.stdout.strip() == "[]"
