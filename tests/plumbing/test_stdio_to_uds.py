"""stdin and stdout as a Unix socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path


def start(folder: Path, path: str) -> subprocess.Popen[bytes]:
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    words = [sys.executable, "-m", "octavo", "stdio-to-uds", path]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, env=environ, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe)


def test_both_ways_are_copied_and_the_end_of_stdin_is_half_the_end(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen()
        with start(tmp_path, str(tmp_path / "s")) as process:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"hello\n")
                assert process.stdout is not None
                assert process.stdin is not None
                assert process.stdout.readline() == b"hello\n"
                process.stdin.write(b"x" * 300_000)
                process.stdin.close()
                received = b""
                while piece := connection.recv(65536):
                    received += piece
                assert received == b"x" * 300_000
                connection.sendall(b"late answer")
            assert process.stdout.read() == b"late answer"
            assert process.wait(10) == 0


def test_a_socket_that_is_not_there_is_told(tmp_path: Path) -> None:
    with start(tmp_path, "none") as process:
        out, err = process.communicate(timeout=20)
    expected = "Error: failed to connect to socket at none\n\nCaused by:\n    No such file or directory (os error 2)\n"
    assert (process.returncode, out, err.decode()) == (1, b"", expected)
