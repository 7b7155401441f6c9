"""Node's test runner, vitest, jest, npm and servers, in the sandbox."""

from __future__ import annotations

import os
from pathlib import Path

from tool_at_hand import needs_private_network, node_modules, program, run, succeeded, write


async def test_node_starts_children_and_workers(workspace: Path) -> None:
    node = program("node")
    script = """
const { execSync, spawnSync, fork } = require("child_process");
const { Worker, isMainThread, parentPort } = require("worker_threads");
if (process.send) { process.send("from a child"); process.disconnect(); }
else if (!isMainThread) parentPort.postMessage("from a worker");
else {
  console.log(execSync("echo sync").toString().trim(), spawnSync("cat", { input: "input" }).stdout.toString());
  new Worker(__filename).on("message", (text) => {
    console.log(text);
    fork(__filename).on("message", (word) => console.log(word));
  });
}
"""
    write(workspace, {"children.js": script})
    said = succeeded(await run(f"{node} children.js", workspace))
    assert said == "sync input\nfrom a worker\nfrom a child\n"


async def test_node_serves_and_fetches(workspace: Path) -> None:
    needs_private_network()
    node = program("node")
    script = """
const http = require("http"), net = require("net");
const server = http.createServer((request, response) => response.end("served")).listen(0, "localhost", async () => {
  console.log(await (await fetch(`http://localhost:${server.address().port}/`)).text());
  server.close();
  const local = net.createServer((socket) => socket.end("by path")).listen("./socket", () =>
    net.connect("./socket").on("data", (data) => { console.log(data.toString()); local.close(); }));
});
"""
    write(workspace, {"serve.js": script})
    assert succeeded(await run(f"{node} serve.js", workspace)) == "served\nby path\n"


async def test_the_test_runner_of_node(workspace: Path) -> None:
    node = program("node")
    test = """
const test = require("node:test"), assert = require("assert");
test("a child", () => assert.equal(require("child_process").execSync("echo x").toString(), "x\\n"));
"""
    write(workspace, {"a.test.js": test, "b.test.js": test})
    assert "pass 2" in succeeded(await run(f"{node} --test", workspace))


async def test_npm_runs_scripts(workspace: Path) -> None:
    program("npm")
    package = '{"name": "x", "version": "1.0.0", "scripts": {"pretest": "echo before", "test": "node -p 1+1"}}'
    write(workspace, {"package.json": package})
    assert "2\n" in succeeded(await run("npm test --silent", workspace))


async def test_jest_with_workers(workspace: Path) -> None:
    modules = node_modules("jest")
    os.symlink(modules, workspace / "node_modules")
    write(workspace, {"package.json": "{}", **{f"{n}.test.js": "test('x', () => expect(1).toBe(1));" for n in "abc"}})
    assert "3 passed" in succeeded(await run("node node_modules/.bin/jest --maxWorkers=2", workspace))


async def test_vitest_with_workers(workspace: Path) -> None:
    needs_private_network()
    modules = node_modules("vitest", "vite")
    # It writes a cache there, so the folder has to be the workspace's own.
    (workspace / "node_modules").mkdir()
    for package in modules.iterdir():
        os.symlink(package, workspace / "node_modules" / package.name)
    test = "import { expect, test } from 'vitest'; test('x', () => expect(1).toBe(1));"
    write(workspace, {"package.json": '{"type": "module"}', **{f"{n}.test.js": test for n in "abc"}})
    for pool in ("forks", "threads"):
        assert "3 passed" in succeeded(await run(f"node node_modules/.bin/vitest run --pool={pool}", workspace))
