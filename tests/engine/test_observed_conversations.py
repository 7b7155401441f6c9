"""What an observer of a conversation is told, and when."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, cast

from model_calls import responses_backend
from model_server import Reply, Server, completed, stream
from model_server import message as said
from story import answer, call, conversation, message, patch, says, shell
from test_model_observer import Notes

from octavo.config.schema import ShellEnvironmentPolicy
from octavo.model.observer import ModelObserver
from octavo.protocol import ops
from octavo.protocol.review import ReviewRequest
from octavo.protocol.turn_items import ImageInput, TextInput
from octavo.protocol.usage import TokenUsage
from octavo.tools.telemetry import Assessment, CallOutcome, ConversationStart, Decision, ObservedTurn, TurnOutcome

ODD_SERVER = Path(__file__).parent.parent / "mcp" / "odd_server.py"


class Watcher:
    """Writes down everything, of all conversations."""

    def __init__(self) -> None:
        self.starts: list[ConversationStart] = []
        self.prompts: list[str] = []
        self.decisions: list[Decision] = []
        self.outcomes: list[CallOutcome] = []
        self.assessments: list[Assessment] = []
        self.models: list[str] = []
        self.turns: list[tuple[str, str]] = []
        self.errors: list[str | None] = []

    def conversation_started(self, start: ConversationStart) -> Watcher:
        self.starts.append(start)
        return self

    def turn_started(self, turn: ObservedTurn) -> None:
        self.turns.append((turn.turn_id, "started"))

    def turn_ended(self, turn: ObservedTurn, outcome: TurnOutcome) -> None:
        assert outcome.seconds >= 0
        self.turns.append((turn.turn_id, outcome.end))
        self.errors.append(outcome.error)

    def trace_context(self, turn: ObservedTurn) -> dict[str, str]:
        return {"traceparent": f"of-{turn.turn_id}"}

    def nested(self, turn: ObservedTurn) -> Watcher:
        return self

    def prompted(self, turn: ObservedTurn, text: str) -> None:
        self.prompts.append(text)

    def model_calls(self, turn: ObservedTurn) -> ModelObserver:
        self.models.append(turn.model.slug)
        return cast("ModelObserver", None)  # a script tells nobody about requests

    def decided(self, turn: ObservedTurn, decision: Decision) -> None:
        self.decisions.append(decision)

    def called(self, turn: ObservedTurn, outcome: CallOutcome) -> None:
        self.outcomes.append(outcome)

    def assessed(self, turn: ObservedTurn, assessment: Assessment) -> None:
        self.assessments.append(assessment)

    @property
    def decided_on(self) -> list[tuple[str, str, str, str]]:
        return [(one.tool, one.call_id, one.decision, one.source) for one in self.decisions]


def watched(watcher: Watcher) -> dict[str, Any]:
    return {"services": {"telemetry": watcher}}


async def test_a_conversation_tells_its_start_before_anything_else(tmp_path: Path) -> None:
    watcher = Watcher()
    async with conversation(tmp_path / "w", [], **watched(watcher)) as talk:
        (start,) = watcher.starts
        assert start.conversation_id == talk.conversation.id
        assert (start.config.model, start.model.family.slug, start.source) == ("gpt-5-codex", "gpt-5-codex", "exec")


async def test_what_the_user_says_is_told_also_when_it_joins_a_turn(tmp_path: Path) -> None:
    watcher = Watcher()
    script = [answer(shell("echo hi")), says("done"), says("more"), says("more")]
    async with conversation(tmp_path / "w", script, approval_policy="untrusted", **watched(watcher)) as talk:
        picture = ImageInput("data:image/png;base64,")
        turn_id = await talk.submit(ops.UserInputOp((TextInput("zwei"), picture, TextInput("é"))))
        await talk.until("exec_approval_request")
        await talk.say("and this")
        await talk.submit(ops.ExecApproval(turn_id, "approved"))
        await talk.rest_of(turn_id)
    assert watcher.prompts == ["zweié", "and this"]
    assert set(watcher.models) == {"gpt-5-codex"}


async def test_what_one_conversation_says_to_another_is_no_prompt(tmp_path: Path) -> None:
    watcher = Watcher()
    async with conversation(tmp_path / "w", [says("fine")], **watched(watcher)) as talk:
        await talk.rest_of(await talk.submit(ops.Review(ReviewRequest("look", "changes"))))
    assert watcher.prompts == []
    assert len(watcher.starts) == 2


async def test_decisions_of_the_configuration_and_of_the_user(tmp_path: Path) -> None:
    watcher = Watcher()
    commands = (["echo", "1"], "touch x", "touch x", "rm y")
    calls = [shell(command, f"c{number}") for number, command in enumerate(commands, 1)]
    script = [part for item in calls for part in (answer(item), says("done"))]
    async with conversation(tmp_path / "w", script, approval_policy="untrusted", **watched(watcher)) as talk:
        for decision in (None, "approved_for_session", None, "denied"):
            turn_id = await talk.say("go")
            if decision is not None:
                await talk.decide(cast("Any", decision))
            await talk.rest_of(turn_id)
    assert watcher.decided_on == [
        ("shell", "c1", "approved", "config"),
        ("shell", "c2", "approved_for_session", "user"),
        ("shell", "c3", "approved_for_session", "user"),
        ("shell", "c4", "denied", "user"),
    ]
    assert [one.success for one in watcher.outcomes] == [True, True, True, False]


async def test_patches_are_decided_in_the_same_place(tmp_path: Path, outside: Path) -> None:
    watcher = Watcher()
    inside, leaving = (patch(f"*** Add File: {path}\n+1") for path in ("a", outside / "b"))
    script = [answer(inside), says("done"), answer(leaving), says("done")]
    async with conversation(tmp_path / "w", script, approval_policy="on-request", **watched(watcher)) as talk:
        await talk.user("go")
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    assert [(one.decision, one.source) for one in watcher.decisions] == [("approved", "config"), ("denied", "user")]
    assert watcher.outcomes[-1].output == "patch rejected by user"


async def test_a_denial_that_is_asked_about_is_a_second_decision(tmp_path: Path, outside: Path) -> None:
    watcher = Watcher()
    opinion = '{"description":"writes","risk_level":"low","risk_categories":[]}'
    settings: dict[str, Any] = {
        "approval_policy": "on-failure",
        "features": {"experimental_sandbox_command_assessment": True},
    }
    script = [answer(shell(f"echo 1 > {outside}/x")), says(opinion), says("done")]
    async with conversation(tmp_path / "w", script, **settings, **watched(watcher)) as talk:
        turn_id = await talk.say("go")
        await talk.decide("denied")
        await talk.rest_of(turn_id)
    assert [(one.decision, one.source) for one in watcher.decisions] == [("approved", "config"), ("denied", "user")]
    (assessment,) = watcher.assessments
    assert (assessment.call_id, assessment.status) == ("c1", "success")
    assert assessment.risk is not None
    assert assessment.risk.risk_level == "low"


async def test_a_call_tells_its_arguments_and_its_answer(tmp_path: Path) -> None:
    watcher = Watcher()
    script = [answer(call("nope", {"a": 1}), message("m")), says("done")]
    async with conversation(tmp_path / "w", script, **watched(watcher)) as talk:
        await talk.user("go")
    (outcome,) = watcher.outcomes
    assert (outcome.tool, outcome.call_id, outcome.success, outcome.seconds) == ("nope", "c1", False, 0.0)
    assert outcome.output == "unsupported call: nope"
    assert outcome.arguments is not None
    assert '"a"' in outcome.arguments


async def test_requests_of_a_whole_turn_are_told_as_they_go_over_http(tmp_path: Path) -> None:
    class Listens(Watcher):
        """Hears of model calls, too."""

        def __init__(self) -> None:
            super().__init__()
            self.notes = Notes()

        def model_calls(self, turn: ObservedTurn) -> ModelObserver:
            return self.notes

    watcher = Listens()
    with Server([Reply(503), stream(said("a"), completed(3), headers=[("cf-ray", "ray-1")])]) as server:
        settings: dict[str, Any] = {"provider": {"base_url": server.url, "request_max_retries": 1}}
        backend = responses_backend(tmp_path)
        async with conversation(tmp_path / "w", backend, **settings, **watched(watcher)) as talk:
            await talk.user("go")
    assert watcher.notes.requests == [(0, 503, "503 Service Unavailable", None), (1, 200, None, "ray-1")]
    assert watcher.notes.usage == [TokenUsage(3, 0, 0, 0, 3)]


async def test_a_turn_is_told_from_its_start_to_its_end(tmp_path: Path) -> None:
    watcher = Watcher()
    async with conversation(tmp_path / "w", [says("fine")], **watched(watcher)) as talk:
        turn_id = await talk.say("go")
        await talk.rest_of(turn_id)
    assert watcher.turns == [(turn_id, "started"), (turn_id, "completed")]
    assert watcher.errors == [None]


async def test_turns_that_fail_or_are_interrupted_are_told_so(tmp_path: Path) -> None:
    watcher = Watcher()
    script = [answer(shell("touch x"))]
    async with conversation(tmp_path / "w", script, approval_policy="untrusted", **watched(watcher)) as talk:
        first = await talk.say("go")
        await talk.until("exec_approval_request")
        await talk.submit(ops.Interrupt())
        await talk.rest_of(first)
        second = await talk.say("go")  # the script is over
        await talk.rest_of(second)
    assert watcher.turns == [(first, "started"), (first, "aborted"), (second, "started"), (second, "failed")]
    assert watcher.errors[0] is None
    assert watcher.errors[1]


async def test_commands_get_the_context_of_the_trace(tmp_path: Path) -> None:
    watcher = Watcher()
    script = [answer(shell("echo in $TRACEPARENT")), says("done")]
    async with conversation(tmp_path / "w", script, **watched(watcher)) as talk:
        turn_id = await talk.say("go")
        await talk.rest_of(turn_id)
    assert f"in of-{turn_id}" in str(watcher.outcomes[0].output)


async def test_the_environment_policy_stands_above_the_context_of_the_trace(tmp_path: Path) -> None:
    watcher = Watcher()
    script = [answer(shell("echo in $TRACEPARENT.")), says("done")]
    policy = ShellEnvironmentPolicy(exclude=("TRACE*",))
    async with conversation(tmp_path / "w", script, shell_environment_policy=policy, **watched(watcher)) as talk:
        await talk.rest_of(await talk.say("go"))
    assert "in ." in str(watcher.outcomes[0].output)


async def test_mcp_servers_get_the_context_of_the_trace(tmp_path: Path) -> None:
    watcher, log = Watcher(), tmp_path / "seen"
    servers = {"odd": {"command": sys.executable, "args": ["-I", "-S", str(ODD_SERVER)], "env": {"SEEN": str(log)}}}
    script = [answer(call("mcp__odd__echo", {"a": 1})), says("done")]
    async with conversation(tmp_path / "w", script, mcp_servers=servers, **watched(watcher)) as talk:
        turn_id = await talk.say("go")
        await talk.rest_of(turn_id)
    last = json.loads(log.read_text().splitlines()[-1])
    assert last["method"] == "tools/call"
    assert last["params"]["_meta"] == {"progressToken": 1, "traceparent": f"of-{turn_id}"}
