"""What a start may import: each of these costs time that every call would pay."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from app_server_place import Place
from app_server_replies import deltas

import octavo

# Standing for whole trees: a start that loads one of them has become slow.
NEVER = {
    "argparse", "pydantic", "mcp", "rich", "prompt_toolkit", "opentelemetry", "xllamacpp", "PIL", "anyio", "httpx",
    "urllib.request", "email", "http.client", "ctypes", "pathlib", "tempfile", "shutil", "importlib.metadata",
    "importlib.resources", "json", "tree_sitter", "unicodedata", "difflib", "random", "hashlib", "glob", "fnmatch",
    "tomlkit", "optparse", "getopt",
}  # fmt: skip
NOT_FOR_THE_VERSION = NEVER | {
    "asyncio", "msgspec", "typing", "re", "enum", "signal", "subprocess", "logging", "dataclasses", "collections",
    "httpcore2", "tomllib", "octavo.config", "octavo.protocol", "octavo.engine", "octavo.frontends",
}  # fmt: skip
NOT_FOR_MSGSPEC = {"typing_extensions", "platform", "msgspec.inspect", "datetime", "decimal", "uuid", "numbers"}
if sys.version_info >= (3, 12):
    NOT_FOR_MSGSPEC -= {"datetime"}  # it holds nothing but the compiled types there
NOT_FOR_ASYNCIO = {"inspect", "traceback", "linecache", "tokenize", "textwrap", "ast", "dis", "locale", "ssl", "_ssl"}
NOT_ASKED_FOR = {
    "octavo.config.limits", "octavo.engine.limits", "octavo.engine.loop_guard", "octavo.engine.user_hooks",
    "octavo.tools.user_hooks", "octavo.tools.permissions", "octavo.tools.rulings", "octavo.commands.rules",
    "octavo.git.worktrees", "octavo.engine.skill_list",
}  # fmt: skip
TYPES_OF_TODAY = "octavo.frontends.app_server.v2.types"
TYPES_OF_A_PLAIN_ANSWER = {"handshake", "items", "start", "threads", "turns", "values"}
NOT_FOR_A_PLAIN_ANSWER = {
    "octavo.frontends.app_server.v2.asides", "octavo.frontends.app_server.v2.item_asides",
    "octavo.frontends.app_server.v2.shown_work", "octavo.protocol.asides", "octavo.commands",
    "octavo.frontends.jsonrpc.questions", "octavo.frontends.jsonrpc.complaints",
}  # fmt: skip
TELEMETRY = {"octavo.telemetry", "opentelemetry", "requests", "grpc", "google.protobuf"}
NOT_FOR_A_PATCH = NOT_FOR_THE_VERSION | {"octavo.cli"}

HTTP = 'otlp-http = {endpoint = "http://127.0.0.1:9", headers = {}'

WATCH = """
import os, sys
before = set(sys.modules)
# The command ends the process at once, so its last act is the place to look.
leave = os._exit
def tell(code=0):
    os.write(2, ("\\0" + " ".join(sorted(set(sys.modules) - before))).encode())
    leave(code)
os._exit = tell
from octavo.__main__ import main
tell(main())
"""

# The first text that Python's own `compile` gets, such as an annotation of a `NamedTuple`, costs as much as 20 modules.
COMPILE_NO_TEXT = """
import builtins
compile_any = builtins.compile
def compile_no_text(source, name, *more, **others):
    if name == "<string>":
        raise AssertionError(f"a start compiles {source!r}")
    return compile_any(source, name, *more, **others)
