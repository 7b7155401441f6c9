"""Writes the exported types into a folder (`docs/type-export.md`)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping

from octavo.errors import OctavoError
from octavo.frontends.app_server.export.collect import language
from octavo.frontends.app_server.export.json_schema import json_schemas, json_schemas_of_today
from octavo.frontends.app_server.export.today import language_of_today
from octavo.frontends.app_server.export.typescript import typescript


class ExportFailed(OctavoError):
    """The types could not be written; the text says why."""


def write_typescript(folder: str, prettier: str | None = None) -> None:
    """A `.ts` file for each type; `prettier` is a program that makes them pretty. Raises `ExportFailed`."""
    today = {f"v2/{name}": text for name, text in typescript(language_of_today()).items()}
    files = _write(folder, {**typescript(language()), **today})
    if prettier is None:
        return
    try:
        # Those of the folder itself, as clients expect it; its words go to stderr.
        own = [file for file in files if os.path.dirname(file) == folder]
        status = subprocess.run([prettier, "--write", *own], stdin=subprocess.DEVNULL, stdout=2, check=False).returncode
    except OSError as error:
        raise ExportFailed(f"Failed to invoke Prettier at {prettier}: {error.strerror}") from None
    if status:
        raise ExportFailed(f"Prettier failed with status exit status: {status}")


def write_json_schemas(folder: str) -> None:
    """A `.json` file for each type, and one with all of them. Raises `ExportFailed`."""
    _write(folder, {**json_schemas(language()), **json_schemas_of_today(language_of_today())})


def _write(folder: str, files: Mapping[str, str]) -> list[str]:
    written = []
    try:
        for name, text in sorted(files.items()):
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            written.append(path)
    except OSError as error:
        raise ExportFailed(f"cannot write {error.filename}: {error.strerror}") from None
    return written
