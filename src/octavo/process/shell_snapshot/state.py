"""The state of a shell after its startup files: asking for it, and writing the script that brings it about.

Two shells are known, bash and zsh. Both are asked by a script of builtins that
prints one section after another; what a section holds is compared as text, and
those that a script can restore are made into one (`docs/shell-snapshot.md`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Set

import msgspec

from octavo.process.shell_snapshot.state_scripts import (
    BASH_SECTIONS,
    BASH_VOLATILE,
    ZSH_SECTIONS,
    ZSH_TIED,
    ZSH_VOLATILE,
)

Sections = Mapping[str, str]
"""What a shell said about itself, by the name of the section."""

_FIXED = (" login_shell", " restricted_shell")  # options that cannot be set

PLACES = ("folder", "folders")
"""Sections that name where the shell is."""


class Dialect(msgspec.Struct, frozen=True):
    """How one kind of shell is asked: its sections with the code that prints them, and names that always differ."""

    name: str
    sections: tuple[tuple[str, str], ...]
    volatile: frozenset[str]


BASH = Dialect("bash", BASH_SECTIONS, BASH_VOLATILE)
ZSH = Dialect("zsh", ZSH_SECTIONS, ZSH_VOLATILE)


def question(dialect: Dialect, nonce: str) -> str:
    """The script that prints the state between two `nonce`s; nothing else may stand on either stream."""
    parts = [f"\\builtin printf '%s\\0%s\\0' {nonce} \"$?\""]
    parts += [f"{code}\n\\builtin printf '\\0'" for _, code in dialect.sections]
    return "{\n" + "\n".join(parts) + f"\n\\builtin printf '%s' {nonce}\n}} || \\builtin :"


def answer(dialect: Dialect, nonce: str, stdout: bytes, stderr: bytes) -> Sections | None:
    """The sections of what a shell printed when it was asked `question`; None when the answer is not whole.

    What its startup files printed before is a section for each stream.
    """
    said, opening, rest = _decoded(stdout).partition(f"{nonce}\0")
    *texts, closing = rest.split("\0")
    if not opening or "\0" in said or len(texts) != len(dialect.sections) + 1 or closing != nonce:
        return None
    found = dict(zip(("status", *(name for name, _ in dialect.sections)), texts, strict=True))
    found["variables"] = "".join(
        text for name, text in _records(dialect, found["variables"]) if name not in dialect.volatile
    )
    return {"stdout": said, "stderr": _decoded(stderr), **found}


def elsewhere(sections: Sections) -> Sections:
    """The part of the state that should not depend on the folder."""
    return {name: text for name, text in sections.items() if name not in PLACES}


def restoring_script(dialect: Dialect, sections: Sections, bare: Sections, environ: Mapping[str, str]) -> str:
    """What brings a shell without startup files, started with `environ`, into the state of `sections`.

    `bare` is the state of such a shell: what is the same in it is not said again, as each line costs every command.
    The script says again what the startup files said, and is meant for the place where the shell would read such a
    file anyway. That the state is the same is for the caller to see: not every section can be restored.
    """
    write = _bash_script if dialect is BASH else _zsh_script
    said = [
        f"\\builtin printf %s {_quoted(text)} >&{number}"
        for number, text in ((1, sections["stdout"]), (2, sections["stderr"]))
        if text
    ]
    status = sections["status"]
    last = f"(\\builtin exit {status})" if status != "0" else ""
    lines = [*said, *write(sections, bare, environ), last]
    return "".join(f"{line}\n" for line in lines if line)


def exported(dialect: Dialect, sections: Sections) -> dict[str, str]:
    """Exported variables with plain values, for looking up names of files."""
    pattern = re.compile(r"(?:declare -x|export) (\w+)=[\"']?([^\"'\n$\\`]*)[\"']?\n?", re.ASCII)
    matches = (pattern.fullmatch(text) for _, text in _records(dialect, sections["variables"]))
    return {match[1]: match[2] for match in matches if match}


def _bash_script(sections: Sections, bare: Sections, environ: Mapping[str, str]) -> list[str]:
    records, before = dict(_records(BASH, sections["variables"])), dict(_records(BASH, bare["variables"]))
    gone = _names(environ) - records.keys() - BASH_VOLATILE
    hidden = {name for name in _names(environ) & records.keys() if "x" not in records[name].split(" ", 2)[1]}
    late = {"shopt -s expand_aliases"}  # from there on aliases would change this very script
    # Bodies of functions may be written with it.
    functions = ["\\builtin shopt -s extglob", sections["functions"]] if sections["functions"] else []
    touched = {"shopt -u extglob"} if functions else set()
    options = _changed(sections["shell options"], bare["shell options"], touched)
    attributes = [line for line in sections["function names"].splitlines() if not line.startswith("declare -f ")]
    return [
        "\\builtin unset -v BASH_ENV",
        *(f"\\builtin unset -v {name}" for name in sorted(gone)),
        *(f"\\builtin declare +x {name}" for name in sorted(hidden)),
        *functions,
        *attributes,
        *(text.removesuffix("\n") for name, text in records.items() if text != before.get(name)),
        sections["completions"],
        *_changed(sections["mask"], bare["mask"]),
        *(line for line in options if line not in late and not line.endswith(_FIXED) and "-u compat" not in line),
        *_changed(sections["options"], bare["options"]),
        sections["aliases"],
        *(line for line in options if line in late),
    ]


def _zsh_script(sections: Sections, bare: Sections, environ: Mapping[str, str]) -> list[str]:
    records, before = dict(_records(ZSH, sections["variables"])), dict(_records(ZSH, bare["variables"]))
    gone = _names(environ) - records.keys() - ZSH_VOLATILE
    hidden = {name for name in _names(environ) & records.keys() if not _is_exported_in_zsh(records[name])}
    functions = _undefined_functions().sub(r"\\builtin autoload -\2 \1", sections["functions"])
    return [
        "\\builtin unset ZDOTDIR",
        *(f"\\builtin unset {name}" for name in sorted(gone)),
        *(f"\\builtin typeset +x {name}" for name in sorted(hidden)),
        "\\builtin unalias -m '*'",
        *_changed(sections["modules"], bare["modules"]),
        *(["\\builtin setopt extendedglob", functions] if functions else []),
        *(_zsh_record(name, text).removesuffix("\n") for name, text in records.items() if text != before.get(name)),
        sections["named folders"],
        sections["styles"],
        f"\\builtin umask {sections['mask']}",
        *_changed(sections["options"], bare["options"], {"set +o extendedglob"} if functions else set()),
        sections["aliases"],
    ]


def _changed(text: str, before: str, touched: Set[str] = frozenset()) -> list[str]:
    """The lines that are not the same before, and those that the script itself has touched."""
    known = set(before.splitlines()) - touched
    return [line for line in text.splitlines() if line not in known]


def _is_exported_in_zsh(record: str) -> bool:
    flags = re.match(r"(\w+)((?: -\S+)*)", record)
    return flags is not None and (flags[1] == "export" or "x" in flags[2])


@functools.cache
def _undefined_functions() -> re.Pattern[str]:
    """Functions that are read from a file when they are first called; as they are printed, they would be empty."""
    return re.compile(r"^(\S+) \(\) \{\n\t# undefined\n\tbuiltin autoload -X(\w*)\n\}$", re.MULTILINE)


def _zsh_record(name: str, text: str) -> str:
    """A tied pair of the shell's own cannot be tied again, only filled."""
    tied = ZSH_TIED.get(name)
    if tied is None:
        return text
    words = text.split("=", 1)[1].rstrip("\n")
    return f"{tied}={words}" + (f"\n\\builtin export {name}" if text.startswith("export ") else "")


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _names(environ: Mapping[str, str]) -> set[str]:
    return {name for name in environ if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII)}


def _records(dialect: Dialect, variables: str) -> list[tuple[str, str]]:
    """The variables one by one: name and text. A value with line ends may be cut; put together it is whole again."""
    starts = [*_record_pattern(dialect.name).finditer(variables)]
    ends = [*(match.start() for match in starts[1:]), len(variables)]
    found = zip(starts, ends, strict=True)
    # The array half of a tied pair says the same as the other one.
    return [(match["name"], variables[match.start() : end]) for match, end in found if "aT" not in match["flags"]]


@functools.cache
def _record_pattern(name: str) -> re.Pattern[str]:
    if name == "bash":
        return re.compile(r"^declare (?P<flags>-\S+) (?P<name>\w+)(?==|$)", re.ASCII | re.MULTILINE)
    return re.compile(
        r"^(?:typeset|export|readonly)(?P<flags>(?: -\S+)*) (?P<name>[^\s=]+)(?==|$| )", re.ASCII | re.MULTILINE
    )
