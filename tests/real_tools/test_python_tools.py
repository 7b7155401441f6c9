"""Test runners, web frameworks and installers of Python, in the sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

from tool_at_hand import needs_private_network, python_with, run, succeeded, write


async def test_pytest_with_workers_and_asyncio(workspace: Path) -> None:
    python = python_with("pytest", "xdist", "pytest_asyncio")
    write(
        workspace,
        {
            "pytest.ini": "[pytest]\nasyncio_mode = auto\n",
            "test_it.py": "import asyncio\nimport pytest\n"
            "@pytest.mark.parametrize('n', range(20))\ndef test_sync(n, tmp_path): (tmp_path / 'x').touch()\n"
            "async def test_async(): assert await asyncio.to_thread(lambda: 1) == 1\n",
        },
    )
    assert "21 passed" in succeeded(await run(f"{python} -m pytest -q -n 2", workspace))


async def test_unittest_with_a_server_in_a_thread(workspace: Path) -> None:
    needs_private_network()
    test = """
import http.server, threading, unittest, urllib.request
class TestServer(unittest.TestCase):
    def test_get(self):
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
            threading.Thread(target=server.serve_forever).start()
            with urllib.request.urlopen(f"http://localhost:{server.server_port}/") as answer:
                self.assertEqual(answer.status, 200)
            server.shutdown()
"""
    write(workspace, {"test_server.py": test})
    assert "OK" in succeeded(await run(f"{sys.executable} -m unittest", workspace))


async def test_multiprocessing_and_process_pools(workspace: Path) -> None:
    script = """
import concurrent.futures, multiprocessing
def double(number): return 2 * number
if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, pool.map(double, range(3)))
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        print(sum(pool.map(double, range(10))))
    with multiprocessing.Manager() as manager:
        shared = manager.dict(a=1)
        print(dict(shared))
"""
    needs_private_network()
    write(workspace, {"pools.py": script})
    said = succeeded(await run(f"{sys.executable} pools.py", workspace))
    assert said.split("\n") == [*(f"{how} [0, 2, 4]" for how in ("fork", "spawn", "forkserver")), "90", "{'a': 1}", ""]


async def test_flask_by_its_client_and_by_a_live_server(workspace: Path) -> None:
    needs_private_network()
    python = python_with("flask")
    write(
        workspace,
        {
            "app.py": "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef index(): return 'hello'\n",
            "check.py": "import urllib.request\nfrom app import app\nprint(app.test_client().get('/').text)\n"
            "import threading\nfrom werkzeug.serving import make_server\nserver = make_server('127.0.0.1', 5000, app)\n"
            "threading.Thread(target=server.serve_forever).start()\n"
            "print(urllib.request.urlopen('http://127.0.0.1:5000/').read().decode())\nserver.shutdown()\n",
            "serve.sh": f"{python} -m flask run -p 5001 > log 2>&1 &\n"
            "for _ in $(seq 200); do curl -sf http://127.0.0.1:5001/ && break; sleep 0.05; done\nkill %1\n",
        },
    )
    assert succeeded(await run(f"{python} check.py 2>/dev/null", workspace)) == "hello\nhello\n"
    assert succeeded(await run("bash serve.sh", workspace)) == "hello"


async def test_django_with_a_database_and_a_live_server(workspace: Path) -> None:
    needs_private_network()
    python = python_with("django")
    test = """
import urllib.request
from django.contrib.auth.models import User
from django.test import LiveServerTestCase, TestCase
class Models(TestCase):
    def test_user(self):
        User.objects.create_user("x")
        self.assertEqual(User.objects.count(), 1)
class Live(LiveServerTestCase):
    def test_page(self):
        self.assertEqual(urllib.request.urlopen(self.live_server_url + "/admin/login/").status, 200)
"""
    setup = f"{python} -m django startproject site . && {python} manage.py migrate -v0"
    succeeded(await run(setup.replace("site .", "mysite ."), workspace))
    write(workspace, {"mysite/tests.py": test})
    assert "OK" in succeeded(await run(f"{python} manage.py test --parallel 2 mysite", workspace))


async def test_pip_and_uv_install_from_a_folder_of_wheels(workspace: Path) -> None:
    python = python_with("uv", "wheel", "setuptools")
    write(
        workspace,
        {
            "src/pyproject.toml": '[project]\nname = "small"\nversion = "1"\n[build-system]\n'
            'requires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools]\n'
            'py-modules = ["small"]\n',
            "src/small.py": "word = 'installed'\n",
        },
    )
    said = succeeded(await run(f"{python} -m pip wheel -q --no-build-isolation --no-deps -w wheels ./src", workspace))
    assert "ERROR" not in said
    for install in (
        f"{python} -m venv v && v/bin/pip install -q --no-index --find-links wheels small",
        # uv keeps its cache in the home, which is no writable folder: one inside the workspace does as well.
        f"rm -rf v && export UV_CACHE_DIR=.uv-cache && {python} -m uv venv -q v"
        f" && {python} -m uv pip install -q --python v/bin/python --no-index --find-links wheels small",
    ):
        said = succeeded(await run(f"{install} && v/bin/python -c 'import small; print(small.word)'", workspace))
        assert said.endswith("installed\n")
