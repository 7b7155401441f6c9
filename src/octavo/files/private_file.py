"""Files that hold secrets: replaced whole, readable by their owner alone from the first moment."""

from __future__ import annotations

import os


def replace_private_file(path: str, data: bytes) -> None:
    """Put `data` at `path` with mode 0600, all of it or nothing. The folder must exist. Raises `OSError`."""
    draft = f"{path}.{os.urandom(6).hex()}.tmp"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    replaced = False
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
        replaced = True
    finally:
        if not replaced:
            os.unlink(draft)
