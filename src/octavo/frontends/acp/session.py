"""A session that goes on here: its conversation, what its client hears of it, and the prompt that it works on."""

from __future__ import annotations

import asyncio

import msgspec

from octavo.engine.conversation import Conversation
from octavo.frontends.acp.narrator import Narrator, Permission
from octavo.frontends.acp.permissions import permission_question
from octavo.frontends.acp.server import Server
from octavo.frontends.acp.types.results import PromptResult, TurnFailure, Usage
from octavo.frontends.acp.types.updates import SessionInfoUpdate, SessionUpdate
from octavo.frontends.acp.wishes import Wishes
from octavo.frontends.failures import error_info, in_snake_case
from octavo.frontends.jsonrpc.answers import log_failure
from octavo.frontends.jsonrpc.errors import INTERNAL_ERROR
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.protocol import events, ops
from octavo.protocol.usage import TokenUsage


class Pending:
    """A prompt that is not answered yet; the turn of this id is its own. `before` is what was used until then."""

    def __init__(self, request_id: RequestId, turn_id: str, before: TokenUsage) -> None:
        self.request_id, self.turn_id, self.before = request_id, turn_id, before
        self.has_begun = self.is_cancelled = False
        self.error: events.Error | None = None


class LiveSession:
    """One session. Nothing is told before `begin`."""

    def __init__(self, server: Server, conversation: Conversation, wishes: Wishes) -> None:
        self.id, self.conversation, self.wishes = conversation.id, conversation, wishes
        self.pending: Pending | None = None
        self.has_title = False
        self._new_title: str | None = None
        config = conversation.config
        meta = server.capabilities.meta or {}
        self.narrator = Narrator(
            self.tell,
            reasoning=not config.hide_agent_reasoning,
            raw_reasoning=config.show_raw_agent_reasoning,
            terminals=meta.get("terminal_output") is True,
        )
        self._server = server
        self._heard = conversation.subscribe()
        self._listening: asyncio.Task[None] | None = None

    def name(self, title: str | None) -> None:
        """What lists will call the session, which is told at the end of the turn."""
        self.has_title, self._new_title = True, title

    def begin(self) -> None:
        """Tell the client what happens, from the beginning on."""
        self._listening = asyncio.create_task(self._pass_on())
        self._listening.add_done_callback(log_failure)

    def tell(self, update: object) -> None:
        """Tell the client something of this session."""
        self._server.peer.notify("session/update", SessionUpdate(session_id=self.id, update=update))

    async def work_on(self, request_id: RequestId, turn_id: str, op: ops.Op) -> None:
        """Hand in what a prompt asks for; its request is answered when the turn is over."""
        self.pending = Pending(request_id, turn_id, self._usage())
        await self.conversation.submit(op, turn_id)

    async def cancel(self) -> None:
        """End the turn of the prompt; nothing happens where there is none."""
        if self.pending is not None:
            self.pending.is_cancelled = True
            await self.conversation.submit(ops.Interrupt())

    def give_up(self) -> None:
        """Answer the prompt as if it had been cancelled, since it will be."""
        if self.pending is not None:
            self._server.peer.reply(self.pending.request_id, PromptResult(stop_reason="cancelled"))
            self.pending = None

    async def close(self) -> None:
        """End it, with everything that it runs."""
        self.give_up()
        if self._listening is not None:
            self._listening.cancel()
        self._heard.close()
        await self.conversation.close()

    async def _pass_on(self) -> None:
        channel = self._server.peer.channel
        async for event in self._heard:
            if isinstance(event.msg, events.TaskComplete | events.TurnAborted):
                self._server.questions.drop(self.conversation, event.id)
            for news in self.narrator(event):
                if isinstance(news, Permission):
                    self._ask(event.id, news)
                else:
                    self.tell(news)
            self._follow(event)
            await channel.room_for_events()
        if self.pending is not None:
            self._fail(self.pending, events.Error("the session has ended"))

    def _ask(self, turn_id: str, permission: Permission) -> None:
        params, question = permission_question(self.id, self.conversation, turn_id, permission)
        self._server.questions.add(self._server.peer.ask("session/request_permission", params), question)

    # --- the end of a prompt ----------------------------------------------------------------

    def _follow(self, event: events.Event) -> None:
        pending = self.pending
        if pending is None or event.id != pending.turn_id:
            return
        match event.msg:
            case events.TaskStarted():
                pending.has_begun = True
            case events.Error() as error:
                pending.error = error
                if not pending.has_begun:  # nothing else will be told of this turn
                    self._end(pending)
            case events.TurnAborted():
                pending.is_cancelled = True
                self._end(pending)
            case events.TaskComplete():
                self._end(pending)

    def _end(self, pending: Pending) -> None:
        if self._new_title is not None:
            self.tell(SessionInfoUpdate(title=self._new_title))
            self._new_title = None
        if pending.is_cancelled:
            self._answer(pending, PromptResult(stop_reason="cancelled", usage=self._used(pending)))
        elif pending.error is not None:
            self._fail(pending, pending.error)
        else:
            self._answer(pending, PromptResult(stop_reason="end_turn", usage=self._used(pending)))

    def _answer(self, pending: Pending, result: PromptResult) -> None:
        self.pending = None
        self._server.peer.reply(pending.request_id, result)

    def _fail(self, pending: Pending, error: events.Error) -> None:
        self.pending = None
        failure = TurnFailure(message=error.message, codex_error_info=in_snake_case(error_info(error)))
        self._server.peer.refuse(pending.request_id, INTERNAL_ERROR, error.message, failure)

    def _usage(self) -> TokenUsage:
        info = self.conversation.usage.info
        return TokenUsage() if info is None else info.total_token_usage

    def _used(self, pending: Pending) -> Usage | None:
        now, before = self._usage(), pending.before
        if now == before:
            return None
        spent = {name: getattr(now, name) - getattr(before, name) for name in msgspec.structs.asdict(now)}
        return Usage(
            total_tokens=spent["total_tokens"],
            input_tokens=spent["input_tokens"],
            output_tokens=spent["output_tokens"],
            thought_tokens=spent["reasoning_output_tokens"],
            cached_read_tokens=spent["cached_input_tokens"],
        )
