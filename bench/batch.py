"""What `octavo batch` takes for 500 recorded one-call tasks, beside what their commands and worktrees cost alone.

python bench/batch.py --exe .venv/bin/octavo [--tasks 500] [--jobs 2]

CPU time of everything that was started, the program included: it means something on a busy machine too. Alone
means one `git worktree add`, the command, and one `git worktree remove` for each task.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable

GIT = ("git", "-c", "user.name=x", "-c", "user.email=x@x")
COMMAND = ("cat", "a.txt")


def main() -> int:
    options = parse_options()
    with tempfile.TemporaryDirectory(dir=os.path.expanduser("~")) as place:
        prepare(place, options.tasks)
        alone = cpu_of(lambda: run_alone(place, options.tasks))
        batch = cpu_of(lambda: run_batch(place, os.path.abspath(options.exe), options.jobs))
    bound = 1.3 * alone + 0.010 * options.tasks
    each = 1000 / options.tasks
    print(f"{options.tasks} tasks, CPU time: alone {alone:.2f} s ({alone * each:.1f} ms each)")
    print(f"octavo batch {batch:.2f} s ({batch * each:.1f} ms each), 1.3 x alone + 10 ms each is {bound:.2f} s")
    return int(batch > bound)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exe", required=True)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def prepare(place: str, count: int) -> None:
    """A repository, a recorded run and the list."""
    project = os.path.join(place, "project")
    os.mkdir(project)
    write(os.path.join(project, "a.txt"), "one\n")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "x")):
        subprocess.run([*GIT, *words], cwd=project, check=True)
    arguments = json.dumps({"command": COMMAND})
    call = {"type": "function_call", "name": "shell", "arguments": arguments, "call_id": "c"}
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]}
    end = {"type": "response.completed", "response": {"id": "r"}}
    answers = [{"events": [{"type": "response.output_item.done", "item": item}, end]} for item in (call, said)]
    write(os.path.join(place, "run.jsonl"), "".join(f"{json.dumps(answer)}\n" for answer in answers))
    tasks = [{"prompt": f"task {number}", "folder": "project", "replay": "run.jsonl"} for number in range(count)]
    write(os.path.join(place, "tasks.jsonl"), "".join(f"{json.dumps(task)}\n" for task in tasks))


def run_alone(place: str, count: int) -> None:
    """The least that anybody has to do."""
    project, tree = os.path.join(place, "project"), os.path.join(place, "tree")
    for _ in range(count):
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", tree, "HEAD"], cwd=project, check=True)
        subprocess.run(COMMAND, cwd=tree, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["git", "worktree", "remove", "--force", tree], cwd=project, check=True)


def run_batch(place: str, program: str, jobs: int) -> None:
    """The same by the program."""
    environ = {"PATH": os.environ["PATH"], "HOME": place, "CODEX_HOME": place}
    command = [program, "batch", "tasks.jsonl", "--jobs", str(jobs), "--ephemeral"]
    subprocess.run(command, cwd=place, env=environ, check=True, stderr=subprocess.DEVNULL)


def cpu_of(work: Callable[[], None]) -> float:
    """Seconds of CPU that processes took which `work` started and waited for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    raise SystemExit(main())
