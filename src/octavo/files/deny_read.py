"""Paths that may not be read: the rules of `deny_read`, and which of them a path falls under (`docs/deny-read.md`).

Rules are globs as in a `.gitignore`. One that begins with `/` or `~` is about that place, any other holds below each
of some folders. A later rule beats an earlier one, `!` lifts, and what lies in a denied folder is denied.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

_MOST_BEHIND_LINKS = 5000
"""Folders behind links that are looked into: one may lead anywhere."""
_GLOB = re.compile(r"[*?\[\\]")


class BadRule(ValueError):
    """A text that is no rule; the message says why."""


class Rule(msgspec.Struct, frozen=True):
    """One rule, with the user's own `text`.

    `place` is the absolute path without a glob that the rule names, or begins with; None for a rule that holds below
    folders. `pattern` matches paths below that folder, or below `/`. `depth` is how many parts these have, 0 for any.
    """

    text: str
    pattern: str
    place: str | None
    depth: int = 0
    below: str | None = None
    only_folders: bool = False
    lifts: bool = False
    is_ours: bool = False

    @property
    def is_literal(self) -> bool:
        """Whether it names one place."""
        return self.place is not None and self.depth == -1


def parse_rule(text: str, environ: Mapping[str, str]) -> Rule:
    """The rule that the user wrote. Raises `BadRule`."""
    lifts, glob = text.startswith("!"), text.removeprefix("!").strip()
    if not glob or "\0" in glob:
        raise BadRule("is empty" if not glob else "holds a NUL byte")
    if glob == "~" or glob.startswith("~/"):
        home = environ.get("HOME") or os.path.expanduser("~")
        glob = _escaped(home.rstrip("/")) + glob[1:]
    elif glob.startswith("~"):
        raise BadRule("names another user's home; write the path")
    only_folders, glob = glob.endswith("/"), glob.rstrip("/").removeprefix("./")
    parts = glob.removeprefix("/").split("/")
    if not glob or "" in parts or "." in parts or ".." in parts:
        raise BadRule("names no path: parts that are empty, `.` or `..` mean nothing here")
    try:
        pattern = _translated(glob.removeprefix("/"))
        re.compile(pattern)
    except re.error:
        raise BadRule("has brackets that mean nothing") from None
    if not glob.startswith("/"):
        anywhere = "" if "/" in glob else "(?:.*/)?"
        below = None if anywhere or _GLOB.search(glob) else glob
        return Rule(text, anywhere + pattern, None, below=below, only_folders=only_folders, lifts=lifts)
    plain = next((number for number, part in enumerate(parts) if _GLOB.search(part)), None)
    if plain is None:
        return Rule(text, pattern, glob, -1, only_folders=only_folders, lifts=lifts)
    depth = 0 if any("**" in part for part in parts) else len(parts) - plain
    return Rule(text, pattern, "/" + "/".join(parts[:plain]), depth, only_folders=only_folders, lifts=lifts)


def own_rule(path: str, about: str) -> Rule:
    """A rule of ours for one absolute path; its text says what is there."""
    return Rule(about, re.escape(path.lstrip("/")), path, -1, is_ours=True)


class DenyRead:
    """Rules, and the folders below which those hold that name no place. Folders are absolute."""

    def __init__(self, rules: Sequence[Rule], folders: Sequence[str]) -> None:
        self.rules = tuple(rules)
        self.folders = tuple(dict.fromkeys(name for folder in folders for name in (folder, os.path.realpath(folder))))

    def rule_for(self, path: str) -> Rule | None:
        """The rule that denies `path`, by its name or by where it leads; None if it may be read."""
        if not self.rules or "\0" in path:
            return None
        try:
            real = os.path.realpath(path)
        except OSError:  # a link that nobody may follow, in /proc
            real = path
        found = self._by_name(os.path.normpath(path))
        return found if found is not None or real == path else self._by_name(real)

    def paths(self) -> list[str]:
        """What there is now that may not be read: real paths, none of them inside of another. Looks through folders."""
        found: set[str] = set()
        for path in self._candidates():
            # A link may lead to what no rule names: then that is what is meant.
            if self._by_name(path) is not None and os.path.lexists(path):
                with contextlib.suppress(OSError):  # it is gone
                    found.add(os.path.realpath(path))
        found.discard("/")
        return sorted(path for path in found if os.path.exists(path) and not any(a in found for a in _above(path)))

    def _candidates(self) -> Iterator[str]:
        for rule in self.rules:
            if rule.place is not None and not rule.lifts:
                yield from (rule.place,) if rule.is_literal else self._below(rule.place, rule.depth)
        anywhere = [rule for rule in self.rules if rule.place is None and not rule.lifts]
        if anywhere:
            names_alone = all("/" not in rule.text.strip("/") for rule in anywhere)
            literal = [one for rule in self.rules if rule.place is None and (one := rule.below) is not None]
            for folder in dict.fromkeys(map(os.path.realpath, self.folders)):
                yield from (os.path.join(folder, one) for one in literal)  # a folder on the way may be a link
                yield from self._below(folder, 0, names_alone=names_alone)

    def _below(self, top: str, depth: int, *, names_alone: bool = False) -> Iterator[str]:
        """What is denied below a folder, down to `depth` levels (0: all), and below what links in it lead to."""
        waiting = [(top, 1)]
        links = _Links(top, names_alone=names_alone)
        ends = sorted({rule.pattern.removeprefix("(?:.*/)?") for rule in self.rules if not rule.lifts})
        suspicious = _compiled(f"(?:.*/)?(?:{'|'.join(ends)})")  # one look, for all rules
        while waiting:
            folder, level = waiting.pop()
            if not links.may_look_into(folder):
                continue
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        path = entry.path
                        if suspicious.fullmatch(path) and self._by_name(path) is not None:
                            yield path
                        elif depth and level >= depth:
                            continue
                        elif entry.is_dir(follow_symlinks=False):
                            if entry.name != ".git":  # names in there are git's own, and many
                                waiting.append((path, level + 1))
                        elif entry.is_symlink() and links.follow(path):
                            waiting.append((path, level + 1))
            except OSError:  # gone, or not for us: a command cannot read it either
                continue

    def _by_name(self, path: str) -> Rule | None:
        for place in (*reversed(list(_above(path))), path):
            if (found := self._decided(place, is_folder=place != path)) is not None:
                return found
        return None

    def _decided(self, path: str, *, is_folder: bool) -> Rule | None:
        """What the rules say of this path by itself: the last that matches counts."""
        for rule in reversed(self.rules):
            if not any(_compiled(rule.pattern).fullmatch(name) for name in self._names(rule, path)):
                continue
            if rule.only_folders and not (is_folder or os.path.isdir(path)):
                continue
            return None if rule.lifts else rule
        return None

    def _names(self, rule: Rule, path: str) -> Iterator[str]:
        if rule.place is not None:
            yield path[1:]
            return
        for folder in self.folders:
            if path.startswith(folder.rstrip("/") + "/"):
                yield path[len(folder.rstrip("/")) + 1 :]


class _Links:
    """Which links to folders a look below `top` follows: each folder once, and so many folders in all.

    With `names_alone` no rule is about more than a name: then what lies below `top` anyway needs no second look.
    """

    def __init__(self, top: str, *, names_alone: bool) -> None:
        self._top, self._names_alone = os.path.realpath(top), names_alone
        self._seen: set[str] = set()
        self._followed: tuple[str, ...] = ()
        self._left = _MOST_BEHIND_LINKS

    def follow(self, link: str) -> bool:
        """Whether to look into what a link leads to."""
        try:
            real = os.path.realpath(link)
        except OSError:
            return False
        is_inside = real == self._top or real.startswith(self._top.rstrip("/") + "/")
        if real in self._seen or (is_inside and self._names_alone) or not os.path.isdir(real):
            return False
        self._seen.add(real)
        self._followed = (*self._followed, link + "/")
        return True

    def may_look_into(self, folder: str) -> bool:
        """Whether a folder is still within the bounds."""
        if not self._followed or not f"{folder}/".startswith(self._followed):
            return True
        self._left -= 1
        return self._left >= 0


def _above(path: str) -> Iterator[str]:
    """The folders above, the nearest first, `/` left out."""
    while (path := os.path.dirname(path)) not in ("/", ""):
        yield path


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def _escaped(path: str) -> str:
    return re.sub(r"([*?\[\\])", r"\\\1", path)


def _translated(glob: str) -> str:
    """A glob as a regular expression for a whole path, as `.gitignore` means it."""
    out, place = "", 0
    while place < len(glob):
        char = glob[place]
        rest = glob[place:]
        if rest.startswith("**/") and (place == 0 or glob[place - 1] == "/"):
            out, place = out + "(?:.*/)?", place + 3
        elif rest == "**" and place and glob[place - 1] == "/":
            out, place = out + ".+", place + 2
        elif char == "*":
            out, place = out + "[^/]*", place + 1
        elif char == "?":
            out, place = out + "[^/]", place + 1
        elif char == "[" and (end := glob.find("]", place + 2)) > 0:
            inner = glob[place + 1 : end].replace("\\", "\\\\")
            inner = "^/" + inner[1:] if inner[0] in "!^" else inner
            out, place = f"{out}[{inner}]", end + 1
        elif char == "\\" and place + 1 < len(glob):
            out, place = out + re.escape(glob[place + 1]), place + 2
        else:
            out, place = out + re.escape(char), place + 1
    return out
