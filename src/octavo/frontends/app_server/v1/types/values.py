"""Values that several messages share. Names in JSON are camel case, except where a field says otherwise."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from octavo.frontends.app_server.shapes import Camel
from octavo.protocol.ids import ConversationId
from octavo.protocol.policy import ApprovalPolicy, ReasoningEffort, ReasoningSummary, SandboxMode, Verbosity
from octavo.protocol.turn_items import ImageInput, LocalImageInput, UserInput
from octavo.protocol.turn_items import TextInput as CoreTextInput

ForcedLoginMethod = Literal["chatgpt", "api"]
PlanType = Literal["free", "plus", "pro", "team", "business", "enterprise", "edu", "unknown"]

_HEX = "[0-9A-Fa-f]"
_HYPHENATED = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
Uuid = Annotated[
    str,
    msgspec.Meta(pattern=f"^({_HYPHENATED}|{_HEX}{{32}}|\\{{{_HYPHENATED}\\}}|urn:uuid:{_HYPHENATED})$(?!\\n)"),
]
"""A UUID in any of its spellings; `app_server.ids` gives the usual one."""

Count = Annotated[int, msgspec.Meta(ge=0)]


class TextData(msgspec.Struct, frozen=True):
    """Text that the user sends."""

    text: str


class ImageData(msgspec.Struct, frozen=True):
    """A picture by URL; this name is in snake case."""

    image_url: str


class LocalImageData(msgspec.Struct, frozen=True):
    """A picture by path."""

    path: str


class TextItem(msgspec.Struct, frozen=True, tag="text"):
    """Text that the user sends, in its wrapping."""

    data: TextData


class ImageItem(msgspec.Struct, frozen=True, tag="image"):
    """A picture by URL, in its wrapping."""

    data: ImageData


class LocalImageItem(msgspec.Struct, frozen=True, tag="localImage"):
    """A picture by path, in its wrapping."""

    data: LocalImageData


InputItem = TextItem | ImageItem | LocalImageItem


def user_input(item: InputItem) -> UserInput:
    """The item as conversations take it."""
    match item:
        case TextItem():
            return CoreTextInput(item.data.text)
        case ImageItem():
            return ImageInput(item.data.image_url)
        case LocalImageItem():
            return LocalImageInput(item.data.path)


class ConversationSummary(Camel, frozen=True):
    """A saved conversation in a list; `timestamp` is when it began, as its file tells it."""

    conversation_id: ConversationId
    path: str
    preview: str
    timestamp: str | None
    model_provider: str


class ReasoningEffortOption(Camel, frozen=True):
    """An effort that a model knows, in words."""

    reasoning_effort: ReasoningEffort
    description: str


class Model(Camel, frozen=True):
    """A model that users can choose."""

    id: str
    model: str
    display_name: str
    description: str
    supported_reasoning_efforts: tuple[ReasoningEffortOption, ...]
    default_reasoning_effort: ReasoningEffort
    is_default: bool


class FuzzyFileSearchResult(msgspec.Struct, frozen=True):
    """A file that was found; `indices` are the places of the matched characters in `path`. In snake case."""

    root: str
    path: str
    file_name: str
    score: int
    indices: tuple[int, ...] | None


class SandboxSettings(Camel, frozen=True):
    """`[sandbox_workspace_write]` of the user's file."""

    writable_roots: tuple[str, ...]
    network_access: bool | None
    exclude_tmpdir_env_var: bool | None
    exclude_slash_tmp: bool | None


class Tools(Camel, frozen=True):
    """`[tools]` of the user's file."""

    web_search: bool | None
    view_image: bool | None


class Profile(Camel, frozen=True):
    """A profile of the user's file."""

    model: str | None
    model_provider: str | None
    approval_policy: ApprovalPolicy | None
    model_reasoning_effort: ReasoningEffort | None
    model_reasoning_summary: ReasoningSummary | None
    model_verbosity: Verbosity | None
    chatgpt_base_url: str | None


class UserSavedConfig(Camel, frozen=True):
    """What stands in the user's `config.toml`, as far as front ends show it."""

    approval_policy: ApprovalPolicy | None
    sandbox_mode: SandboxMode | None
    sandbox_settings: SandboxSettings | None
    forced_chatgpt_workspace_id: str | None
    forced_login_method: ForcedLoginMethod | None
    model: str | None
    model_reasoning_effort: ReasoningEffort | None
    model_reasoning_summary: ReasoningSummary | None
    model_verbosity: Verbosity | None
    tools: Tools | None
    profile: str | None
    profiles: dict[str, Profile]


class ApiKeyAccount(Camel, frozen=True, tag="apiKey"):
    """A login by API key."""

    api_key: str


class ChatGptAccount(Camel, frozen=True, tag="chatgpt"):
    """A ChatGPT login."""

    email: str | None
    plan_type: PlanType


Account = ApiKeyAccount | ChatGptAccount
