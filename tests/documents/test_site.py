"""The pages as a site: all of them are in it, links lead somewhere, command lines can be typed, types are all there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from octavo.cli.commands import OCTAVO
from octavo.cli.words.parser import parse
from octavo.cli.words.stop import Stop
from octavo.config.schema import ConfigToml
from octavo.protocol import events

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the site is made of."""
    folder = tmp_path_factory.mktemp("site") / "docs"
    code = "import sys, pathlib; sys.path.insert(0, 'documents'); import build; build.gather(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=True, timeout=60)
    return folder


def test_the_navigation_leads_to_pages_that_are_there(pages: Path) -> None:
    named = set(re.findall(r": ([\w/.-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE))
    there = {str(path.relative_to(pages)) for path in pages.rglob("*.md")}
    assert named - there == set()
    assert len(named) > len(there) * 0.9


def test_links_between_pages_lead_somewhere(pages: Path) -> None:
    broken = []
    for page in pages.rglob("*.md"):
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            if "://" in target:
                continue
            other = page.parent / path if path else page
            if not other.exists() or (anchor and anchor not in anchors(other)):
                broken.append(f"{page.relative_to(pages)}: {target}")
    assert broken == []


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip()) for title in titles}


def command_lines() -> list[tuple[str, str]]:
    found = []
    for page in sorted((ROOT / "docs" / "guides").glob("*.md")):
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            found += [(page.name, line) for line in block.splitlines() if re.match(r"(.*\| )?octavo\b", line)]
    return found


@pytest.mark.parametrize(("page", "line"), command_lines())
def test_the_command_lines_of_the_guides_can_be_typed(page: str, line: str) -> None:
    words = shlex.split(line.rpartition("| octavo")[2] if "| octavo" in line else line, comments=True)
    try:
        parse(OCTAVO, words[1:] if words and words[0] == "octavo" else words)
    except Stop as stop:
        pytest.fail(f"{page}: {line}: {stop}")


def test_a_guide_that_limits_the_cost_gives_prices(pages: Path) -> None:
    """Without them the limit refuses every turn."""
    guides = {page.name: page.read_text(encoding="utf-8") for page in (pages / "guides").glob("*.md")}
    blocks = [(name, block) for name, text in guides.items() for block in re.findall(r"```.*?```", text, re.DOTALL)]
    assert [name for name, block in blocks if re.search(r"max[-_]cost", block) and "[prices." not in block] == []


def test_tables_are_whole(pages: Path) -> None:
    """A row behind a blank line is no row: it shows as text with bars."""
    torn = re.compile(r"\|\n\n(?=\|.*\|\n(?!\|[-| :]+\|\n))")
    assert [page.name for page in pages.rglob("*.md") if torn.search(page.read_text(encoding="utf-8"))] == []


def test_the_references_have_every_setting_and_event(pages: Path) -> None:
    settings, told = (pages / "reference" / name for name in ("settings.md", "events.md"))
    text = settings.read_text(encoding="utf-8")
    assert [name for name in ConfigToml.__struct_fields__ if f"| `{name}` |" not in text] == []
    text = told.read_text(encoding="utf-8")
    tags = [kind.__struct_config__.tag for kind in events.Msg.__subclasses__()]
    assert [tag for tag in tags if f"\n### {tag}\n" not in text] == []


def test_the_site_is_built_without_a_warning() -> None:
    pytest.importorskip("zensical", reason="zensical is not installed (pip install '.[docs]')")
    done = subprocess.run(
        [sys.executable, "documents/build.py"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (ROOT / "build" / "site" / "guides" / "start" / "index.html").exists()
