"""What a user installs: both distributions are built, and the wheel does the demo in a bare environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import octavo

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    not os.environ.get("OCTAVO_SOAK"), reason="OCTAVO_SOAK is not set: this installs everything anew"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("build", reason="build is not installed (pip install build)")
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT))
    return folder


def run(*command: str, **more: str) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        command, env={**environ, **more}, capture_output=True, text=True, timeout=600, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_both_distributions_have_what_they_need_and_one_version(built: Path) -> None:
    (wheel,), (source,) = built.glob("*.whl"), built.glob("*.tar.gz")
    assert {path.name.split("-")[1].removesuffix(".tar.gz") for path in (wheel, source)} == {octavo.__version__}
    inside = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in inside} == {"octavo", f"octavo-{octavo.__version__}.dist-info"}
    for name in ("octavo/py.typed", "octavo/__init__.pyi", "octavo/prompts/review.md"):
        assert name in inside
    with tarfile.open(source) as archive:
        parts = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    assert {"src", "tests", "docs", "demo", "LICENSE", "pyproject.toml"} <= parts
    assert not parts & {".cache", ".venv", "build", "dist"}


def test_the_wheel_does_the_demo_in_a_bare_environment_without_a_compiler(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"))
    bin_folder = tmp_path / "venv" / "bin"
    no_compiler = {"CC": "/bin/false", "CXX": "/bin/false"}
    run(str(bin_folder / "pip"), "install", "--quiet", "--only-binary", ":all:", str(wheel), **no_compiler)
    assert run(str(bin_folder / "octavo"), "--version").split() == ["octavo", octavo.__version__]
    run(str(bin_folder / "python"), "-c", "import octavo; octavo.Agent, octavo.SyncAgent")
    run(str(bin_folder / "python"), str(ROOT / "demo" / "mend_a_bug.py"), "--exe", str(bin_folder / "octavo"))
