from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from config_home import Home

# What would make every start slower than it has to be.
HEAVY = {
    *{"argparse", "ctypes", "dataclasses", "difflib", "hashlib", "inspect", "json", "pathlib", "shutil", "tempfile"},
    *{"tomlkit", "tomllib", "octavo.config.dotenv", "octavo.config.edit", "octavo.config.explain"},
    "octavo.config.type_errors",
}

SCRIPT = """
import asyncio, msgspec, sys
before = set(sys.modules)
from octavo.config.home import apply_dotenv, find_home
from octavo.config.load import ConfigSources, load_config
from octavo.config.overrides import parse_override
home = find_home({"CODEX_HOME": sys.argv[1]})
environ = apply_dotenv(home, {})
load_config(ConfigSources(home, sys.argv[1], environ, (parse_override("model=gpt-5"),), managed_path="/nowhere"))
print("\\n".join(set(sys.modules) - before))
"""


def loaded_modules(home: Home) -> set[str]:
    command = [sys.executable, "-c", SCRIPT, str(home.path)]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_a_start_without_a_file_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_modules(Home(tmp_path)).isdisjoint(HEAVY)


def test_a_start_with_a_plain_file_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_modules(Home(tmp_path).write('model = "m"\n[tui]\nnotifications = true\n')).isdisjoint(HEAVY)


def test_a_start_with_any_other_file_loads_the_toml_parser_and_nothing_else_that_is_heavy(tmp_path: Path) -> None:
    loaded = loaded_modules(Home(tmp_path).write('model = "m"\ntui = { notifications = true }\n'))
    assert loaded.intersection(HEAVY) == {"tomllib"}
