"""Whatever a step does to a tree, taking it back restores every byte, mode and link, or says what it could not."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from octavo.undo.blobs import Blobs
from octavo.undo.held import held_by_git
from octavo.undo.journal import Begun, Started, Step, saved_changes
from octavo.undo.keeper import Keeper
from octavo.undo.take_back import Store

SEEDS = range(3000) if os.environ.get("OCTAVO_SOAK") else (*range(30), 299, 2404, 4400)
NAMES = ("a", "b", "c d", "e%41", "\udcff", "ü", "new\nline")


def whole(root: Path) -> dict[str, tuple[object, ...]]:
    """Kind, mode and content of everything below a folder, and which files are one."""
    found: dict[str, tuple[object, ...]] = {}
    for folder, folders, files in os.walk(os.fsencode(root)):
        for entry in sorted((*folders, *files)):
            path = os.path.join(folder, entry)
            if b"/.git" in path:
                continue
            status = os.lstat(path)
            shown = os.fsdecode(os.path.relpath(path, os.fsencode(root)))
            if os.path.islink(path):
                found[shown] = ("link", os.readlink(path))
            elif os.path.isdir(path):
                found[shown] = ("folder", status.st_mode)
            else:
                with open(path, "rb") as file:
                    content = file.read()
                found[shown] = ("file", status.st_mode, content)
    # Which names are of one file; compared by the least name, as numbers of files may differ.
    groups: dict[int, list[str]] = {}
    for shown, facts in found.items():
        if facts[0] == "file":
            groups.setdefault(os.lstat(os.path.join(root, shown)).st_ino, []).append(shown)
    for names in groups.values():
        for name in names:
            found[name] = (*found[name], min(names))
    return found


def bytes_of(state: dict[str, tuple[object, ...]]) -> dict[str, tuple[object, ...]]:
    """A state without which files are one."""
    return {name: facts[:3] for name, facts in state.items()}


class Vandal:
    """Does one thing after another to a tree."""

    def __init__(self, chance: random.Random, root: Path) -> None:
        self.chance, self.root = chance, root
        self.links = True

    def paths(self, kind: Callable[[Path], bool]) -> list[Path]:
        every = [path for path in sorted(self.root.rglob("*")) if ".git" not in path.parts]
        return [path for path in every if kind(path)]

    def folder(self) -> Path:
        return self.chance.choice([self.root, *self.paths(lambda path: path.is_dir() and not path.is_symlink())])

    def fresh(self) -> Path | None:
        path = self.folder() / self.chance.choice(NAMES)
        return None if os.path.lexists(path) else path

    def file(self) -> Path | None:
        files = self.paths(lambda path: path.is_file() and not path.is_symlink())
        return self.chance.choice(files) if files else None

    def anything(self) -> Path | None:
        every = self.paths(lambda path: True)
        return self.chance.choice(every) if every else None

    def act(self) -> None:
        what = self.chance.choice(
            (
                "write",
                "write",
                "append",
                "folder",
                "link",
                "hard",
                "chmod",
                "remove",
                "move",
                "swap",
                "truncate",
                "redo",
            )
        )
        new, file, old = self.fresh(), self.file(), self.anything()
        if what in ("write", "folder", "link", "hard") and new is None:
            return
        match what:
            case "write" if new is not None:
                new.write_bytes(self.chance.randbytes(self.chance.choice((0, 3, 5000))))
            case "append" if file is not None:
                with file.open("ab") as opened:
                    opened.write(b"more")
            case "truncate" if file is not None:
                file.write_bytes(b"")
            case "redo" if file is not None:
                content = file.read_bytes()
                file.unlink()
                file.write_bytes(content)
            case "folder" if new is not None:
                new.mkdir()
            case "link" if new is not None:
                new.symlink_to(self.chance.choice(("/etc", "..", "nowhere", "a")))
            case "hard" if new is not None and file is not None and self.links:
                os.link(file, new)
            case "chmod" if old is not None and not old.is_symlink():
                old.chmod(
                    self.chance.choice((0o700, 0o750, 0o755)) if old.is_dir() else self.chance.choice((0o600, 0o444))
                )
            case "remove" if old is not None:
                shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
            case "move" if old is not None and new is not None and old not in (new, *new.parents):
                old.rename(new)
            case "swap" if old is not None and old.is_dir() and not old.is_symlink():
                shutil.rmtree(old)
                self.chance.choice((lambda: old.symlink_to("/etc"), lambda: old.write_bytes(b"x"), old.mkdir))()


async def begun(root: Path, home: Path, *, notices: bool) -> tuple[Keeper, Store]:
    store = Store(str(home), "00000000-0000-0000-0000-000000000000")
    store.blobs = Blobs(str(home / "undo" / "blobs"), room=1 << 30, largest=1 << 20)
    keeper = Keeper([str(root)], store.blobs)
    held = await held_by_git(str(root))
    keeper.begin([held] if held is not None else [])
    store.journal.keep_state(keeper.state.items())
    store.journal.add(Begun(0.0, keeper.roots, keeper.repositories))
    if not notices:
        keeper.look_at_everything()
    return keeper, store


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_state_comes_back(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    root, home = tmp_path / "root", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    vandal = Vandal(chance, root)
    for _ in range(chance.choice((0, 10, 30))):
        vandal.act()
    if chance.random() < 0.3:
        identity = ("-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main")
        for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "x", "--allow-empty")):
            subprocess.run(["git", *identity, *words], cwd=root, check=True)
    notices = chance.random() < 0.6
    # A change by a second name that the same step makes and removes again leaves no notice.
    vandal.links = not notices
    keeper, store = await begun(root, home, notices=notices)
    states = [whole(root)]
    for turn in range(1, 4):
        for step in range(2):
            for _ in range(chance.randrange(8)):
                vandal.act()
            call = f"{turn}-{step}"
            store.journal.add(Started(turn, call))
            if not (turn == 3 and step == 1):  # that one is cut short by a kill
                store.journal.add(Step(turn, call, 0.0, "", saved_changes(keeper.changes())))
        states.append(whole(root))
    keeper.close()
    store.recover()
    parted = False
    while turns := store.turns():
        number = turns[-1].number
        _, outcome = store.take_back(overwrite=True)
        told = [left for left in outcome.left if "no longer one file" in left.why]
        assert list(outcome.left) == told
        assert bytes_of(whole(root)) == bytes_of(states[number - 1]), number
        parted = parted or bool(told)
        assert parted or whole(root) == states[number - 1], number
        if chance.random() < 0.3:
            store.take_back(redo=True, overwrite=True)
            assert bytes_of(whole(root)) == bytes_of(states[number])
            assert parted or whole(root) == states[number]
            store.take_back(overwrite=True)
    assert bytes_of(whole(root)) == bytes_of(states[0])
