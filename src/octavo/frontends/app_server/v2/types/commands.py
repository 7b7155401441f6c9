"""Commands of the client's own."""

from __future__ import annotations

from typing import Literal

from octavo.frontends.app_server.shapes import Camel
from octavo.frontends.app_server.v2.types.values import SandboxPolicy


class TerminalSize(Camel, frozen=True):
    """The size of a terminal in characters."""

    rows: int
    cols: int


class CommandExecParams(Camel, frozen=True, kw_only=True):
    """A command of the client's own."""

    command: tuple[str, ...]
    cwd: str | None = None
    env: dict[str, str | None] | None = None
    process_id: str | None = None
    sandbox_policy: SandboxPolicy | None = None
    permission_profile: str | None = None
    timeout_ms: int | None = None
    disable_timeout: bool | None = None
    output_bytes_cap: int | None = None
    disable_output_cap: bool | None = None
    tty: bool | None = None
    size: TerminalSize | None = None
    stream_stdin: bool | None = None
    stream_stdout_stderr: bool | None = None


class CommandExecResponse(Camel, frozen=True):
    """How a command ended, and all that it wrote."""

    exit_code: int
    stdout: str
    stderr: str


class CommandWriteParams(Camel, frozen=True):
    """Input for a command that runs, its end, or both."""

    process_id: str
    delta_base64: str | None = None
    close_stdin: bool | None = None


class CommandResizeParams(Camel, frozen=True):
    """Another size for the terminal of a command that runs."""

    process_id: str
    size: TerminalSize


class CommandTerminateParams(Camel, frozen=True):
    """The end of a command that runs."""

    process_id: str


class CommandOutputDelta(Camel, frozen=True):
    """What a command of the client's printed. `cap_reached`: nothing more of this stream is told."""

    process_id: str
    stream: Literal["stdout", "stderr"]
    delta_base64: str
    cap_reached: bool
