"""The exported types: what is in them, and clients that are made of nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from exported_language import BUNDLE, OCTAVO, GeneratedClient, Language, export
from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from model_server import Server, completed, message, stream

CREATED = {"type": "response.created", "response": {"id": "r"}}
SHELL = {"type": "function_call", "name": "shell", "call_id": "c1", "arguments": '{"command":["touch","made"]}'}


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("schemas"), "app-server", "generate-json-schema")


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("typescript") / "new" / "folder", "generate-ts")


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A home and a workspace; a model there wants to run a command, is told how it went, and ends."""
    home, workspace = tmp_path / "home", tmp_path / "ws"
    home.mkdir()
    workspace.mkdir()
    wants = stream(CREATED, {"type": "response.output_item.done", "item": SHELL}, completed(5))
    with Server([wants, stream(CREATED, message("Done."), completed(9))]) as server:
        (home / "config.toml").write_text(
            'model = "gpt-5-codex"\nmodel_provider = "mock"\napproval_policy = "untrusted"\n'
            'sandbox_mode = "danger-full-access"\n[model_providers.mock]\nname = "mock"\n'
            f'base_url = "{server.url}/v1"\nwire_api = "responses"\n'
        )
        yield home, workspace


def test_a_python_client_made_from_the_schemas_completes_a_turn(schemas: Path, places: tuple[Path, Path]) -> None:
    home, workspace = places
    with GeneratedClient(Language(schemas), home, workspace) as client:
        client.initialize(clientInfo={"name": "generated", "version": "1"})
        conversation = client.new_conversation(cwd=str(workspace))["conversationId"]
        client.add_conversation_listener(conversationId=conversation)
        client.send_user_message(conversationId=conversation, items=[{"type": "text", "data": {"text": "go"}}])
        client.until("task_complete")
        assert client.fuzzy_file_search(query="made", roots=[str(workspace)])["files"][0]["path"] == "made"
        assert [question["method"] for question in client.questions] == ["execCommandApproval"]
        client.archive_conversation(
            conversationId=conversation,
            rolloutPath=client.list_conversations()["items"][0]["path"],
        )


NODE_CLIENT = """
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
export class Client {
  #process; #waiting = new Map(); #last = 0; questions = []; events = []; answer = {};
  constructor(program, words, options) {
    this.#process = spawn(program, words, options);
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.#take(JSON.parse(line)));
  }
  #say(message) { this.#process.stdin.write(JSON.stringify(message) + "\\n"); }
  #take(message) {
    if (message.method && "id" in message) {
      if (!SERVER_REQUESTS.includes(message.method)) throw new Error(message.method);
      this.questions.push(message.method);
      this.#say({ id: message.id, result: this.answer[message.method](message.params) });
    } else if (message.method) {
      this.events.push(message.method);
      this.onEvent?.(message.method, message.params);
    } else this.#waiting.get(message.id)(message);
  }
  request(method, params) {
    const id = ++this.#last;
    this.#say({ method, id, params });
    return new Promise((resolve, reject) => this.#waiting.set(id, (answer) =>
      answer.error ? reject(new Error(answer.error.message)) : resolve(answer.result)));
  }
  close() { this.#process.stdin.end(); }
"""

