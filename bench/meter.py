"""Run one program and report what it cost.

A process keeps the peak memory of the process that forked it, even across `exec`. So the program is started
from here and not from the benchmark itself: this file imports next to nothing and stays as small as the smallest
thing that is measured.

Call: `python -I -S meter.py STDOUT STDERR PROGRAM [ARGUMENT...]`
Prints `ready`, and starts with the first byte of standard input. Then prints one line: exit code (negative: ended by
that signal), wall seconds, CPU seconds of the program and of the descendants that were waited for, peak memory in
bytes, own CPU seconds since `ready`.
"""

import os
import sys
from time import perf_counter, process_time

WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def main(stdout: str, stderr: str, *command: str) -> None:
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, stdout, WRITE, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, stderr, WRITE, 0o644),
    ]
    own = process_time()
    os.write(1, b"ready\n")
    os.read(0, 1)
    start = perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=files)
    _, status, usage = os.wait4(pid, 0)
    wall = perf_counter() - start
    unit = 1 if sys.platform == "darwin" else 1024
    code = os.waitstatus_to_exitcode(status)
    print(code, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit, process_time() - own)


if __name__ == "__main__":
    main(*sys.argv[1:])
