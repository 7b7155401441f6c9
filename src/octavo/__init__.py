"""Octavo: the Codex coding agent, in Python. `docs/library.md` says how a program uses it.

The names of the library are loaded when they are first used: the command line needs none of them.
"""

__version__ = "0.1.0"

_HOMES = {
    "agent": ("Agent",),
    "approvals": ("ApprovalDecision", "ApprovalRequest", "CommandApproval", "PatchApproval", "ToolApproval"),
    "errors": (
        "BadOutputType",
        "BadTool",
        "LimitReached",
        "NoSuchThread",
        "NotRunning",
        "OutputInvalid",
        "ThreadBusy",
        "ToolError",
        "TurnFailed",
    ),
    "events": (
        "DiffUpdated",
        "ItemCompleted",
        "ItemStarted",
        "ItemUpdated",
        "MessageDelta",
        "Notice",
        "OutputDelta",
        "ReasoningDelta",
        "StreamEvent",
        "TurnCompleted",
        "TurnStarted",
        "UsageUpdated",
    ),
    "hooks": ("Hooks", "LastWords", "Prompt"),
    "result": ("RunResult",),
    "sub_agent": ("SubAgent",),
    "sync": ("SyncAgent", "SyncThread", "SyncTurn"),
    "thread": ("Thread",),
    "tools": ("PythonTool", "ToolContext", "tool"),
    "turn": ("Turn",),
}
"""The modules of `octavo.api` and what is public of them."""

_ELSEWHERE = {
    "ConfigError": "octavo.errors",
    "ModelBackend": "octavo.model.backend",
    "OctavoError": "octavo.errors",
    "ScriptedBackend": "octavo.model.scripted",
    "TokenUsage": "octavo.protocol.usage",
    "ToolUse": "octavo.tools.hooks",
}

__all__ = tuple(sorted(("__version__", "items", *_ELSEWHERE, *(name for names in _HOMES.values() for name in names))))


def __getattr__(name: str) -> object:
    # By name and not by an import statement: nothing below the library may depend on it.
    home = _ELSEWHERE.get(name) or next((f"octavo.api.{one}" for one, names in _HOMES.items() if name in names), None)
    if name == "items":
        value: object = __import__("octavo.api.items", fromlist=["items"])
    elif home is None:
        raise AttributeError(f"module 'octavo' has no attribute {name!r}")
    else:
        value = getattr(__import__(home, fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