NODE_TURN = """
import { Client } from "./client.mjs";
const [program, workspace] = process.argv.slice(2);
const stdio = ["pipe", "pipe", "inherit"];
const client = new Client(program, ["-m", "octavo", "app-server"], { cwd: workspace, stdio });
client.answer.execCommandApproval = () => ({ decision: "approved" });
await client.initialize({ clientInfo: { name: "node", version: "1" } });
const { conversationId } = await client.newConversation({ cwd: workspace });
await client.addConversationListener({ conversationId });
const done = new Promise((resolve) => { client.onEvent = (method, params) =>
  method === "codex/event/task_complete" && resolve(params.msg.last_agent_message); });
await client.sendUserMessage({ conversationId, items: [{ type: "text", data: { text: "go" } }] });
console.log(JSON.stringify({ said: await done, questions: client.questions }));
client.close();
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_a_node_client_made_from_the_types_completes_a_turn(
    typescript: Path, places: tuple[Path, Path], tmp_path: Path
) -> None:
    home, workspace = places

    def methods(file: str) -> list[str]:
        return re.findall(r'"method": "([^"]+)"', (typescript / file).read_text())

    def function(method: str) -> str:
        name = re.sub("/(.)", lambda hit: hit[1].upper(), method)
        return f"  {name}(params) {{ return this.request({method!r}, params); }}\n"

    requests = "".join(map(function, methods("ClientRequest.ts")))
    known = f"const SERVER_REQUESTS = {json.dumps(methods('ServerRequest.ts'))};\n"
    (tmp_path / "client.mjs").write_text(known + NODE_CLIENT + requests + "}\n")
    (tmp_path / "turn.mjs").write_text(NODE_TURN)
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "CODEX_HOME": str(home)}
    command = ["node", str(tmp_path / "turn.mjs"), sys.executable, str(workspace)]
    out = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE, timeout=60).stdout
    assert json.loads(out) == {"said": "Done.", "questions": ["execCommandApproval"]}
    assert (workspace / "made").exists()


def test_every_typescript_file_has_its_head_and_its_place_in_the_index(typescript: Path) -> None:
    files = sorted(typescript.glob("*.ts"))
    for file in files:
        assert file.read_text().startswith("// GENERATED CODE! DO NOT MODIFY BY HAND!\n\n")
    names = [file.stem for file in files if file.stem != "index"]
    lines = (typescript / "index.ts").read_text().splitlines()[2:]
    assert lines == [f'export type {{ {name} }} from "./{name}";' for name in names]


def test_every_imported_type_exists_and_nothing_is_undefined(typescript: Path) -> None:
    for file in typescript.glob("*.ts"):
        text = file.read_text()
        for target in re.findall(r'from "\./([^"]+)"', text):
            assert (typescript / f"{target}.ts").exists(), (file.name, target)
        assert "| undefined" not in text
        assert not re.search(r"\?: [^,}]*\| null", text), file.name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ConversationId", "string"),
        ("ReasoningEffort", '"minimal" | "low" | "medium" | "high"'),
        ("ArchiveConversationResponse", "Record<string, never>"),
        ("FuzzyFileSearchParams", "{ query: string, roots: Array<string>, cancellationToken: string | null, }"),
        ("TokenCountEvent", "{ info: TokenUsageInfo | null, rate_limits: RateLimitSnapshot | null, }"),
        ("ExecOneOffCommandResponse", "{ exitCode: number, stdout: string, stderr: string, }"),
        ("HistoryEntry", "{ conversation_id: string, ts: bigint, text: string, }"),
    ],
)
def test_a_type_is_written_as_clients_know_it(typescript: Path, name: str, text: str) -> None:
    assert f"\nexport type {name} = {text};\n" in (typescript / f"{name}.ts").read_text()


def test_what_stays_in_memory_of_an_item_is_not_in_its_type(typescript: Path) -> None:
    [reasoning] = re.findall(r'"type": "reasoning", ([^}]*)\}', (typescript / "ResponseItem.ts").read_text())
    assert re.findall(r"(\w+)\??:", reasoning) == ["summary", "content", "encrypted_content"]


def test_every_schema_is_valid_by_itself_and_in_the_bundle(schemas: Path) -> None:
    bundle = json.loads((schemas / BUNDLE).read_text())
    assert (bundle["title"], bundle["type"]) == ("CodexAppServerProtocol", "object")
    for file in schemas.glob("*.json"):
        schema = json.loads(file.read_text())
        Draft7Validator.check_schema(schema)
        known = schema.get("definitions", {})
        for target in re.findall(r'"\$ref": "#/definitions/([^"]+)"', file.read_text()):
            assert target in known, (file.name, target)


@pytest.mark.parametrize(
    ("union", "variant", "tag"),
    [
        ("EventMsg", "AgentMessageEventMsg", "AgentMessageEventMsgType"),
        ("SandboxPolicy", "DangerFullAccessSandboxPolicy", "DangerFullAccessSandboxPolicyMode"),
        ("ClientRequest", "NewConversationRequest", "NewConversationRequestMethod"),
        ("ServerNotification", "AuthStatusChangeNotification", "AuthStatusChangeNotificationMethod"),
    ],
)
def test_variants_and_their_tags_have_titles(schemas: Path, union: str, variant: str, tag: str) -> None:
    variants = json.loads((schemas / f"{union}.json").read_text())["oneOf"]
    found = next(one for one in variants if one["title"] == variant)
    assert tag in [part.get("title") for part in found["properties"].values()]


def failed(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*OCTAVO, *words], check=False, capture_output=True)


def test_a_formatter_gets_every_file_and_its_failure_is_told(tmp_path: Path) -> None:
    formatter = tmp_path / "formatter"
    formatter.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$(dirname "$0")/words"\n')
    formatter.chmod(0o755)
    export(tmp_path / "out", "generate-ts", "-p", str(formatter))
    words = (tmp_path / "words").read_text().splitlines()
    assert words[0] == "--write"
    assert words[1:] == sorted(str(file) for file in (tmp_path / "out").glob("*.ts"))
    result = failed("generate-ts", "-o", str(tmp_path / "out"), "-p", "false")
    assert result.returncode == 1
    assert result.stderr.startswith(b"Error: Prettier failed with status ")
    assert result.stdout == b""


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = failed("generate-ts", "-o", str(tmp_path / "file" / "x"))
    assert (result.returncode, result.stderr.count(b"\n")) == (1, 1)
    assert result.stderr.startswith(b"Error: cannot write ")
