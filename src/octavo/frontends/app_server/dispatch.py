"""From a request to its handler and back (`docs/app-server.md`, "Requests").

First the types, then whether the client has introduced itself, then the handler. A
handler gives its result, or None when the answer is already sent or comes later.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from octavo.frontends.app_server.answers import give_answer
from octavo.frontends.app_server.errors import refused
from octavo.frontends.app_server.protocol.methods import REQUESTS
from octavo.frontends.app_server.protocol.values import NoParams
from octavo.frontends.app_server.server import Server
from octavo.frontends.jsonrpc.messages import NOT_JSON, Request, RequestId

Handler = Callable[[Server, RequestId, Any], Awaitable[Any]]

HANDLERS = {
    "initialize": "handshake:initialize",
    "getUserAgent": "handshake:get_user_agent",
    "newConversation": "conversations:new_conversation",
    "resumeConversation": "resume:resume_conversation",
    "getConversationSummary": "saved:get_conversation_summary",
    "listConversations": "saved:list_conversations",
    "archiveConversation": "archive:archive_conversation",
    "sendUserMessage": "turns:send_user_message",
    "sendUserTurn": "turns:send_user_turn",
    "interruptConversation": "turns:interrupt_conversation",
    "addConversationListener": "listeners:add_listener",
    "removeConversationListener": "listeners:remove_listener",
    "gitDiffToRemote": "git_diff:git_diff_to_remote",
    "loginApiKey": "login:login_api_key",
    "loginChatGpt": "login:login_chatgpt",
    "cancelLoginChatGpt": "login:cancel_login_chatgpt",
    "logoutChatGpt": "login:logout_chatgpt",
    "getAuthStatus": "account:get_auth_status",
    "userInfo": "account:user_info",
    "account/rateLimits/read": "account:read_rate_limits",
    "account/login": "account:not_implemented_login",
    "account/logout": "account:not_implemented_logout",
    "account/read": "account:not_implemented_read",
    "getUserSavedConfig": "preferences:get_user_saved_config",
    "setDefaultModel": "preferences:set_default_model",
    "fuzzyFileSearch": "search:fuzzy_file_search",
    "execOneOffCommand": "one_off:exec_one_off_command",
    "model/list": "models:list_models",
    "feedback/upload": "feedback:upload_feedback",
}
"""Which function serves a method, as `module:function` of this package; the module is imported on use."""


async def serve_request(server: Server, request: Request) -> None:
    """Answer a request, or see to it that it will be answered."""
    await give_answer(server.client, request.id, _handle(server, request))


async def _handle(server: Server, request: Request) -> object:
    params = read_params(request)
    if not server.is_initialized and request.method != "initialize":
        raise refused("Not initialized")
    return await _handler(request.method)(server, request.id, params)


def read_params(request: Request) -> Any:
    """The params in their type. Raises `RequestError`."""
    method = REQUESTS.get(request.method)
    if method is None:
        raise refused(f"Invalid request: unknown method `{_short(request.method)}`")
    says_nothing = request.params is None or bytes(request.params) == b"null"
    if says_nothing and method.params is NoParams:
        return NoParams()
    if says_nothing:
        raise refused(f"Invalid request: {request.method} needs params")
    try:
        return _decoder(method.params)(request.params)
    except NOT_JSON as error:
        raise refused(f"Invalid request: {request.method}: {complaint(error)}") from None


def complaint(error: Exception) -> str:
    """What is wrong with a value, on one line, without the value."""
    text = str(error)
    text = re.sub(r"Expected `str` matching regex .*?(?= - at `|$)", "Expected a UUID", text, flags=re.DOTALL)
    text = re.sub(r"(Invalid enum value|Invalid value) .*?(?= - at `|$)", "No such value", text, flags=re.DOTALL)
    return _short(text)


def _short(text: str) -> str:
    one_line = text.encode("utf-8", "replace").decode().replace("\n", " ").replace("\r", " ")
    return one_line if len(one_line) <= 200 else one_line[:200] + "…"


@functools.cache
def _decoder(shape: Any) -> Callable[[Any], Any]:
    return msgspec.json.Decoder(shape).decode


@functools.cache
def _handler(method: str) -> Handler:
    module_name, _, function = HANDLERS[method].partition(":")
    module = __import__(f"{__package__}.{module_name}", fromlist=[function])
    handler: Handler = getattr(module, function)
    return handler
