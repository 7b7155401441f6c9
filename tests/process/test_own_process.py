"""How the program closes itself, and how its commands find `apply_patch`."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from octavo.process.failures import SpawnError
from octavo.process.hardening import harden
from octavo.process.patch_links import make_patch_links, path_with_links

ARGUMENT = "it's a\npatch"


def in_child(code: str, **environ: str) -> str:
    arguments = [sys.executable, "-c", textwrap.dedent(code)]
    made = {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent", **environ}
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, env=made)
    return done.stdout


def test_hardening_forbids_dumps_and_core_files() -> None:
    code = """
        import ctypes, os, resource
        from octavo.process.hardening import harden
        harden(os.environ)
        print(ctypes.CDLL(None).prctl(3), resource.getrlimit(resource.RLIMIT_CORE), "LD_PRELOADED" in os.environ)
    """
    assert in_child(code, LD_PRELOADED="x") == "0 (0, 0) False\n"


def test_hardening_keeps_the_rest_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import octavo.process.hardening as hardening

    monkeypatch.setattr(hardening, "_call", lambda *arguments: 0)
    monkeypatch.setattr(hardening, "_forbid_core_files", lambda: None)
    environ = {"LD_PRELOAD": "x", "LD_LIBRARY_PATH": "y", "OLD_PATH": "z", "PATH": "p"}
    harden(environ)
    assert environ == {"OLD_PATH": "z", "PATH": "p"}


def test_the_links_come_first_on_the_path_and_go_at_exit(tmp_path: Path) -> None:
    code = """
        import os, sys
        from octavo.process.patch_links import make_patch_links, path_with_links
        links = make_patch_links(os.environ["HOME"])
        print(path_with_links(links, {"PATH": "/bin"}))
        print(sorted(os.listdir(links.folder)), oct(os.stat(links.folder).st_mode & 0o777))
    """
    path, content = in_child(code, HOME=str(tmp_path)).splitlines()
    folder, _, rest = path.partition(":")
    assert (os.path.dirname(folder), rest) == (str(tmp_path / "tmp"), "/bin")
    assert content == "['apply_patch', 'applypatch'] 0o700"
    assert list(tmp_path.iterdir()) == []


def test_links_of_a_killed_program_are_removed_and_those_of_a_living_one_are_not(tmp_path: Path) -> None:
    code = "import os; from octavo.process.patch_links import *; make_patch_links(os.environ['HOME']); os._exit(0)"
    in_child(code, HOME=str(tmp_path))
    (abandoned,) = (tmp_path / "tmp").iterdir()
    first = make_patch_links(str(tmp_path))
    assert not abandoned.exists()
    second = make_patch_links(str(tmp_path))
    assert sorted(map(str, (tmp_path / "tmp").iterdir())) == sorted([first.folder, second.folder])
    first.remove()
    second.remove()


def test_a_forked_copy_does_not_remove_the_links(tmp_path: Path) -> None:
    links = make_patch_links(str(tmp_path))
    if os.fork() == 0:
        links.remove()
        os._exit(0)
    os.wait()
    assert os.path.exists(links.folder)
    assert path_with_links(links, {"PATH": ""}) == links.folder
    assert path_with_links(links, {}) == f"{links.folder}:/bin:/usr/bin"
    links.remove()
    links.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("installed", [True, False])
@pytest.mark.parametrize("name", ["apply_patch", "applypatch"])
def test_the_links_start_the_program_under_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool, name: str
) -> None:
    """A stand-in for the program, so that its name and arguments can be seen."""
    seen = "import sys\ndef main():\n    print(sys.argv)\n    return 3\n"
    package = tmp_path / "package/octavo"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(seen)
    (package / "process").mkdir()
    interpreter = tmp_path / "with space"
    interpreter.mkdir()
    if installed:
        script = interpreter / "octavo"
        script.write_text(f"#!{sys.executable}\n{seen}sys.exit(main())\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(interpreter / "python"))
    else:
        (interpreter / "python").symlink_to(os.path.realpath(sys.executable))
        monkeypatch.setattr(sys, "executable", str(interpreter / "python"))
        monkeypatch.setattr("octavo.process.patch_links.__file__", str(package / "process/patch_links.py"))
    links = make_patch_links(str(tmp_path))
    environ = {"PATH": path_with_links(links, {"PATH": "/usr/bin:/bin"})}
    done = subprocess.run([name, ARGUMENT], env=environ, check=False, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert done.stdout == f"{[os.path.join(links.folder, name), ARGUMENT]}\n"
    links.remove()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2, 'Io(Os { code: 2, kind: NotFound, message: "No such file or directory" })'),
        (13, 'Io(Os { code: 13, kind: PermissionDenied, message: "Permission denied" })'),
        (8, 'Io(Os { code: 8, kind: Uncategorized, message: "Exec format error" })'),
    ],
)
def test_spawn_errors_are_told_as_clients_know_them(number: int, text: str) -> None:
    assert str(SpawnError(number)) == f"execution error: {text}"
