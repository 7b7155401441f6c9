"""The user's own limit for what tools answer, in place of the usual cut (`docs/tool-output.md`, "The cut").

It counts bytes (`Config.most_tool_output`). A result that is JSON
around an output keeps its form: the output inside is cut.
"""

from __future__ import annotations

import msgspec

from octavo.protocol.items import CustomToolCallOutput, FunctionCallOutput, InputText, OutputPart, ResponseItem

_REMARKS = 160
"""Bytes that the remarks on a cut take at most, beside what is kept."""


def limited_item(item: ResponseItem, most_bytes: int) -> ResponseItem:
    """The item with no more than this of text in it, if it is what a tool answered."""
    if not isinstance(item, FunctionCallOutput | CustomToolCallOutput):
        return item
    output = item.output
    limited = limited_result(output, most_bytes) if isinstance(output, str) else _limited_parts(output, most_bytes)
    return item if limited is output else msgspec.structs.replace(item, output=limited)


def limited_result(text: str, most_bytes: int) -> str:
    """A result, its output cut if it is one with an output of its own."""
    if len(text.encode(errors="replace")) <= most_bytes:
        return text
    try:
        result = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        result = None
    output = result.get("output") if isinstance(result, dict) else None
    if not isinstance(output, str):
        return limited(text, most_bytes)
    if len(output.encode(errors="replace")) <= most_bytes + _REMARKS:
        return text  # it was cut when it was made
    return msgspec.json.encode({**result, "output": limited(output, most_bytes)}).decode()


def limited(text: str, most_bytes: int) -> str:
    """`text` itself if it fits; else its beginning and its end, half of the bytes each, and a remark between them."""
    data = text.encode(errors="replace")
    if len(data) <= most_bytes:
        return text
    head = data[: most_bytes // 2].decode(errors="ignore")
    tail = data[len(data) - (most_bytes - most_bytes // 2) :].decode(errors="ignore") if most_bytes else ""
    total = text.count("\n") + (not text.endswith("\n"))
    return f"Total output lines: {total}\n\n{head}\n[... output truncated to fit {most_bytes} bytes ...]\n\n{tail}"


def _limited_parts(parts: tuple[OutputPart, ...], most_bytes: int) -> tuple[OutputPart, ...]:
    """The texts in order, as much as fits of them together; pictures stay."""
    kept: list[OutputPart] = []
    for part in parts:
        if isinstance(part, InputText):
            shown = limited(part.text, most_bytes)
            most_bytes = max(most_bytes - len(part.text.encode(errors="replace")), 0)
            kept.append(part if shown is part.text else InputText(shown))
        else:
            kept.append(part)
    return parts if all(new is old for new, old in zip(kept, parts, strict=True)) else tuple(kept)
