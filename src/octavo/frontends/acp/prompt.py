"""`session/prompt` and `session/cancel`: what the user says (`docs/acp.md`, "Prompts")."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from octavo.frontends.acp.commands import Answer, Work, command_in
from octavo.frontends.acp.server import Server
from octavo.frontends.acp.sessions import title_of
from octavo.frontends.acp.types import content as wire
from octavo.frontends.acp.types.params import PromptParams, SessionParams
from octavo.frontends.acp.types.results import PromptResult
from octavo.frontends.acp.types.updates import AgentMessageChunk
from octavo.frontends.ids import random_uuid
from octavo.frontends.jsonrpc.errors import bad_params, refused
from octavo.frontends.jsonrpc.messages import RequestId
from octavo.protocol import ops
from octavo.protocol.turn_items import ImageInput, TextInput, UserInput


async def prompt(server: Server, request_id: RequestId, params: PromptParams) -> None:
    """Begin a turn; the request is answered when it is over."""
    session = server.session(params.session_id)
    inputs = user_inputs(params.prompt)
    if session.pending is not None:
        raise refused("a prompt is running in this session; cancel it first")
    deed = command_in(server, session, params.prompt)
    match deed:
        case Answer(text=text):
            session.tell(AgentMessageChunk(content=wire.TextBlock(text=text), message_id=random_uuid()))
            server.peer.reply(request_id, PromptResult(stop_reason="end_turn"))
            return
        case Work(op=op):
            pass
        case None:
            op = ops.UserInputOp(inputs)
    if not session.has_title:
        session.name(title_of("".join(part.text for part in inputs if isinstance(part, TextInput))))
    await session.work_on(request_id, random_uuid(), op)


async def cancel(server: Server, params: SessionParams) -> None:
    """End the turn of a session, if one runs."""
    session = server.sessions.get(params.session_id)
    if session is not None:
        await session.cancel()


def user_inputs(blocks: Sequence[wire.ContentBlock]) -> tuple[UserInput, ...]:
    """The blocks as the engine takes them, in order. Raises `RequestError`."""
    if not blocks:
        raise bad_params("the prompt is empty")
    return tuple(_input(block) for block in blocks)


def _input(block: wire.ContentBlock) -> UserInput:
    match block:
        case wire.TextBlock(text=text):
            return TextInput(text)
        case wire.ImageBlock(data=data, mime_type=kind):
            return _picture(data, kind)
        case wire.ResourceLink(name=name, uri=uri):
            return TextInput(_link(name, uri))
        case wire.EmbeddedResource(resource=resource):
            return _resource(resource)
        case wire.AudioBlock():
            raise bad_params("sounds are not understood")


def _picture(data: str, kind: str) -> UserInput:
    try:
        base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise bad_params("the data of a picture is no base64") from None
    if not kind.startswith("image/"):
        raise bad_params(f"a picture of the type {kind[:80]} is not understood")
    return ImageInput(f"data:{kind};base64,{data}")


def _resource(resource: wire.Resource) -> UserInput:
    name = resource.uri.rstrip("/").rpartition("/")[2] or resource.uri
    if resource.text is not None:
        text = f'\n<context ref="{resource.uri}">\n{resource.text}\n</context>\n'
        return TextInput(_link(name, resource.uri) + text)
    kind = resource.mime_type or ""
    if resource.blob is not None and kind.startswith("image/"):
        return _picture(resource.blob, kind)
    return TextInput(_link(name, resource.uri))


def _link(name: str, uri: str) -> str:
    return f"[@{name}]({uri})"
