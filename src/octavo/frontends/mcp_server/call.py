"""One call of a tool: a turn of a conversation, told as it goes on, and answered at its end (`docs/mcp-server.md`).

Calls on one conversation take turns. A call hears only events of its own turn, and
what becomes of a turn after its answer is read before the next call begins.
"""

from __future__ import annotations

import logging
from typing import Any

from octavo.errors import OctavoError
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.frontends.jsonrpc.questions import Question
from octavo.frontends.mcp_server.approvals import decision_in, question_form
from octavo.frontends.mcp_server.arguments import BadArguments, CallParams, CodexArguments, ReplyArguments, parse
from octavo.frontends.mcp_server.live import LiveConversation
from octavo.frontends.mcp_server.server import Server
from octavo.protocol import events, ops
from octavo.protocol.ids import InvalidConversationId, parse_conversation_id
from octavo.protocol.legacy import flat_event
from octavo.protocol.turn_items import TextInput

log = logging.getLogger(__name__)

Json = dict[str, Any]


class Refused(OctavoError):
    """The call cannot be made; the text is its answer."""


class Call:
    """A `tools/call` from its request to its answer."""

    def __init__(self, server: Server, request_id: RequestId, params: CallParams) -> None:
        self.request_id = request_id
        self._server, self._params = server, params
        self._cancelled = False
        self._live: LiveConversation | None = None

    async def run(self) -> None:
        """Do what was asked, and answer. A cancelled call gets no answer."""
        try:
            await self._run()
        except Refused as error:
            self._answer(text_result(str(error), is_error=True))
        except Exception as error:
            # A defect of ours must not leave the client waiting, nor take other calls along.
            log.exception("a call failed")
            self._answer(text_result(f"Codex runtime error: {type(error).__name__}: {error}", is_error=True))

    async def cancel(self) -> None:
        """The client gave up: end the turn, or leave the queue."""
        self._cancelled = True
        if self._live is not None:
            await self._live.conversation.submit(ops.Interrupt())

    async def _run(self) -> None:
        match self._params.name:
            case "codex":
                await self._start()
            case "codex-reply":
                await self._go_on()
            case name:
                raise Refused(f"Unknown tool '{name}'")

    async def _start(self) -> None:
        given = self._params.given
        if given is None:
            raise Refused("Missing arguments for codex tool-call; the `prompt` field is required.")
        try:
            arguments = parse(given, CodexArguments)
        except BadArguments as error:
            raise Refused(f"Failed to parse configuration for Codex tool: {error}") from None
        live = await self._new_conversation(arguments)
        if self._cancelled:  # nobody knows it, so nobody can go on with it
            await self._server.forget(live)
            return
        async with live.turn:
            # The first prompt goes by the id of its request; later ones are numbered by the conversation.
            await self._turn(live, arguments.prompt, str(self.request_id))

    async def _new_conversation(self, arguments: CodexArguments) -> LiveConversation:
        server = self._server
        try:
            config = server.config_for(arguments)
        except OctavoError as error:
            raise Refused(f"Failed to load Codex configuration from overrides: {error}") from None
        try:
            conversation = await server.runtime.open(config)
        except OctavoError as error:
            raise Refused(f"Failed to start Codex session: {error}") from None
        live = LiveConversation(conversation)
        server.conversations[conversation.id] = live
        return live

    async def _go_on(self) -> None:
        given = self._params.given
        if given is None:
            raise Refused(
                "Missing arguments for codex-reply tool-call; the `conversation_id` and `prompt` fields are required."
            )
        try:
            arguments = parse(given, ReplyArguments)
            conversation_id = parse_conversation_id(arguments.conversation_id)
        except BadArguments as error:
            raise Refused(f"Failed to parse configuration for Codex tool: {error}") from None
        except InvalidConversationId as error:
            raise Refused(f"Failed to parse conversation_id: {error}") from None
        live = self._server.conversations.get(conversation_id)
        if live is None:
            raise Refused(f"Session not found for conversation_id: {arguments.conversation_id}")
        async with live.turn:
            await self._turn(live, arguments.prompt, None)

    async def _turn(self, live: LiveConversation, prompt: str, turn_id: str | None) -> None:
        if self._cancelled:
            return
        conversation = live.conversation
        turn_id = await conversation.submit(ops.UserInputOp((TextInput(prompt),)), turn_id)
        self._live = live
        if self._cancelled:  # while the prompt was handed in
            await self.cancel()
        try:
            if not await self._tell(live, turn_id):
                await _hear_out(live, turn_id)
        finally:
            self._live = None
            self._server.questions.drop(conversation, turn_id)

    async def _tell(self, live: LiveConversation, turn_id: str) -> bool:
        """Pass on what happens, and answer at the end of it; whether the turn is over by then."""
        peer = self._server.peer
        while True:
            await peer.channel.room_for_events()
            event = await live.conversation.next_event()
            if isinstance(event.msg, events.Aside):
                continue
            shown = flat_event(event)
            about = {"_meta": {"requestId": self.request_id}}
            peer.notify("codex/event", {**about, "id": shown.id, "msg": shown.msg})
            match event.msg:
                case events.ExecApprovalRequest() | events.ApplyPatchApprovalRequest() as request:
                    await self._ask(Question(live.conversation, event.id, request, decision_in), shown)
                case events.TaskComplete(last_agent_message=text) if event.id == turn_id:
                    self._answer(text_result(text or ""))
                    return True
                case events.TurnAborted() if event.id == turn_id:
                    self._answer(text_result("The turn was aborted before it was done."))
                    return True
                case events.Error(message=message) if event.id == turn_id:
                    self._answer({"error": message})
                    return False

    async def _ask(self, question: Question, shown: events.Event) -> None:
        server = self._server
        number = server.peer.ask("elicitation/create", question_form(self.request_id, shown))
        server.questions.add(number, question)
        if server.nobody_answers:
            await server.questions.refuse(number)

    def _answer(self, result: Json) -> None:
        if not self._cancelled:
            self._server.peer.reply(self.request_id, result)


async def _hear_out(live: LiveConversation, turn_id: str) -> None:
    """Read on to the end of a turn that was answered before it."""
    while True:
        event = await live.conversation.next_event()
        if event.id == turn_id and isinstance(event.msg, events.TaskComplete | events.TurnAborted):
            return


def text_result(text: str, *, is_error: bool = False) -> Json:
    """A result that is one text."""
    result: Json = {"content": [{"type": "text", "text": text}]}
    return {**result, "isError": True} if is_error else result
