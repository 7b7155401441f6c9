"""Code in answers, by its words: keywords, strings, comments, numbers, operators (`docs/terminal.md`, "Themes").

A line is read by itself; what reaches over lines (comments between `/*` and `*/`, strings of three quotes) is a state
that the line before leaves. It knows what the words of a language look like, and nothing of its grammar.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from octavo.frontends.terminal.text.styled import Role, Span, Style

_LONGEST = 2000
"""Characters of a line that are looked at: longer ones are no code that a person wrote."""


class Language(NamedTuple):
    """Its keywords; how a comment up to the end of a line begins; the strings of a line; what reaches over lines."""

    keywords: str
    comment: str = "//"
    strings: str = r'"(?:\\.|[^"\\])*"?' + r"|'(?:\\.|[^'\\])*'?"
    blocks: tuple[tuple[str, str, Role], ...] = (("/*", "*/", "comment"),)
    ignores_case: bool = False


_C = (
    "auto break case catch char class const constexpr continue default delete do double else enum extern false float "
    "for friend goto if inline int long namespace new nullptr operator private protected public register return short "
    "signed sizeof static struct switch template this throw true try typedef typename union unsigned using virtual "
    "void volatile while NULL bool"
)
_JAVA = (
    "abstract assert boolean break byte case catch char class const continue default do double else enum extends false "
    "final finally float for if implements import instanceof int interface long native new null package private "
    "protected public record return short static super switch synchronized this throw throws true try var void "
    "volatile while async await foreach in is namespace out override readonly ref sealed string using val fun object "
    "when companion data suspend"
)
_JS = (
    "any as async await boolean break case catch class const continue debugger declare default delete do else enum "
    "export extends false finally for from function get if implements import in instanceof interface let new null "
    "number of private protected public readonly return set static string super switch this throw true try type "
    "typeof undefined var void while yield"
)
_RUST = (
    "as async await bool break char const continue crate dyn else enum extern f32 f64 false fn for i16 i32 i64 i8 if "
    "impl in isize let loop match mod move mut pub ref return self Self static str struct super trait true type u16 "
    "u32 u64 u8 unsafe use usize where while"
)
_GO = (
    "bool break byte case chan const continue default defer else error fallthrough false float64 for func go goto if "
    "import int int64 interface map nil package range return rune select string struct switch true type uint8 var"
)
_PYTHON = (
    "and as assert async await break case class continue def del elif else except False finally for from global if "
    "import in is lambda match None nonlocal not or pass raise return True try while with yield self"
)
_RUBY = (
    "alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo rescue "
    "retry return self super then true undef unless until when while yield require attr_accessor attr_reader"
)
_LUA = "and break do else elseif end false for function if in local nil not or repeat return then true until while"
_SHELL = (
    "case do done elif else esac export fi for function if in local readonly return select set then unset until while "
    "echo exit cd source"
)
_SQL = (
    "add all alter and as asc begin between by case check column commit constraint create cross database default "
    "delete desc distinct drop else end exists foreign from full group having if in index inner insert into is join "
    "key left like limit not null offset on or order outer primary references returning right rollback select set "
    "table then transaction union unique update using values view when where with"
)
_PHP = _JAVA + " function echo foreach elseif endif use trait fn match"
_SWIFT = _JAVA + " func let guard struct protocol extension self nil where defer init deinit throws inout mutating"

_QUOTES = r'"(?:\\.|[^"\\])*"?'
_LANGUAGES: dict[str, Language] = {
    "python": Language(_PYTHON, "#", blocks=(('"""', '"""', "string"), ("'''", "'''", "string"))),
    "c": Language(_C),
    "java": Language(_JAVA),
    "javascript": Language(_JS, blocks=(("/*", "*/", "comment"), ("`", "`", "string"))),
    "rust": Language(_RUST, strings=rf"{_QUOTES}|'(?:\\[^']+|[^'\\])'"),
    "go": Language(_GO, strings=_QUOTES, blocks=(("/*", "*/", "comment"), ("`", "`", "string"))),
    "php": Language(_PHP),
    "swift": Language(_SWIFT),
    "ruby": Language(_RUBY, "#", blocks=()),
    "shell": Language(_SHELL, r"(?<!\S)#", blocks=()),
    "sql": Language(_SQL, "--", ignores_case=True),
    "lua": Language(_LUA, "--", blocks=(("--[[", "]]", "comment"),)),
    "settings": Language("true false null yes no on off", "[#;]", blocks=()),
    "json": Language("true false null", blocks=()),
    "css": Language("important", "(?!)"),
    "html": Language("", "(?!)", blocks=(("<!--", "-->", "comment"),)),
    "diff": Language("", "(?!)"),
}  # fmt: skip
_NAMES = {
    "python": "py python3 pyi starlark",
    "c": "h c++ cpp cc cxx hpp objc cuda",
    "java": "kotlin kt scala groovy c# cs csharp dart",
    "javascript": "js jsx mjs ts tsx typescript",
    "rust": "rs",
    "go": "golang",
    "ruby": "rb",
    "shell": "sh bash zsh fish console",
    "sql": "sqlite postgres postgresql mysql",
    "settings": "toml yaml yml ini conf dockerfile make makefile properties env",
    "json": "jsonc json5",
    "css": "scss less",
    "html": "xml svg vue",
    "diff": "patch",
}


def language_of(info: str) -> str:
    """The language that the words behind a fence name; empty for one that is not known."""
    word = re.split(r"[\s,{:]", info.strip().lower(), maxsplit=1)[0]
    return word if word in _LANGUAGES else _aliases().get(word, "")


def state_after(text: str, language: str, state: str) -> str:
    """What is open after this line: the sign that began it, empty for nothing."""
    blocks = _LANGUAGES[language].blocks
    signs = [sign for opener, closer, _ in blocks for sign in ((closer,) if opener == state else (opener,))]
    if not any(sign in text for sign in signs):
        return state
    return code_spans(text, language, state)[1]


def code_spans(text: str, language: str, state: str, base: Style = Style()) -> tuple[tuple[Span, ...], str]:  # noqa: B008
    """The line by its words, each with a role over `base`, and what is open after it."""
    if len(text) > _LONGEST:
        return (Span(text, base),), state
    if language == "diff":
        return (Span(text, _of_diff(text).over(base)),), ""
    spans: list[Span] = []
    at = 0
    while at < len(text):
        end, role, state = _next(text, at, language, state)
        style = Style(roles=(role,)).over(base) if role else base
        if spans and spans[-1].style == style:
            spans[-1] = Span(spans[-1].text + text[at:end], style)
        else:
            spans.append(Span(text[at:end], style))
        at = end
    return tuple(spans), state


def _next(text: str, at: int, language: str, state: str) -> tuple[int, Role | None, str]:
    """Where the piece that begins here ends, what it is, and what is open behind it."""
    known = _LANGUAGES[language]
    if state:
        closer, role = next((closer, role) for opener, closer, role in known.blocks if opener == state)
        end = text.find(closer, at)
        return (len(text), role, state) if end < 0 else (end + len(closer), role, "")
    for opener, closer, role in known.blocks:
        if text.startswith(opener, at):
            end = text.find(closer, at + len(opener))
            return (len(text), role, opener) if end < 0 else (end + len(closer), role, "")
    match = _tokens(language).match(text, at)
    assert match is not None  # noqa: S101 - its last choice is any character
    kind = match.lastgroup
    if kind == "word":
        word = match[0].lower() if known.ignores_case else match[0]
        return match.end(), "keyword" if word in _keywords(language) else None, ""
    return match.end(), _KINDS.get(kind or ""), ""


_KINDS: dict[str, Role] = {"comment": "comment", "string": "string", "number": "number", "operator": "operator"}


def _of_diff(text: str) -> Style:
    role: Role | None = {"+": "added", "-": "removed", "@": "accent"}.get(text[:1])  # type: ignore[assignment]
    return Style(roles=(role,)) if role else Style()


@functools.cache
def _aliases() -> dict[str, str]:
    return {alias: name for name, aliases in _NAMES.items() for alias in aliases.split()}


@functools.cache
def _keywords(language: str) -> frozenset[str]:
    return frozenset(_LANGUAGES[language].keywords.split())


@functools.cache
def _tokens(language: str) -> re.Pattern[str]:
    known = _LANGUAGES[language]
    return re.compile(
        rf"(?P<comment>(?:{known.comment}).*)|(?P<string>{known.strings})|(?P<number>\d[\w.]*)"
        rf"|(?P<word>[^\W\d]\w*)|(?P<operator>[-+*/%=<>!&|^~?:]+)|(?P<other>\s+|.)"
    )
