"""How this program names itself to servers: originator and user agent (`docs/models.md`).

Cheap on purpose: the operating system is read from one small file, and only when
a request is about to be sent.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import sys
from collections.abc import Mapping

from octavo import __version__

DEFAULT_ORIGINATOR = "codex_cli_rs"
ORIGINATOR_VARIABLE = "CODEX_INTERNAL_ORIGINATOR_OVERRIDE"

Header = tuple[bytes, bytes]

_log = logging.getLogger("octavo.http")

_DISTRIBUTIONS = {
    "almalinux": "AlmaLinux", "alpine": "Alpine Linux", "amzn": "Amazon Linux AMI", "arch": "Arch Linux",
    "centos": "CentOS", "debian": "Debian", "fedora": "Fedora", "gentoo": "Gentoo Linux", "kali": "Kali Linux",
    "linuxmint": "Linux Mint", "manjaro": "Manjaro", "nixos": "NixOS", "ol": "Oracle Linux", "pop": "Pop!_OS",
    "raspbian": "Raspberry Pi OS", "rhel": "Red Hat Enterprise Linux", "rocky": "Rocky Linux", "sles": "SUSE",
    "ubuntu": "Ubuntu", "void": "Void Linux",
}  # fmt: skip


class ClientIdentity:
    """Who the program says it is, decided once; only the suffix may come later.

    `front_end` is the originator of the front end that runs; the variable
    `CODEX_INTERNAL_ORIGINATOR_OVERRIDE` beats it. `suffix` names the program that
    drives this one, as `name; version`; it is part of every later request.
    """

    def __init__(self, environ: Mapping[str, str], front_end: str = DEFAULT_ORIGINATOR) -> None:
        self.originator = _choose_originator(environ.get(ORIGINATOR_VARIABLE), front_end)
        self.terminal = terminal_name(environ)
        self.suffix = ""

    @property
    def user_agent(self) -> str:
        """`originator/version (system version; machine) terminal`, then the suffix in parentheses if there is one."""
        return self.as_release(__version__)

    def as_release(self, release: str) -> str:
        """The same under another version, for those who read the version as that of a language."""
        system, version, machine = operating_system()
        bare = f"{self.originator}/{release} ({system} {version}; {machine}) {self.terminal}"
        suffix = self.suffix.strip()
        return legal_user_agent(f"{bare} ({suffix})" if suffix else bare)

    def headers(self) -> list[Header]:
        """What every request carries."""
        return [(b"user-agent", self.user_agent.encode()), (b"originator", self.originator.encode())]


def _choose_originator(override: str | None, front_end: str) -> str:
    if override is None or not _is_text(override):
        return front_end
    if not is_legal_header_value(override):
        _log.error("%s is no legal header value; using %s", ORIGINATOR_VARIABLE, DEFAULT_ORIGINATOR)
        return DEFAULT_ORIGINATOR
    return override


def _is_text(value: str) -> bool:
    """Whether a variable's value was UTF-8; what was not stands as lone surrogates."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def is_legal_header_value(value: str) -> bool:
    """Whether the text may stand in a header: no control characters but the tab. Beyond ASCII it goes out as UTF-8."""
    return all(char == "\t" or (char >= " " and char != "\x7f") for char in value) and _is_text(value)


def legal_user_agent(text: str) -> str:
    """The text itself if a header may hold it, else with `_` for all but printable ASCII."""
    if is_legal_header_value(text):
        return text
    return "".join(char if " " <= char <= "~" else "_" for char in text)


def terminal_name(environ: Mapping[str, str]) -> str:
    """The terminal program, from what such programs leave in the environment; `unknown` without a trace."""
    return re.sub(r"[^A-Za-z0-9._/-]", "_", _raw_terminal_name(environ))


def _raw_terminal_name(environ: Mapping[str, str]) -> str:
    program = environ.get("TERM_PROGRAM", "")
    if program.strip():
        return _with_version(program, environ.get("TERM_PROGRAM_VERSION"))
    term = environ.get("TERM")
    if "WEZTERM_VERSION" in environ:
        return _with_version("WezTerm", environ["WEZTERM_VERSION"])
    if "KITTY_WINDOW_ID" in environ or "kitty" in (term or ""):
        return "kitty"
    if "ALACRITTY_SOCKET" in environ or term == "alacritty":
        return "Alacritty"
    if "KONSOLE_VERSION" in environ:
        return _with_version("Konsole", environ["KONSOLE_VERSION"])
    if "GNOME_TERMINAL_SCREEN" in environ:
        return "gnome-terminal"
    if "VTE_VERSION" in environ:
        return _with_version("VTE", environ["VTE_VERSION"])
    if "WT_SESSION" in environ:
        return "WindowsTerminal"
    return "unknown" if term is None else term


def _with_version(program: str, version: str | None) -> str:
    return f"{program}/{version}" if version and version.strip() else program


@functools.cache
def operating_system() -> tuple[str, str, str]:
    """Name, version and machine of this system, e.g. `("Debian", "12.0.0", "x86_64")`."""
    machine = os.uname().machine or "unknown"
    if sys.platform == "darwin":
        return "Mac OS", _three_part_version(_mac_version()), machine
    return (*linux_release(_first_text("/etc/os-release", "/usr/lib/os-release")), machine)


def linux_release(os_release: str) -> tuple[str, str]:
    """Distribution and version told by an `os-release` file."""
    fields = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    identifier, version = (fields.get(key, "").strip().strip("\"'") for key in ("ID", "VERSION_ID"))
    name = _DISTRIBUTIONS.get(identifier, "openSUSE" if identifier.startswith("opensuse") else "Linux")
    if not version:
        return name, "Rolling Release" if fields.get("BUILD_ID", "").strip("\"'") == "rolling" else "Unknown"
    return name, _three_part_version(version)


def _three_part_version(version: str) -> str:
    """`22.04` becomes `22.4.0`; what is not one to three numbers stays."""
    parts = version.split(".")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return version
    return ".".join(str(int(part)) for part in [*parts, "0", "0"][:3])


def _mac_version() -> str:
    plist = _first_text("/System/Library/CoreServices/SystemVersion.plist")
    found = re.search(r"<key>ProductVersion</key>\s*<string>([^<]+)</string>", plist)
    return found[1] if found else "Unknown"


def _first_text(*paths: str) -> str:
    for path in paths:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            continue
    return ""
