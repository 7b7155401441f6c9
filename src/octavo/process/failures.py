"""What can go wrong with a command, and the text that tells it (`docs/sandbox.md`)."""

from __future__ import annotations

import errno
import os

from octavo.errors import OctavoError


class CommandError(OctavoError):
    """A command that gave no exit code. The text is what the model and clients get."""


class EmptyCommandError(CommandError):
    """There was no program to run."""

    def __init__(self) -> None:
        super().__init__("command args are empty")


class SpawnError(CommandError):
    """The command could not be started; `errno` is the system's reason."""

    def __init__(self, number: int) -> None:
        self.errno = number
        super().__init__(f"execution error: Io({_described(number)})")


class NulByteError(CommandError):
    """An argument, a variable or the folder holds a NUL byte, which no system call can carry."""

    def __init__(self) -> None:
        super().__init__(
            'execution error: Io(Error { kind: InvalidInput, message: "nul byte found in provided data" })'
        )


class KilledBySignalError(CommandError):
    """The command died from a signal; its output is lost."""

    def __init__(self, signal: int) -> None:
        self.signal = signal
        super().__init__(f"execution error: Sandbox(Signal({signal}))")


def _described(number: int) -> str:
    kind = _kinds().get(number, "Uncategorized")
    return f'Os {{ code: {number}, kind: {kind}, message: "{os.strerror(number)}" }}'


def _kinds() -> dict[int, str]:
    return {
        errno.ENOENT: "NotFound",
        errno.EACCES: "PermissionDenied",
        errno.EPERM: "PermissionDenied",
        errno.ENOTDIR: "NotADirectory",
        errno.EISDIR: "IsADirectory",
        errno.E2BIG: "ArgumentListTooLong",
        errno.ENOMEM: "OutOfMemory",
        errno.EAGAIN: "WouldBlock",
        errno.EINTR: "Interrupted",
        errno.EINVAL: "InvalidInput",
        errno.EEXIST: "AlreadyExists",
        errno.EBUSY: "ResourceBusy",
        errno.ENOSPC: "StorageFull",
        errno.EROFS: "ReadOnlyFilesystem",
        errno.ELOOP: "FilesystemLoop",
        errno.ENAMETOOLONG: "InvalidFilename",
        errno.ETXTBSY: "ExecutableFileBusy",
        errno.EPIPE: "BrokenPipe",
        errno.ENOSYS: "Unsupported",
        errno.ESTALE: "StaleNetworkFileHandle",
        errno.ETIMEDOUT: "TimedOut",
        errno.EDQUOT: "QuotaExceeded",
    }
