"""Which tools a turn offers, in the order of the request, and which it handles (`docs/tools.md`).

The offer depends only on the model's family, the features that are on and the tools of
MCP servers, which stand at its end, so it is the same, byte for byte, in every request
of a conversation with the same settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from octavo.config.features import Features
from octavo.config.web_search import WebSearch
from octavo.model.families import ModelFamily
from octavo.model.prompt import LocalShellTool, ToolSpec, WebSearchTool
from octavo.tools import apply_patch, mcp_resources, shell, update_plan, view_image
from octavo.tools.context import Tool, Toolbox

READING_TOOLS = ("grep_files", "read_file", "list_dir", "test_sync_tool")


def toolbox(features: Features, family: ModelFamily, web_search: WebSearch = WebSearch()) -> Toolbox:  # noqa: B008
    """The tools for a model family under these features; `web_search` says how the provider searches."""
    entries = list(_entries(features, family, web_search))
    specs = (entry.spec if isinstance(entry, Tool) else entry for entry in entries)
    handlers = {entry.name: entry for entry in entries if isinstance(entry, Tool)}
    return Toolbox(tuple(spec for spec in specs if spec is not None), handlers)


def with_more_tools(toolbox: Toolbox, tools: Iterable[Tool]) -> Toolbox:
    """A toolbox with these tools at its end."""
    more = tuple(tools)
    specs = tuple(tool.spec for tool in more if tool.spec is not None)
    return Toolbox(toolbox.offered + specs, {**toolbox.handlers, **{tool.name: tool for tool in more}})


def _entries(features: Features, family: ModelFamily, web_search: WebSearch) -> Iterable[Tool | WebSearchTool]:
    """Tools, and what the provider runs by itself, in the order of the offer."""
    if features.unified_exec or features.streamable_shell:
        yield from import_module("octavo.tools.unified_exec").TOOLS
    yield from _shell_tools(features, family)
    yield from mcp_resources.TOOLS
    yield update_plan.TOOL
    if patch := _patch_tool(features, family):
        yield patch
    for name in READING_TOOLS:
        if name in family.experimental_tools:
            yield import_module(f"octavo.tools.reading.{name}").TOOL
    if features.web_search_request:
        yield import_module("octavo.tools.web_search").web_search_tool(web_search)
    if features.view_image_tool:
        yield view_image.TOOL


def _shell_tools(features: Features, family: ModelFamily) -> Iterable[Tool]:
    """The shell family answers to all its names, whatever is offered."""
    for tool in shell.TOOLS:
        spec: ToolSpec | None = None
        if not features.streamable_shell:
            if family.uses_local_shell and tool.name == "local_shell":
                spec = LocalShellTool()
            elif not family.uses_local_shell and tool.name == "shell":
                spec = shell.SPEC
        yield Tool(tool.name, tool.run, spec, tool.accepts)


def _patch_tool(features: Features, family: ModelFamily) -> Tool | None:
    kind = family.apply_patch_tool or ("freeform" if features.apply_patch_freeform else None)
    match kind:
        case "freeform":
            return apply_patch.FREEFORM_TOOL
        case "function":
            return apply_patch.FUNCTION_TOOL
        case _:
            return None
