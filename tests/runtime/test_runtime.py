"""One assembly: conversations from nothing but configuration sources, without touching the process."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from story import says

from octavo.config.choices import ConfigFlags
from octavo.config.load import ConfigSources, load_config
from octavo.engine.conversation import Conversation
from octavo.errors import ConfigError
from octavo.model.scripted import ScriptedBackend
from octavo.protocol import events, ops
from octavo.protocol.turn_items import TextInput
from octavo.runtime.front_end import FrontEnd
from octavo.runtime.runtime import Runtime


def made(folder: Path, *answers: str, warn: Callable[[str], None] | None = None, env_key: bool = False) -> Runtime:
    """A runtime in a home and a project of its own, whose model gives these answers."""
    home, project = folder / "home", folder / "project"
    home.mkdir(parents=True, exist_ok=True)
    project.mkdir(exist_ok=True)
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(home), "CODEX_API_KEY": "key"}
    overrides = (("model", "gpt-5"), ("approval_policy", "never"))
    sources = ConfigSources(str(home), str(project), environ, overrides, managed_path=str(home / "none"))
    runtime = Runtime(sources, load_config(sources), FrontEnd("exec", "tester", env_key=env_key), warn)
    runtime.use_backend(ScriptedBackend([says(text) for text in answers]))
    return runtime


async def say(conversation: Conversation, text: str) -> str | None:
    """The agent's last words about it."""
    await conversation.submit(ops.UserInputOp((TextInput(text),)))
    while True:
        match (await conversation.next_event()).msg:
            case events.TaskComplete(last_agent_message=said):
                return said


async def test_a_conversation_is_opened_resumed_and_forked(tmp_path: Path) -> None:
    runtime = made(tmp_path, "one", "two", "three")
    first = await runtime.open()
    assert await say(first, "a") == "one"
    await first.close()
    path = first.configured.rollout_path
    again = await runtime.resume(path)
    assert again.id == first.id
    assert await say(again, "b") == "two"
    await again.close()
    forked = await runtime.fork(path, 1)
    assert forked.id != first.id
    assert await say(forked, "c") == "three"
    await forked.close()
    await runtime.aclose()


async def test_two_live_in_one_process_each_with_its_own_home_and_model(tmp_path: Path) -> None:
    runtimes = [made(tmp_path / name, name) for name in ("left", "right")]
    conversations = [await runtime.open() for runtime in runtimes]
    assert await asyncio.gather(*(say(one, "who?") for one in conversations)) == ["left", "right"]
    for runtime, conversation in zip(runtimes, conversations, strict=True):
        assert conversation.configured.rollout_path.startswith(runtime.config.codex_home)
        await conversation.close()
        await runtime.aclose()


async def test_nothing_of_the_process_is_touched(tmp_path: Path) -> None:
    def process() -> object:
        handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
        return dict(os.environ), os.getcwd(), handlers, gc.isenabled(), gc.get_freeze_count(), os.umask(os.umask(0o22))

    os.umask(0o22)
    before = process()
    runtime = made(tmp_path, "hi")
    conversation = await runtime.open()
    await say(conversation, "a")
    assert process() == before
    await conversation.close()
    await runtime.aclose()
    assert process() == before


async def test_commands_find_apply_patch_until_the_end(tmp_path: Path) -> None:
    runtime = made(tmp_path)
    derived = runtime.derive(ConfigFlags(model="gpt-5-codex"))
    assert derived.model == "gpt-5-codex"
    for config in (runtime.config, derived):
        first, _, rest = config.environ["PATH"].partition(":")
        assert (sorted(os.listdir(first)), rest) == (["apply_patch", "applypatch"], "/usr/bin:/bin")
    await runtime.aclose()
    assert not os.path.exists(first)


async def test_without_a_writable_home_there_is_a_warning_and_the_path_of_before(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/tmp").touch()
    said: list[str] = []
    runtime = made(tmp_path, warn=said.append)
    assert runtime.config.environ["PATH"] == "/usr/bin:/bin"
    assert [line.startswith("WARNING: proceeding, even though we could not update PATH: ") for line in said] == [True]
    await runtime.aclose()


def test_what_is_derived_keeps_the_overrides_of_the_start_below_its_own(tmp_path: Path) -> None:
    runtime = made(tmp_path)
    derived = runtime.derive(ConfigFlags(), (("model", "o3"),))
    assert (derived.model, derived.approval_policy) == ("o3", "never")
    with pytest.raises(ConfigError):
        runtime.derive(ConfigFlags(), (("model_provider", "nobody"),))


@pytest.mark.parametrize("counts", [True, False])
async def test_the_key_in_the_environment_counts_where_the_front_end_says_so(tmp_path: Path, counts: bool) -> None:
    runtime = made(tmp_path, env_key=counts)
    assert await runtime.remote.auth.bearer() == ("key" if counts else None)
    await runtime.aclose()
