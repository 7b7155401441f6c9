"""A good guest: nothing of the process is touched, and nothing is loaded before it is used."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest
from agents import agent, sync_agent
from story import answer, call, patch, says, shell

import octavo
from octavo import tool


def process() -> dict[str, object]:
    """Everything that a library should leave alone."""
    return {
        "signals": [signal.getsignal(number) for number in signal.valid_signals()],
        "wakeup": signal.set_wakeup_fd(signal.set_wakeup_fd(-1)),
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "umask": os.umask(os.umask(0o22)),
        "collector": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), gc.get_debug()),
        "hooks": (sys.excepthook, threading.excepthook, sys.unraisablehook, sys.displayhook),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "handlers": (list(logging.getLogger().handlers), logging.getLogger().level, logging.root.manager.disable),
        "filters": list(warnings.filters),
        "limits": (sys.getrecursionlimit(), sys.getswitchinterval()),
        "path": list(sys.path),
        "policy": type(asyncio.get_event_loop_policy()),
    }


async def test_nothing_of_the_process_is_touched(tmp_path: Path) -> None:
    @tool(access="read")
    def look() -> str:
        """Look."""
        return "seen"

    script = [
        answer(shell("echo hi", "s"), call("look", {}, "l")),
        answer(patch("*** Add File: x\n+x", "p")),
        says("x"),
    ]
    os.umask(0o22)
    before = process()
    async with agent(tmp_path, *script, tools=[look], model="gpt-5-codex") as one:
        await one.run("go")
        assert process() == before
    assert process() == before


def test_nor_without_async(tmp_path: Path) -> None:
    os.umask(0o22)
    before = process()
    with sync_agent(tmp_path, answer(shell("echo hi")), says("x")) as one:
        one.run("go")
        assert process() == before
    assert process() == before
    assert [thread.name for thread in threading.enumerate() if thread.name == "octavo"] == []


def test_no_file_descriptor_is_left_open(tmp_path: Path) -> None:
    def descriptors() -> int:
        return len(os.listdir("/dev/fd"))

    counts = []
    for number in range(3):
        with sync_agent(tmp_path / str(number), answer(shell("echo hi")), says("x")) as one:
            one.run("go")
        gc.collect()
        counts.append(descriptors())
    assert counts[1] == counts[2]


def test_importing_loads_nothing_and_every_name_is_there() -> None:
    code = (
        "import sys, octavo; loaded = [m for m in sys.modules if m.startswith(('octavo.', 'msgspec', 'asyncio'))];"
        "assert loaded == [], loaded; names = [getattr(octavo, n) for n in octavo.__all__]; assert all(names);"
        "assert set(octavo.__all__) <= set(dir(octavo));"
        "heavy = [m for m in ('pydantic', 'mcp', 'tomllib', 'PIL') if m in sys.modules]; assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_types_and_names_agree() -> None:
    stub = (Path(octavo.__file__).parent / "__init__.pyi").read_text()
    declared = {line.split(" as ")[-1].split(":")[0].strip() for line in stub.splitlines() if line.strip()}
    assert declared == set(vars(octavo)["__all__"])


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'octavo' has no attribute 'nothing'"):
        getattr(octavo, "nothing")  # noqa: B009 - types know that it is not there
