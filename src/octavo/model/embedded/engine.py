"""llama.cpp inside this process (`docs/local-models.md`).

The library (`xllamacpp`) brings threads of its own. What it would log goes
nowhere. It insists on an HTTP listener, which nobody is to reach: that one
listens on a socket in a private folder which is removed once it stands.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

import msgspec

from octavo.config.schema import DEFAULT_LOCAL_CONTEXT, LocalModel
from octavo.model.embedded.weights import LocalModelUnavailable, find_weights
from octavo.protocol.json_text import encode_json

_LEAST_CONTEXT, _MOST_CONTEXT, _MOST_THREADS = 256, 1 << 24, 512
_BATCH_TOKENS = 128  # a cancelled prompt ends after the batch at hand
_SMALL_MODEL_BYTES = 1 << 30
_SILENT = -1
_LONGEST_SOCKET_FOLDER = 64  # a socket's whole path must stay under 104 bytes

Chunk = dict[str, Any]


class LlamaEngine:
    """One loaded model. `context_size` is its window in tokens.

    `is_small` says that the weights are below 1 GiB: such a model cannot be trusted to choose well.
    """

    def __init__(self, server: Any, context_size: int, is_small: bool) -> None:
        self.context_size, self.is_small = context_size, is_small
        self._server = server

    def generate(self, body: dict[str, Any], on_chunk: Callable[[Chunk], bool]) -> None:
        """Answers a Chat Completions body, one chunk at a time, on the calling thread; lets others run meanwhile.

        `on_chunk` returns true to stop. It is called for progress in reading the prompt too.
        """
        whole = encode_json({**body, "stream": True, "return_progress": True})
        try:
            self._server.handle_chat_completions(whole, lambda chunk: on_chunk(msgspec.json.decode(chunk)))
        except RuntimeError as error:  # what the library makes of its own failures
            on_chunk({"error": {"message": str(error)}})


@functools.cache
def load_engine(settings: LocalModel) -> LlamaEngine:
    """The loaded model, the same one for the same settings: conversations of one process share it.

    Loading blocks, and holds the interpreter's lock: best done before an event loop runs.
    Raises `LocalModelUnavailable`.
    """
    try:
        import xllamacpp  # an extra, and 70 ms
    except ImportError as error:
        raise LocalModelUnavailable("a local model needs an extra: run `pip install 'octavo[local]'`") from error
    path = find_weights(settings.model_path)
    context_size = settings.context_size or DEFAULT_LOCAL_CONTEXT
    _check_limits(context_size, settings.threads)
    os.putenv("GGML_NO_BACKTRACE", "1")  # a failing library is not to start a debugger; os.environ stays as it is
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.verbosity = _SILENT
    params.n_ctx = context_size
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = _BATCH_TOKENS
    params.n_threads_http = 1
    params.warmup = params.fit_params = False
    params.cache_ram_mib = 0
    params.enable_reasoning = 0
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads = settings.threads or _default_threads()
        threads.poll = 0
    return LlamaEngine(_serve(xllamacpp.Server, params, path), context_size, os.path.getsize(path) < _SMALL_MODEL_BYTES)


def _check_limits(context_size: int, threads: int | None) -> None:
    """Beyond these the library ends the whole process instead of refusing."""
    if not _LEAST_CONTEXT <= context_size <= _MOST_CONTEXT:
        raise LocalModelUnavailable(f"`context_size` under `[local]` must be {_LEAST_CONTEXT} to {_MOST_CONTEXT}")
    if (threads or 0) > _MOST_THREADS:
        raise LocalModelUnavailable(f"`threads` under `[local]` must be at most {_MOST_THREADS}")


def _default_threads() -> int:
    """Half of the processors: more of them wait for each other as soon as anything else runs."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, count // 2)


def _serve(server_type: Callable[[Any], Any], params: Any, path: str) -> Any:
    import tempfile  # slow to import, and only a local model needs it

    usual = tempfile.gettempdir()
    parent = usual if len(usual) <= _LONGEST_SOCKET_FOLDER else "/tmp"  # noqa: S108 the folder in it is new and ours
    with tempfile.TemporaryDirectory(prefix="octavo-", dir=parent) as folder:
        params.hostnames = [os.path.join(folder, "llama.sock")]
        try:
            return server_type(params)
        except (RuntimeError, ValueError) as error:
            raise LocalModelUnavailable(f"the local model {path} cannot be loaded") from error
