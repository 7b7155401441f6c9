"""Settings and input that several messages share. An optional member may be missing or null, which means the same."""

# No `from __future__ import annotations` here, for the reason given in `config.schema`.

from typing import Annotated, Any, Literal

import msgspec

from octavo.frontends.app_server.shapes import Camel
from octavo.protocol.items import OutputPart

SandboxMode = Literal[
    "read-only", "workspace-write", "danger-full-access", "readOnly", "workspaceWrite", "dangerFullAccess"
]
ApprovalsReviewer = Literal["user", "auto_review", "guardian_subagent"]
ReasoningSummary = Literal["auto", "concise", "detailed", "none"]
SortDirection = Literal["asc", "desc"]
ItemsView = Literal["notLoaded", "summary", "full"]
Limit = Annotated[int, msgspec.Meta(ge=0)]


class Variant(Camel, frozen=True, kw_only=True, tag_field="type"):
    """One of several objects that the member `type` tells apart."""


# --- what may be done, and who is asked --------------------------------------------------


class GranularRules(msgspec.Struct, frozen=True):
    """Which kinds of questions may be asked; these names are in snake case."""

    sandbox_approval: bool = False
    rules: bool = False
    skill_approval: bool = False
    request_permissions: bool = False
    mcp_elicitations: bool = False


class Granular(Camel, frozen=True):
    """A choice for each kind of question."""

    granular: GranularRules


AskedPolicy = Literal["untrusted", "on-request", "never", "on-failure"] | Granular
"""What a client asks for."""
ShownPolicy = Literal["untrusted", "on-request", "never"] | Granular
"""What it is told; `on-failure` is no word of this dialect."""


class ReadOnlyPolicy(Variant, frozen=True, kw_only=True, tag="readOnly"):
    """Commands read everything and write nothing."""

    network_access: bool = False


class WorkspaceWritePolicy(Variant, frozen=True, kw_only=True, tag="workspaceWrite"):
    """Commands may write below the working folder, the temporary folders and `writableRoots`."""

    writable_roots: tuple[str, ...] = ()
    network_access: bool = False
    exclude_tmpdir_env_var: bool = False
    exclude_slash_tmp: bool = False


class FullAccessPolicy(Variant, frozen=True, kw_only=True, tag="dangerFullAccess"):
    """No sandbox."""


class ExternalPolicy(Variant, frozen=True, kw_only=True, tag="externalSandbox"):
    """The client says that it has put us into a sandbox of its own."""

    network_access: Literal["restricted", "enabled"] = "restricted"


SandboxPolicy = ReadOnlyPolicy | WorkspaceWritePolicy | FullAccessPolicy | ExternalPolicy


# --- what the user sends -----------------------------------------------------------------


class TextPart(Variant, frozen=True, kw_only=True, tag="text"):
    """Text; the marks in it are for clients, and their name is in snake case."""

    text: str
    text_elements: tuple[Any, ...] = msgspec.field(name="text_elements", default=())


class ImagePart(Variant, frozen=True, kw_only=True, tag="image"):
    """A picture by URL."""

    url: str


class LocalImagePart(Variant, frozen=True, kw_only=True, tag="localImage"):
    """A picture on the disk."""

    path: str


class SkillPart(Variant, frozen=True, kw_only=True, tag="skill"):
    """A skill that the user chose, and its `SKILL.md`."""

    name: str
    path: str


class MentionPart(Variant, frozen=True, kw_only=True, tag="mention"):
    """A file or resource that the user points at."""

    name: str
    path: str


InputPart = TextPart | ImagePart | LocalImagePart | SkillPart | MentionPart


class ToolOutput(Camel, frozen=True):
    """Words from outside that have a tool's authority, not the user's."""

    name: str
    output: str | tuple[OutputPart, ...]
    namespace: str | None = None
