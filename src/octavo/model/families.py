"""Model families: what a model can do, told from the beginning of its name (`docs/models.md`)."""

from __future__ import annotations

from typing import Literal

import msgspec

SummaryFormat = Literal["none", "experimental"]


class ModelFamily(msgspec.Struct, frozen=True, kw_only=True):
    """What a model understands and is to be offered.

    `slug` is the model's name as it was asked for, `family` the name of its kind.
    `summary_format` `experimental` means that reasoning summaries come in sections
    with bold headings. `needs_patch_instructions` tells that the model has to be
    told how patches are written, if no patch tool tells it.
    """

    slug: str
    family: str
    is_known: bool = True
    supports_reasoning_summaries: bool = False
    summary_format: SummaryFormat = "none"
    prompt: Literal["general", "codex"] = "general"
    apply_patch_tool: Literal["function", "freeform"] | None = None
    needs_patch_instructions: bool = False
    uses_local_shell: bool = False
    supports_parallel_tool_calls: bool = False
    supports_verbosity: bool = False
    experimental_tools: tuple[str, ...] = ()


def family_of(slug: str) -> ModelFamily | None:
    """The family of a model; None for a model that is not known. The first prefix that fits decides."""
    if slug.startswith(("o3", "o4-mini")):
        return _reasoning(slug, "o3" if slug.startswith("o3") else "o4-mini")
    if slug.startswith("codex-mini-latest"):
        return _reasoning(slug, "codex-mini-latest", local_shell=True)
    if slug.startswith(("gpt-oss", "openai/gpt-oss")):
        return ModelFamily(slug=slug, family="gpt-oss", apply_patch_tool="function")
    for family in ("gpt-4.1", "gpt-4o", "gpt-3.5"):
        if slug.startswith(family):
            return ModelFamily(slug=slug, family=family, needs_patch_instructions=True)
    reading = ("grep_files", "list_dir", "read_file")
    if slug.startswith("test-gpt-5-codex"):
        return _experimental(slug, None, (*reading, "test_sync_tool"))
    if slug.startswith("codex-exp-"):
        return _experimental(slug, "freeform", reading)
    if slug.startswith(("gpt-5-codex", "codex-")):
        return _codex(slug)
    if slug.startswith("gpt-5"):
        return _reasoning(slug, "gpt-5", verbosity=True)
    return None


def unknown_family(slug: str, reasoning_summaries: bool = False, summary_format: SummaryFormat = "none") -> ModelFamily:
    """What is taken for granted about a model that is not known."""
    return ModelFamily(
        slug=slug,
        family=slug,
        is_known=False,
        supports_reasoning_summaries=reasoning_summaries,
        summary_format=summary_format,
    )


def _reasoning(slug: str, family: str, *, local_shell: bool = False, verbosity: bool = False) -> ModelFamily:
    return ModelFamily(
        slug=slug,
        family=family,
        supports_reasoning_summaries=True,
        needs_patch_instructions=True,
        uses_local_shell=local_shell,
        supports_verbosity=verbosity,
    )


def _codex(slug: str) -> ModelFamily:
    return ModelFamily(
        slug=slug,
        family=slug,
        supports_reasoning_summaries=True,
        summary_format="experimental",
        prompt="codex",
        apply_patch_tool="freeform",
    )


def _experimental(slug: str, patch: Literal["freeform"] | None, tools: tuple[str, ...]) -> ModelFamily:
    return msgspec.structs.replace(
        _codex(slug),
        apply_patch_tool=patch,
        supports_parallel_tool_calls=True,
        supports_verbosity=True,
        experimental_tools=tools,
    )
