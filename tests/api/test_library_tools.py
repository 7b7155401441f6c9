"""Functions as tools: what the model is told, what it may call, and who is asked before."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import msgspec
import pytest
from agents import agent
from agents import request as sent
from story import answer, call, patch, says, shell

import octavo
from octavo import (
    ApprovalRequest,
    BadTool,
    CommandApproval,
    PatchApproval,
    PythonTool,
    ScriptedBackend,
    SubAgent,
    ToolApproval,
    ToolContext,
    ToolError,
    items,
    tool,
)


class Place(msgspec.Struct):
    city: str
    country: str = "IT"


async def called(folder: Path, function: Any, arguments: Any, **more: Any) -> str:
    """What the model gets for one call."""
    name = function.name if isinstance(function, PythonTool) else function.__name__
    backend = ScriptedBackend([answer(call(name, arguments)), says("done")])
    async with agent(folder, backend=backend, tools=[function], **more) as one:
        await one.run("go")
    output: str = sent(backend, 1)["input"][-1]["output"]
    return output


# --- what the model is told ------------------------------------------------------------------


def google(place: Place, days: int = 3, units: Literal["C", "F"] = "C", tags: list[str] | None = None) -> str:
    """The weather of a place.

    Rain is told, too.

    Args:
        place: Where.
        days (int): How many days,
            from today on.
        units: Which degrees.

    Returns:
        A sentence.
    """
    return f"{place.city} {place.country} {days} {units} {tags}"


def sphinx(city: str) -> str:
    """The weather of a place.

    :param str city: Where it is,
        by name.
    :returns: A sentence.
    """
    return city


def numpy(city: str, days: int) -> str:
    """The weather of a place.

    Parameters
    ----------
    city : str
        Where it is.
    days
        How many.

    Returns
    -------
    str
        A sentence.
    """
    return city * days


def test_signature_and_docstring_are_what_the_model_is_told() -> None:
    described = PythonTool(google)
    assert described.description == "The weather of a place.\n\nRain is told, too."
    properties = described.parameters["properties"]
    assert properties["days"] == {"type": "integer", "description": "How many days, from today on."}
    assert properties["units"] == {"type": "string", "enum": ["C", "F"], "description": "Which degrees."}
    assert properties["place"]["properties"] == {"city": {"type": "string"}, "country": {"type": "string"}}
    assert described.parameters["required"] == ["place"]


def test_every_way_of_writing_docstrings_is_read() -> None:
    assert PythonTool(sphinx).parameters["properties"]["city"]["description"] == "Where it is, by name."
    properties = PythonTool(numpy).parameters["properties"]
    assert [properties[name]["description"] for name in ("city", "days")] == ["Where it is.", "How many."]
    assert {PythonTool(one).description for one in (sphinx, numpy)} == {"The weather of a place."}


def test_an_annotation_describes_too() -> None:
    def look(name: Annotated[str, msgspec.Meta(description="Its name.", max_length=5)]) -> None:
        pass

    assert PythonTool(look).parameters["properties"]["name"]["description"] == "Its name."


def test_a_tool_is_still_a_function() -> None:
    @tool(access="read", name="other")
    def double(n: int) -> int:
        """Twice as much."""
        return 2 * n

    assert (double(2), double.name, double.__doc__) == (4, "other", "Twice as much.")


# --- calls --------------------------------------------------------------------------------------


async def test_arguments_come_in_their_types_and_defaults_hold(tmp_path: Path) -> None:
    made = tool(access="read")(google)
    said = await called(tmp_path, made, {"place": {"city": "Rome"}, "tags": ["a"]})
    assert said == "Rome IT 3 C ['a']"


@pytest.mark.parametrize(
    ("value", "said"),
    [("words", "words"), (None, "done"), ({"a": [1]}, '{"a":[1]}'), (Place("Rome"), '{"city":"Rome","country":"IT"}')],
)
async def test_what_a_function_gives_is_told_as_text_or_json(tmp_path: Path, value: Any, said: str) -> None:
    @tool(access="read")
    def give() -> Any:
        return value

    assert await called(tmp_path, give, {}) == said


async def test_plain_functions_do_not_hold_up_the_loop_and_async_ones_run_in_it(tmp_path: Path) -> None:
    main, gate = threading.current_thread(), threading.Event()

    @tool(access="read")
    def blocks() -> bool:
        return gate.wait(10) and threading.current_thread() is not main

    @tool(access="read")
    async def opens() -> bool:
        gate.set()
        return threading.current_thread() is main

    script = [answer(call("blocks", {}, "1"), call("opens", {}, "2")), says("x")]
    async with agent(tmp_path, *script, tools=[blocks, opens]) as one:
        result = await one.run("go")
    assert sorted((item.tool, item.output) for item in result.items if isinstance(item, items.ToolCall)) == [
        ("blocks", "true"),
        ("opens", "true"),
    ]


async def test_a_function_may_ask_which_call_it_is(tmp_path: Path) -> None:
    @tool(access="read")
    def who(context: ToolContext, name: str) -> str:
        return f"{name} {context.call_id} {context.cwd}"

    assert list(who.parameters["properties"]) == ["name"]
    assert await called(tmp_path, who, {"name": "x"}) == f"x c1 {tmp_path / 'project'}"


async def test_a_function_that_fails_is_told_to_the_model_and_the_turn_goes_on(tmp_path: Path) -> None:
    @tool(access="read")
    def breaks() -> None:
        raise ValueError("no such thing")

    @tool(access="read")
    def refuses() -> None:
        raise ToolError("ask me tomorrow")

    assert await called(tmp_path / "a", breaks, {}) == "breaks failed: ValueError: no such thing"
    assert await called(tmp_path / "b", refuses, {}) == "ask me tomorrow"


@pytest.mark.parametrize("arguments", ['{"n": "x"}', '{"n": 1, "m": 2}', "{}", "[1]", "nonsense"])
async def test_arguments_that_do_not_fit_are_told_to_the_model(tmp_path: Path, arguments: str) -> None:
    @tool(access="read")
    def count(n: int) -> int:
        raise AssertionError("not to be called")

    assert (await called(tmp_path, count, arguments)).startswith("failed to parse function arguments: ")


async def test_a_pydantic_model_may_be_a_parameter(tmp_path: Path) -> None:
    pydantic = pytest.importorskip("pydantic")
    inner = pydantic.create_model("Inner", n=(int, ...))

    def add(it: Any) -> int:
        return int(it.n) + 1

    add.__annotations__["it"] = inner
    assert await called(tmp_path, tool(access="read")(add), {"it": {"n": 1}}) == "2"
    assert (await called(tmp_path, tool(access="read")(add), {"it": {"n": "x"}})).startswith("failed to parse")


# --- who is asked ---------------------------------------------------------------------------------


def deed(*access: Any) -> PythonTool[..., str]:
    @tool(access=access)
    def act(what: str = "it") -> str:
        """Do it."""
        return f"did {what}"

    return act


OPEN = {"sandbox_workspace_write.network_access": True}


@pytest.mark.parametrize(
    ("access", "sandbox", "config", "runs"),
    [
        (("read",), "read-only", {}, True),
        (("write",), "read-only", {}, False),
        (("write",), "workspace-write", {}, True),
        (("network",), "workspace-write", {}, False),
        (("network",), "workspace-write", OPEN, True),
        (("network", "write"), "danger-full-access", {}, True),
        (("network", "write"), "workspace-write", {}, False),
    ],
)
async def test_what_the_sandbox_does_not_allow_is_refused_where_nobody_can_be_asked(
    tmp_path: Path, access: Any, sandbox: Any, config: Any, runs: bool
) -> None:
    said = await called(tmp_path, deed(*access), {}, sandbox=sandbox, config=config)
    assert said == "did it" if runs else said.startswith("this call is not allowed, and nobody can be asked: act ")


def test_who_says_nothing_is_taken_to_do_all() -> None:
    assert PythonTool(google).access == {"write", "network"}


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (True, "did x"),
        ("approved", "did x"),
        (False, "the user did not allow this call"),
        ("denied", "the user did not allow this call"),
    ],
)
async def test_the_program_is_asked_and_its_answer_holds(tmp_path: Path, decision: Any, said: str) -> None:
    asked: list[ApprovalRequest] = []

    async def approve(request: ApprovalRequest) -> Any:
        asked.append(request)
        return decision

    got = await called(tmp_path, deed("write"), {"what": "x"}, sandbox="read-only", approve=approve)
    assert got == said
    (request,) = asked
    assert isinstance(request, ToolApproval)
    assert (request.tool, request.arguments, request.agent) == ("act", {"what": "x"}, None)
    assert "which the sandbox does not allow" in request.reason


async def test_an_answer_for_the_session_holds_for_the_same_call(tmp_path: Path) -> None:
    asked: list[ApprovalRequest] = []

    def approve(request: ApprovalRequest) -> Any:
        asked.append(request)
        return "approved_for_session"

    calls = [answer(call("act", {"what": what}, f"c{n}")) for n, what in enumerate(("x", "x", "y"))]
    settings: dict[str, Any] = {"tools": [deed("write")], "sandbox": "read-only", "approve": approve}
    async with agent(tmp_path, *calls, says("done"), **settings) as one:
        await one.run("go")
    assert [request.arguments for request in asked if isinstance(request, ToolApproval)] == [
        {"what": "x"},
        {"what": "y"},
    ]


async def test_under_untrusted_only_reading_goes_unasked(tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "approve": lambda _: False,
        "approval_policy": "untrusted",
        "sandbox": "danger-full-access",
    }
    assert await called(tmp_path / "a", deed("read"), {}, **given) == "did it"
    assert await called(tmp_path / "b", deed("write"), {}, **given) == "the user did not allow this call"


async def test_an_abort_ends_the_turn(tmp_path: Path) -> None:
    script = [answer(call("act", {}))]
    given: dict[str, Any] = {"tools": [deed("write")], "sandbox": "read-only", "approve": lambda _: "abort"}
    async with agent(tmp_path, *script, **given) as one:
        assert (await one.run("go")).status == "interrupted"


@pytest.mark.parametrize("wrong", ["raises", "nonsense"])
async def test_a_callback_that_fails_ends_the_turn_and_is_told_to_who_waits(tmp_path: Path, wrong: str) -> None:
    async def approve(_: ApprovalRequest) -> Any:
        if wrong == "raises":
            raise LookupError("no such user")
        return "perhaps"

    script = [answer(call("act", {})), says("fine")]
    given: dict[str, Any] = {"tools": [deed("write")], "sandbox": "read-only", "approve": approve}
    async with agent(tmp_path, *script, **given) as one, await one.thread_start() as thread:
        reason = "no such user" if wrong == "raises" else "which is no decision"
        with pytest.raises((LookupError, octavo.OctavoError), match=reason):
            await thread.run("go")
        assert (await thread.run("again")).final_response == "fine"


async def test_commands_and_patches_are_asked_about_as_what_they_are(tmp_path: Path) -> None:
    asked: list[ApprovalRequest] = []

    def approve(request: ApprovalRequest) -> bool:
        asked.append(request)
        return isinstance(request, PatchApproval)

    script = [answer(shell("touch a", "s")), answer(patch("*** Add File: b\n+x", "p")), says("done")]
    given: dict[str, Any] = {"approve": approve, "approval_policy": "untrusted", "model": "gpt-5-codex"}
    async with agent(tmp_path, *script, **given) as one:
        await one.run("go")
    command, change = asked
    assert isinstance(command, CommandApproval)
    assert (command.command, command.cwd) == (("bash", "-c", "touch a"), str(tmp_path / "project"))
    assert isinstance(change, PatchApproval)
    assert list(change.changes) == [str(tmp_path / "project" / "b")]
    assert [path.name for path in (tmp_path / "project").iterdir()] == ["b"]


# --- agents as tools ------------------------------------------------------------------------------


async def test_another_agent_has_tools_of_its_own_and_asks_in_its_name(tmp_path: Path) -> None:
    asked: list[ApprovalRequest] = []

    def approve(request: ApprovalRequest) -> bool:
        asked.append(request)
        return True

    helper = SubAgent("helper", "Acts.", tools=[deed("write")])
    script = [
        answer(call("agent_helper", {"task": "act"})),
        answer(call("act", {"what": "x"})),
        says("acted"),
        says("ok"),
    ]
    given: dict[str, Any] = {"agents": [helper], "sandbox": "read-only", "approve": approve}
    backend = ScriptedBackend(script)
    async with agent(tmp_path, backend=backend, **given) as one:
        result = await one.run("go")
    (request,) = asked
    assert isinstance(request, ToolApproval)
    assert (request.agent, request.tool, request.arguments) == ("helper", "act", {"what": "x"})
    shown = [(item.tool, item.output) for item in result.items if isinstance(item, items.ToolCall)]
    assert shown == [("act", "did x"), ("agent_helper", "acted")]
    names = [[spec.get("name") for spec in sent(backend, number)["tools"]] for number in range(4)]
    assert ["agent_helper" in some for some in names] == [True, False, False, True]
    assert ["act" in some for some in names] == [False, True, True, False]


# --- what cannot be a tool ------------------------------------------------------------------------


def no_type(n) -> None:  # type: ignore[no-untyped-def]
    pass


def many(*names: str) -> None:
    pass


def odd(n: complex) -> None:
    pass


def foreign(n: "Nowhere") -> None:  # type: ignore[name-defined]  # noqa: F821, UP037
    pass


def shell_again(command: str) -> None:
    pass


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (lambda: [no_type], "no_type: the parameter n has no type"),
        (lambda: [many], "many: the parameter names has no name that a model could use"),
        (lambda: [odd], "odd: .* has no JSON schema"),
        (lambda: [foreign], "foreign: the signature cannot be read: name 'Nowhere' is not defined"),
        (lambda: [tool(name="sh ell")(deed)], "'sh ell' is no name for a tool"),
        (lambda: [tool(access=cast("Any", "run"))(sphinx)], "sphinx: access is read, write or network, not 'run'"),
        (lambda: [sphinx, sphinx], "there are two tools sphinx"),
        (lambda: [tool(name="shell")(shell_again)], "there is a tool shell already"),
        (lambda: [3], "3 is no function"),
    ],
)
def test_what_cannot_be_a_tool_is_refused_at_once(tmp_path: Path, given: Callable[[], Any], reason: str) -> None:
    with pytest.raises(BadTool, match=reason) as caught:
        agent(tmp_path, tools=given())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        ({"sandbox": "readonly"}, "helper: unknown variant `readonly`, expected one of `read-only`, .*"),
        ({"model": 5}, "helper: .*expected a string in `model`"),
        ({"max_tokens": 0}, "helper: max_tokens has to be at least 1"),
    ],
)
def test_an_agent_with_a_setting_that_is_not_known_is_refused_at_once(own: dict[str, Any], reason: str) -> None:
    with pytest.raises(BadTool, match=reason) as caught:
        SubAgent("helper", "Acts.", **own)
    assert "\n" not in str(caught.value)


async def test_a_call_that_is_cancelled_takes_its_function_along(tmp_path: Path) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    @tool(access="read")
    async def waits() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with agent(tmp_path, answer(call("waits", {})), tools=[waits]) as one:
        task = asyncio.create_task(one.run("go"))
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()
