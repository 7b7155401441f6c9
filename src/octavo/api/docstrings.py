"""What a docstring says of a function and of its parameters: Google's, NumPy's and Sphinx's ways of writing."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

_PARAMETERS = ("args:", "arguments:", "parameters:", "params:")
_OTHERS = ("returns:", "return:", "yields:", "raises:", "example:", "examples:", "note:", "notes:")
_SPHINX = re.compile(r":param\s+(?:[^:]*\s)?(\w+)\s*:\s*(.*)")
_GOOGLE = re.compile(r"(\*{0,2}\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)")
_NUMPY = re.compile(r"(\w+)\s*(?::.*)?$")


def read_docstring(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """What the function does, and what each parameter means, as far as the docstring says so."""
    lines = (inspect.getdoc(function) or "").splitlines()
    about: list[str] = []
    meant: dict[str, str] = {}
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        underlined = at + 1 < len(lines) and bool(re.fullmatch(r"-{3,}", lines[at + 1].strip()))
        if line.lower() in _PARAMETERS or (underlined and f"{line.lower()}:" in _PARAMETERS):
            at, found = _section(lines, at + 1 + underlined, numpy=underlined)
            meant |= found
        elif line.lower() in _OTHERS or (underlined and f"{line.lower()}:" in _OTHERS) or line.startswith(":"):
            if line.startswith(":"):
                at, found = _fields(lines, at)
                meant |= found
            break
        else:
            about.append(line)
            at += 1
    return "\n".join(about).strip(), meant


def _section(lines: Sequence[str], at: int, *, numpy: bool) -> tuple[int, dict[str, str]]:
    """The parameters from here on, and where they end."""
    meant: dict[str, list[str]] = {}
    name = ""
    margin = _margin(lines[at]) if at < len(lines) else 0
    while at < len(lines):
        line = lines[at]
        following = lines[at + 1].strip() if at + 1 < len(lines) else ""
        ended = _margin(line) < margin or re.fullmatch(r"-{3,}", following)
        if line.strip() and ended:
            break
        match = (_NUMPY if numpy else _GOOGLE).match(line.strip())
        if match is not None and _margin(line) == margin:
            name = match[1].lstrip("*")
            meant[name] = [] if numpy else [match[2]]
        elif name and line.strip():
            meant[name].append(line.strip())
        at += 1
    return at, {name: " ".join(filter(None, words)) for name, words in meant.items()}


def _fields(lines: Sequence[str], at: int) -> tuple[int, dict[str, str]]:
    meant: dict[str, str] = {}
    name = ""
    for line in lines[at:]:
        text = line.strip()
        if match := _SPHINX.match(text):
            name = match[1]
            meant[name] = match[2]
        elif text.startswith(":"):
            name = ""
        elif name and text:
            meant[name] += f" {text}"
    return len(lines), meant


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())
