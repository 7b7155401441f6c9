"""A browser without a screen, on a page of a local server, in the sandbox."""

from __future__ import annotations

import os
from pathlib import Path

from tool_at_hand import needs_private_network, node_modules, program, run, succeeded, write

FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update"
)
SERVE = """
const http = require("http");
const page = "<title>t</title><script>fetch('/data').then(a => a.text()).then(t => document.title = t)</script>";
const server = http.createServer((request, response) => {
  response.setHeader("content-type", request.url === "/" ? "text/html" : "text/plain");
  response.end(request.url === "/" ? page : "fetched");
}).listen(8080, "127.0.0.1");
"""


async def test_chromium_shows_a_local_page(workspace: Path) -> None:
    needs_private_network()
    chromium = program("chromium")
    program("node")
    write(workspace, {"serve.js": SERVE})
    script = f"""
        node serve.js & server=$!
        {chromium} {FLAGS} --user-data-dir=$PWD/profile --virtual-time-budget=3000 --dump-dom http://127.0.0.1:8080/
        kill $server
    """
    said = succeeded(await run(script, workspace, variables={"HOME": str(workspace)}))
    assert "<title>fetched</title>" in said


async def test_playwright_drives_chromium(workspace: Path) -> None:
    needs_private_network()
    chromium = program("chromium")
    modules = node_modules("playwright-core")
    os.symlink(modules, workspace / "node_modules")
    script = (
        SERVE
        + f"""
const {{ chromium }} = require("playwright-core");
(async () => {{
  const browser = await chromium.launch({{ executablePath: {chromium!r}, args: {FLAGS.split()!r} }});
  const page = await browser.newPage();
  await page.goto("http://127.0.0.1:8080/");
  await page.waitForFunction(() => document.title === "fetched");
  console.log(await page.title());
  await page.screenshot({{ path: "page.png" }});
  await browser.close();
  server.close();
}})();
"""
    )
    write(workspace, {"drive.js": script})
    assert "fetched\n" in succeeded(await run("node drive.js", workspace, variables={"HOME": str(workspace)}))
    assert (workspace / "page.png").stat().st_size > 100
