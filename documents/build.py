"""Build the documentation as a site: the pages of `docs/`, and those made from the types.

    .venv/bin/python documents/build.py [--site FOLDER]

Everything is put together in `build/docs`, and `zensical build --strict` makes the site of it; a warning is an error.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from pages import PAGES

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages-only", action="store_true", help="put the pages together, and build no site")
    options = parser.parse_args()
    gather(ROOT / "build" / "docs")
    if options.pages_only:
        return 0
    zensical = Path(sys.executable).parent / "zensical"
    if not zensical.exists():
        print("documents: zensical is not installed (pip install '.[docs]')", file=sys.stderr)
        return 1
    command = [str(zensical), "build", "--clean", "--strict", "--config-file", str(ROOT / "mkdocs.yml")]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def gather(folder: Path) -> None:
    """The pages as they are, and the generated ones beside them."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder)
    shutil.copy(ROOT / "CHANGELOG.md", folder / "changelog.md")
    for name, page in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