builtins.compile = compile_no_text
"""


def loaded_by(folder: Path, program: str, *words: str, config: str = "", said: str = "", before: str = "") -> set[str]:
    """The modules that a start brought in, with `said` on stdin; `before` is code that runs first."""
    (folder / "config.toml").write_text(config)
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "CODEX_HOME": str(folder)}
    code = f"import sys; sys.argv[0] = {program!r}\n{before}{WATCH}"
    result = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=environ,
        cwd=folder,
        input=said,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stderr.rpartition("\0")[2].split())


def among(modules: set[str], names: set[str]) -> set[str]:
    return {module for module in modules if any(module == name or module.startswith(name + ".") for name in names)}


@pytest.mark.parametrize("words", [["--version"], ["exec", "-V"]])
def test_the_version_loads_next_to_nothing(tmp_path: Path, words: list[str]) -> None:
    modules = loaded_by(tmp_path, "octavo", *words)
    assert among(modules, NOT_FOR_THE_VERSION) == set()


def test_help_loads_no_configuration(tmp_path: Path) -> None:
    assert among(loaded_by(tmp_path, "octavo", "help", "exec"), {"asyncio", "msgspec", "octavo.config"}) == set()


def test_features_list_loads_no_event_loop(tmp_path: Path) -> None:
    assert among(loaded_by(tmp_path, "octavo", "features", "list"), {"asyncio", "octavo.engine"} | NEVER) == set()


def _a_turn(folder: Path) -> tuple[str, ...]:
    """The words of a turn with a recorded answer."""
    tape = folder / "tape.jsonl"
    item = '{"type":"message","role":"assistant","id":"m","content":[{"type":"output_text","text":"Hi"}]}'
    done = f'{{"type":"response.output_item.done","item":{item}}}'
    tape.write_text(f'{{"events":[{done},{{"type":"response.completed","response":{{"id":"r"}}}}]}}\n')
    return "exec", "--skip-git-repo-check", "--json", "--replay", str(tape), "hi"


def test_a_turn_loads_only_what_it_needs(tmp_path: Path) -> None:
    modules = loaded_by(tmp_path, "octavo", *_a_turn(tmp_path))
    assert "octavo.engine.turn" in modules
    assert among(modules, NEVER | TELEMETRY | NOT_ASKED_FOR | NOT_FOR_ASYNCIO) == set()


def test_a_turn_compiles_nothing(tmp_path: Path) -> None:
    with ExitStack() as stack:
        place = Place(tmp_path, stack)
        place.model(deltas(["Hi"]))
        config = (place.home / "config.toml").read_text()
        words = ("exec", "--skip-git-repo-check", "hi")
        modules = loaded_by(tmp_path, "octavo", *words, config=config, before=COMPILE_NO_TEXT)
    assert "octavo.engine.turn" in modules


def test_msgspec_comes_without_what_no_start_needs_and_is_whole_to_who_asks(tmp_path: Path) -> None:
    modules = loaded_by(tmp_path, "octavo", *_a_turn(tmp_path), config='model = "gpt-5"\n')
    assert "octavo.engine.turn" in modules
    assert among(modules, NOT_FOR_MSGSPEC | {"tomllib"}) == set()
    code = """
from octavo.cli.loading import load_msgspec
load_msgspec()
import datetime, decimal, msgspec, typing, uuid
from msgspec import inspect
class Point(msgspec.Struct):
    x: "int"
