"""AGENTS.md: what the user and the project tell every agent (`docs/agents-md.md`)."""

from __future__ import annotations

import logging
import os
import stat

from octavo.config.config import Config
from octavo.files.plain_file import NotPlain, open_plain, place_of
from octavo.protocol.items import InputText, Message, user_message

SEPARATOR = "\n\n--- project-doc ---\n\n"
NAMES = ("AGENTS.override.md", "AGENTS.md")

_CUT = "{path} is read only in part: documents of a project may have {most} bytes (project_doc_max_bytes)"

log = logging.getLogger(__name__)


def user_instructions(config: Config) -> str | None:
    """The user's own text and the project's documents, joined; None when there is neither.

    Never raises: a document that cannot be read is logged and left out.
    """
    try:
        documents = _project_documents(config)
    except OSError as error:
        log.error("cannot read project documents: %s", error)
        documents = None
    parts = [text for text in (config.user_instructions, documents) if text]
    return SEPARATOR.join(parts) or None


def project_documents(config: Config) -> list[str]:
    """The paths of the project's documents that are read, from the top of the project down."""
    names = _names(config)
    return [path for folder in project_folders(config) if (path := _first_there(folder, names))]


def cut_documents(config: Config) -> list[str]:
    """A line for each of the project's documents that is not read to its end, since together they are too long."""
    budget = config.project_doc_max_bytes
    cut = []
    for path in project_documents(config) if budget > 0 else ():
        try:
            size = os.stat(path).st_size
        except OSError:
            continue
        if size > budget:
            cut.append(_CUT.format(path=path, most=config.project_doc_max_bytes))
        budget = max(budget - size, 0)
    return cut


def instructions_message(text: str) -> Message:
    """The text as the model gets it."""
    return user_message(InputText(f"<user_instructions>\n\n{text}\n\n</user_instructions>"))


def _project_documents(config: Config) -> str | None:
    budget = config.project_doc_max_bytes
    names = _names(config)
    texts = []
    for folder in project_folders(config):
        if budget <= 0:
            break
        data = _read_first(config, folder, names, budget)
        text = data.decode("utf-8", "replace")
        if text.strip():
            texts.append(text)
            budget -= len(data)
    return "\n\n".join(texts) or None


def _names(config: Config) -> list[str]:
    return [*NAMES, *(name for name in config.project_doc_fallback_filenames if name and name not in NAMES)]


def _first_there(folder: str, names: list[str]) -> str | None:
    paths = (os.path.join(folder, name) for name in names)
    return next((path for path in paths if os.path.isfile(path)), None)


def project_folders(config: Config) -> list[str]:
    """From the top of the project, which a marker tells, down to the working directory; only the latter without one."""
    cwd = os.path.realpath(config.cwd)
    chain, folder = [], cwd
    while (parent := os.path.dirname(folder)) != folder:
        chain.append(folder)
        if any(os.path.lexists(os.path.join(folder, marker)) for marker in config.project_root_markers):
            return chain[::-1]
        folder = parent
    return [cwd]


def skill_roots(config: Config) -> list[str]:
    """The folders that may hold skills, the nearest to the work first (`docs/skills.md`)."""
    folders = project_folders(config)[::-1]
    home = config.environ.get("HOME") or os.path.expanduser("~")
    places = [os.path.join(folder, kind, "skills") for kind in (".agents", ".codex") for folder in folders]
    own = [os.path.join(home, ".agents", "skills"), os.path.join(config.codex_home, "skills")]
    return [*places, *own, "/etc/codex/skills"]


def _read_first(config: Config, folder: str, names: list[str], limit: int) -> bytes:
    """At most `limit` bytes of the first candidate that is there; a dangling link hides the others and is empty.

    What is no file, or leads to none, is not there: a command may have put a pipe in its place, or a link to our own
    environment. Nor is a link to what the model may not read.
    """
    for name in names:
        path = os.path.join(folder, name)
        try:
            mode = os.lstat(path).st_mode
        except (FileNotFoundError, NotADirectoryError):
            continue
        if stat.S_ISREG(mode) or stat.S_ISLNK(mode):
            try:
                with open_plain(path) as file:
                    place = place_of(file) or os.path.realpath(path)
                    is_here = place == os.path.join(folder, os.path.basename(name))
                    why = None if is_here else _why_hidden(config, place)
                    if why is None:
                        return file.read(limit)
                log.error("project document %s is left out: %s", path, why)
            except FileNotFoundError:
                return b""
            except NotPlain as error:
                log.error("cannot read project document %s: %s", path, error)
    return b""


def _why_hidden(config: Config, place: str) -> str | None:
    """Why the model may not read what a document is a link to; None if it may (`docs/deny-read.md`)."""
    from octavo.sandbox.unreadable import denied_below, refusal  # few documents are links

    return refusal(denied_below(config, (config.cwd,)), place)
