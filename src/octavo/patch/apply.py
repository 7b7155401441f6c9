"""Carries a patch out on the disk (`docs/apply-patch.md`, "Applying").

Sections are done in order and at once. One that fails ends the patch, and what
the earlier ones did stays.
"""

from __future__ import annotations

import os

from octavo.patch.disk import Disk, UnreadableFileError
from octavo.patch.sections import AddFile, DeleteFile, Patch, Section, UpdateFile
from octavo.patch.update import PatchApplyError, already_there, updated_text


def apply(patch: Patch, disk: Disk | None = None) -> str:
    """Apply `patch`, relative paths counting from the folder of the process; the summary to print.

    By paths, unless another `disk` is given.

    Raises `PatchApplyError` at the first section that cannot be done.
    """
    if not patch.sections:
        raise PatchApplyError("No files were modified.")
    disk = disk or Disk()
    done = [_apply_section(section, disk) for section in patch.sections]
    listed = [f"{kind} {path}\n" for wanted in "AMD" for kind, path in done if kind == wanted]
    return "Success. Updated the following files:\n" + "".join(listed)


def _apply_section(section: Section, disk: Disk) -> tuple[str, str]:
    """Do one section; the letter of its kind and the path to name."""
    if isinstance(section, AddFile):
        _create(disk, section.path, section.content)
        return "A", section.path
    if isinstance(section, DeleteFile):
        _remove(disk, section.path, f"Failed to delete file {section.path}")
        return "D", section.path
    return "M", _update(section, disk)


def _update(section: UpdateFile, disk: Disk) -> str:
    path, destination = section.path, section.move_to
    try:
        original = disk.read_text(path)
    except UnreadableFileError as error:
        raise PatchApplyError(f"Failed to read file to update {path}: {error}") from None
    text = updated_text(original, section.chunks, path)
    if destination is None or _is_same(disk, path, destination):
        _write(disk, destination or path, text)
        return destination or path
    _create(disk, destination, text, _mode(disk, path))
    _remove(disk, path, f"Failed to remove original {path}")
    return destination


def _is_same(disk: Disk, path: str, destination: str) -> bool:
    try:
        return disk.same_entry(path, destination)
    except (OSError, ValueError):
        return False  # writing there will say why


def _mode(disk: Disk, path: str) -> int | None:
    try:
        return disk.mode(path)
    except (OSError, ValueError):
        return None


def _create(disk: Disk, path: str, text: str, mode: int | None = None) -> None:
    try:
        disk.create_parents(path)
    except (OSError, ValueError):
        raise PatchApplyError(f"Failed to create parent directories for {path}") from None
    try:
        disk.create_text(path, text, mode)
    except (OSError, ValueError) as error:
        if isinstance(error, FileExistsError) and not os.path.isdir(path):
            raise PatchApplyError(already_there(path)) from None
        raise PatchApplyError(f"Failed to write file {path}") from None


def _write(disk: Disk, path: str, text: str) -> None:
    try:
        disk.write_text(path, text)
    except (OSError, ValueError):
        raise PatchApplyError(f"Failed to write file {path}") from None


def _remove(disk: Disk, path: str, failure: str) -> None:
    try:
        disk.remove(path)
    except (OSError, ValueError):
        raise PatchApplyError(failure) from None
