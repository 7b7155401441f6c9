"""The slash commands: their names in the order of the popup, what they are for, and which may run during a turn."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True):
    """A built-in command; `busy` says that it may run while a turn does.

    `argument` is what may stand behind it, as it is shown; empty where nothing is read there.
    """

    name: str
    description: str
    busy: bool = False
    argument: str = ""

    @property
    def usage(self) -> str:
        """How it is typed."""
        return f"/{self.name} {self.argument}".rstrip()


COMMANDS = (
    Command("model", "choose the model and how much it reasons"),
    Command("approvals", "choose what may run without a question"),
    Command("review", "have changes reviewed"),
    Command("new", "start a new session"),
    Command("init", "write an AGENTS.md for this project"),
    Command("compact", "replace the conversation by a summary of it"),
    Command("undo", "take back the changes of the last turn"),
    Command("diff", "show the changes git sees, new files too", busy=True),
    Command("mention", "name a file", busy=True),
    Command("status", "show session, token usage and limits", busy=True),
    Command("mcp", "list MCP servers and their tools", busy=True),
    Command("logout", "remove the stored login and leave"),
    Command("quit", "leave", busy=True),
    Command("exit", "leave", busy=True),
    Command("feedback", "say what went well or badly", busy=True),
    Command("rollback", "take back the last compaction"),
    Command("help", "all keys and commands, to be searched", busy=True),
    Command("copy", "copy an answer, a code block, a command or a change", busy=True),
    Command("redraw", "print the conversation again for the width of now", busy=True),
    Command("resume", "go on with a saved session instead"),
    Command("fork", "go on in a copy, of all or of what came before a message"),
    Command("rename", "give this session a name", busy=True, argument="NAME"),
    Command("export", "write the conversation into a file, or copy it", busy=True, argument="[FILE]"),
    Command("clear", "start a new session on a clean screen"),
    Command("title", "choose what stands in the window's title", busy=True),
    Command("theme", "choose the colours of the interface", busy=True),
    Command("usage", "tokens and cost of this session and of the last days, and limits", busy=True),
    Command("permissions", "choose what may run without a question; the rules that are remembered"),
    Command("hooks", "see the hooks, and trust those of this project", busy=True),
    Command("skills", "see the skills, use one, switch them on and off", busy=True),
    Command("keymap", "what the keys are bound to", busy=True),
    Command("vim", "vi's modes in the draft, on or off for this session", busy=True),
    Command("statusline", "choose what stands below the composer", busy=True),
)
BY_NAME = {command.name: command for command in COMMANDS}
