"""`octavo sandbox --check`: what a user reads there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from octavo.sandbox.capabilities import Capabilities, describe_capabilities


def said(found: Capabilities) -> str:
    return "\n".join(describe_capabilities(found))


def test_where_everything_holds_it_says_so() -> None:
    text = said(Capabilities(7, True, "mount", private_network=True))
    assert text.startswith(
        "The sandbox of this machine stands on: Landlock 7, a system call filter, a mount namespace, "
        "a private network for each command ("
    )
    assert text.count("\n  yes  ") == 8
    assert "\n  no " not in text
    assert text.endswith("Commands run in a sandbox here, and all that docs/sandbox.md promises holds.")


def test_a_user_namespace_shows_in_who_owns_files() -> None:
    assert "as nobody's" in said(Capabilities(7, True, "user"))


def test_without_namespaces_the_open_places_are_named_once() -> None:
    text = said(Capabilities(6, True, "none"))
    assert text.count("\n  yes  ") == 4
    assert text.count("\n  no   ") == 4
    assert text.count("allows no network namespace") == 1
    assert text.count("allows no mount namespace") == 2  # what is closed, and what is hidden
    assert "git's hooks" in text
    assert text.endswith("with the gaps above.")


def test_without_a_private_network_it_says_what_does_not_work() -> None:
    text = said(Capabilities(7, True, "user"))
    assert "\n  no   local servers and clients work inside a command" in text
    assert "not start local servers" in text


def test_an_older_kernel_lets_signals_out() -> None:
    text = said(Capabilities(5, True, "mount"))
    assert "\n  no   processes outside get no signals from inside" in text
    assert "Linux 6.12" in text
    assert text.endswith("with the gaps above.")


def test_without_landlock_it_says_what_happens_and_what_is_needed() -> None:
    text = said(Capabilities(0, False, "none"))
    assert "stands on: nothing (" in text
    assert text.count("\n  no   ") == 8
    assert "`error running landlock`" in text
    assert "Linux 5.13" in text
    assert text.endswith("Commands cannot run in a sandbox here.")


def test_on_macos() -> None:
    text = said(Capabilities(0, False, "none", seatbelt=True))
    assert text.count("\n  yes  ") == 5
    assert "Seatbelt closes .git in each writable folder as a whole" in text


def test_what_only_linux_has_is_not_needed_elsewhere() -> None:
    script = """
import os, sys
sys.platform = "darwin"
for name in ("O_PATH", "O_TMPFILE", "memfd_create"):
    if hasattr(os, name):
        delattr(os, name)
import octavo.frontends.exec.last_message, octavo.patch.reach, octavo.process.foreground, octavo.process.launcher.serve
from octavo.sandbox.capabilities import Capabilities, describe_capabilities
for seatbelt in (True, False):
    print(describe_capabilities(Capabilities(0, False, "none", seatbelt=seatbelt))[0])
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("The sandbox of this machine: Seatbelt (macOS).\n")


@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox of Linux")
def test_the_command_prints_it() -> None:
    program = "import sys; from octavo.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "sandbox", "--check"], check=False, capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 0
    assert done.stdout.startswith("The sandbox of this machine stands on: Landlock ")
    assert done.stderr == ""
