"""What a project says about itself: `.codex/config.toml` in its folders (`docs/config.md`, "Files of projects").

A repository may come from anywhere. Its files count only once the user trusts the project, and
even then only for keys that neither name a program or an address nor widen what commands may do.
"""

from __future__ import annotations

import os

import msgspec

from octavo.config.home import os_error_text
from octavo.config.layers import CONFIG_FILE, FileLayer
from octavo.config.toml import parse_toml
from octavo.errors import ConfigError
from octavo.files.plain_file import open_plain

FOLDER = ".codex"

ALLOWED = frozenset(
    {
        "compact_prompt",
        "developer_instructions",
        "file_opener",
        "hide_agent_reasoning",
        "model",
        "model_auto_compact_token_limit",
        "model_context_window",
        "model_max_output_tokens",
        "model_reasoning_effort",
        "model_reasoning_summary",
        "model_reasoning_summary_format",
        "model_supports_reasoning_summaries",
        "model_verbosity",
        "project_doc_fallback_filenames",
        "project_doc_max_bytes",
        "review_model",
        "service_tier",
        "tool_output_token_limit",
        "web_search",
    }
)
"""The keys that a project may set."""


class ProjectLayers(msgspec.Struct, frozen=True):
    """The files with what counts of them, from the top of the project down, and what to tell the user."""

    files: tuple[FileLayer, ...] = ()
    warnings: tuple[str, ...] = ()


def project_files(cwd: str, codex_home: str) -> tuple[str, ...]:
    """The files that are there, from the top of the repository down to `cwd`; outside of one, only its own."""
    found, folder, is_repository = [], os.path.realpath(cwd), False
    while not is_repository:
        path = os.path.join(folder, FOLDER, CONFIG_FILE)
        if os.path.lexists(path) and os.path.realpath(os.path.dirname(path)) != os.path.realpath(codex_home):
            found.append(path)
        is_repository = os.path.lexists(os.path.join(folder, ".git"))
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            break
    own = os.path.join(os.path.realpath(cwd), FOLDER, CONFIG_FILE)
    return tuple(reversed(found)) if is_repository else tuple(path for path in found if path == own)


def read_project_files(paths: tuple[str, ...]) -> ProjectLayers:
    """What counts of these files of a trusted project. Raises `ConfigError` where one is of no use."""
    files, warnings = [], []
    for path in paths:
        try:
            with open_plain(path) as file:
                tree = parse_toml(file.read().decode("utf-8").removeprefix("\ufeff"), path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ConfigError(f"{path}: {os_error_text(error)}") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}: stream did not contain valid UTF-8") from error
        files.append(FileLayer(path, {key: value for key, value in tree.items() if key in ALLOWED}))
        if others := [key for key in tree if key not in ALLOWED]:
            named = ", ".join(f"`{key}`" for key in sorted(others))
            warnings.append(f"{path}: {named} cannot be set by a project and is ignored.")
    return ProjectLayers(tuple(files), tuple(warnings))