assert msgspec.json.decode(b'{"x": 1}', type=Point) == Point(1)
assert msgspec.json.encode(datetime.date(2020, 1, 2)) == b'"2020-01-02"'
assert msgspec.json.decode(b'"2020-01-02T03:04:05Z"', type=datetime.datetime).hour == 3
assert isinstance(typing.ForwardRef("int"), typing.ForwardRef)
assert decimal.Decimal(1) + 1 == 2 and uuid.NAMESPACE_DNS.version == 1
assert msgspec.json.schema(Point)["$defs"]["Point"]["required"] == ["x"]
assert isinstance(inspect.type_info(int), inspect.IntType)
assert msgspec.inspect.StructType is inspect.StructType
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_asyncio_comes_without_what_shows_errors_and_shows_them(tmp_path: Path) -> None:
    code = """
from octavo.cli.loading import load_asyncio
load_asyncio()
import asyncio, functools, inspect, logging, signal, socket, subprocess, traceback
async def coroutine(): raise ValueError("told")
class Value:
    def plain(self): ...
    async def coroutine(self): ...
ways = [coroutine, Value().coroutine, functools.partial(coroutine)]
ways += [print, Value().plain, functools.partial(print), Value]
assert [asyncio.iscoroutinefunction(way) for way in ways] == [True, True, True, False, False, False, False]
assert inspect.isfunction(coroutine) and traceback.format_exc()
assert subprocess.run(["echo", "x"], text=True, stdout=subprocess.PIPE).stdout == "x\\n"
def two_frames():
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: 1 / 0)
    return loop.create_future()
async def main():
    try:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, coroutine)
    except TypeError:
        print("refused", flush=True)
    two_frames()
    await asyncio.gather(coroutine(), return_exceptions=True)
    task = asyncio.create_task(coroutine())
    await asyncio.wait([task])
    task.print_stack()
logging.basicConfig()
asyncio.run(main(), debug=True)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "refused" in result.stdout
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert "ValueError: told" in result.stderr
    assert "two_frames" in result.stderr


def test_no_value_of_ours_is_a_decimal_or_a_uuid() -> None:
    # `load_msgspec` leaves these out: a type with such a field could not be read or written.
    package = Path(octavo.__file__).parent
    whole_modules = {path: ast.parse(path.read_text()).body for path in package.rglob("*.py")}
    named = {
        path.relative_to(package)
        for path, body in whole_modules.items()
        for node in body
        if isinstance(node, ast.Import | ast.ImportFrom)
        and {"decimal", "uuid"} & {getattr(node, "module", None), *(alias.name for alias in node.names)}
    }
    assert named == set()


@pytest.mark.parametrize("program", ["/x/apply_patch", "/x/applypatch"])
def test_the_patch_program_loads_no_command_line(tmp_path: Path, program: str) -> None:
    patch = "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch"
    modules = loaded_by(tmp_path, program, patch)
    assert (tmp_path / "a.txt").read_text() == "x\n"
    assert among(modules, NOT_FOR_A_PATCH - {"re"}) == set()


def test_the_self_invoked_patch_loads_no_command_line(tmp_path: Path) -> None:
    patch = "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch"
    modules = loaded_by(tmp_path, "/x/octavo", "--codex-run-as-apply-patch", patch)
    assert (tmp_path / "a.txt").read_text() == "x\n"
    assert among(modules, NOT_FOR_A_PATCH - {"re"}) == set()


@pytest.mark.parametrize(
    ("exporter", "loaded"),
    [
        ('"none"', set()),
        (f'{{{HTTP}, protocol = "binary"}}}}', {"octavo.telemetry", "opentelemetry"}),
        ('{otlp-grpc = {endpoint = "http://127.0.0.1:9", headers = {}}}', TELEMETRY - {"requests"}),
    ],
)
def test_exporters_are_loaded_where_one_is_set(tmp_path: Path, exporter: str, loaded: set[str]) -> None:
    modules = loaded_by(tmp_path, "octavo", *_a_turn(tmp_path), config=f"[otel]\nexporter = {exporter}")
    assert {root for root in TELEMETRY if among(modules, {root})} == loaded


def test_clients_of_the_first_generation_do_not_load_the_words_of_today(tmp_path: Path) -> None:
    modules = loaded_by(tmp_path, "octavo", "app-server")
    assert among(modules, {"octavo.frontends.app_server.v2"}) == set()


def test_clients_of_today_do_not_load_the_words_of_the_first_generation(tmp_path: Path) -> None:
    hello = {"clientInfo": {"name": "a", "version": "1"}, "capabilities": {}}
    said = json.dumps({"id": 1, "method": "initialize", "params": hello}) + "\n"
    modules = loaded_by(tmp_path, "octavo", "app-server", said=said)
    assert "octavo.frontends.app_server.v2.handshake" in modules
    assert among(modules, {"octavo.frontends.app_server.v1", "octavo.engine"}) == set()


def test_a_plain_answer_loads_no_types_of_other_things(tmp_path: Path) -> None:
    hello = {"clientInfo": {"name": "a", "version": "1"}, "capabilities": {}}
    with ExitStack() as stack:
        place = Place(tmp_path, stack)
        place.model(deltas(["Hi"]))
        server = place.server(program=[sys.executable, "-c", COMPILE_NO_TEXT + WATCH, "app-server"], initialize=False)
        server.result("initialize", hello)
        thread = server.result("thread/start", {})["thread"]["id"]
        server.result("turn/start", {"threadId": thread, "input": [{"type": "text", "text": "hi"}]})
        assert server.notification("turn/completed")["turn"]["status"] == "completed"
        server.end()
        modules = set(server.stderr_path.read_text().rpartition("\0")[2].split())
    types = {module.removeprefix(f"{TYPES_OF_TODAY}.") for module in among(modules, {TYPES_OF_TODAY})}
    assert types - {TYPES_OF_TODAY} == TYPES_OF_A_PLAIN_ANSWER
    assert among(modules, NOT_FOR_A_PLAIN_ANSWER | NEVER | NOT_FOR_ASYNCIO) == set()


@pytest.mark.parametrize("server", ["app-server", "mcp-server", "acp"])
def test_a_server_loads_no_tools_for_tracebacks(tmp_path: Path, server: str) -> None:
    assert among(loaded_by(tmp_path, "octavo", server), NEVER | NOT_FOR_ASYNCIO) == set()
