"""Settings: those that mean the same, those that mean nothing here, and what is wrong with the rest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from octavo.cli.doctor.finding import Finding, broken, ok, warning
from octavo.cli.visible import one_line, with_tilde
from octavo.config.choices import ConfigFlags
from octavo.config.config import Config
from octavo.config.known_keys import unknown_keys
from octavo.config.later_keys import is_later_key
from octavo.config.layers import CONFIG_FILE, FileLayer, read_toml
from octavo.config.load import ConfigSources, load_config
from octavo.config.mcp_servers import StdioTransport
from octavo.config.permissions import permission_warning
from octavo.config.schema import ConfigToml
from octavo.config.toml import Tree, convert_tree
from octavo.errors import ConfigError
from octavo.files.programs import find_program

_APPROVAL = "approval_policy"


def check_carried_settings(folder: str, environ: Mapping[str, str], cwd: str) -> Iterator[Finding]:
    """The user's file, key by key, and the files of profiles."""
    path = os.path.join(folder, CONFIG_FILE)
    if not os.path.lexists(path):
        yield ok("config", "no config.toml: the defaults hold")
        return
    try:
        layer = FileLayer(path, read_toml(path))
    except ConfigError as error:
        yield broken("config", one_line(str(error)), f"edit {with_tilde(path)}")
        return
    yield from _keys(layer)
    sources = ConfigSources(folder, cwd, environ)
    try:
        config = load_config(sources)
    except ConfigError as error:
        yield broken("config", one_line(str(error)), f"edit {with_tilde(path)}")
        return
    yield from _meanings(layer.tree, config)
    yield from _profiles(folder, cwd, environ)
    yield from _servers(config)


def _keys(layer: FileLayer) -> Iterator[Finding]:
    unknown = list(unknown_keys(layer.tree))
    top = {path for path, _ in unknown if "." not in path}
    known = sorted(key for key in layer.tree if key not in top)
    if known:
        yield ok("config", f"carries over: {', '.join(map(one_line, known))}")
    later = sorted(path for path, _ in unknown if is_later_key(path))
    if later:
        named = ", ".join(map(one_line, later))
        yield warning("config", f"of later releases, without effect here: {named}", "nothing to do")
    for path, nearest in unknown:
        if not is_later_key(path):
            mend = f"did you mean {nearest}?" if nearest else "remove it"
            yield warning("config", f"{one_line(path)} means nothing to any release", mend)


def _meanings(tree: Tree, config: Config) -> Iterator[Finding]:
    """Where the same words do not mean quite the same."""
    settings = convert_tree(tree, ConfigToml)
    told = permission_warning(settings.default_permissions, settings.permissions)
    # The other warnings are about keys, which stand above, or about the project.
    if told is not None and told in config.warnings:
        yield warning("config", one_line(told), "choose `:workspace` or `:read-only`, or sandbox_mode")
    for older, feature in config.deprecations:
        yield warning("config", f"{older} is an older name", f"use {feature} in [features]")
    policy = tree.get(_APPROVAL)
    if isinstance(policy, dict):
        held = f"for the sandbox ({config.approval_policy}) and for rules"
        yield ok("config", f"the granular approval policy holds {held}")
    if settings.web_search is None and not config.features.web_search_request:
        yield ok("config", 'the web is not searched unless that is set: web_search = "cached" or "live"')


def _profiles(folder: str, cwd: str, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Files of profiles, as later releases have them."""
    names = sorted(
        name.removesuffix(f".{CONFIG_FILE}") for name in os.listdir(folder) if name.endswith(f".{CONFIG_FILE}")
    )
    for name in names:
        try:
            load_config(ConfigSources(folder, cwd, environ, flags=ConfigFlags(profile=name)))
        except ConfigError as error:
            yield broken("config", f"profile {one_line(name)}: {one_line(str(error))}", f"edit {name}.{CONFIG_FILE}")
        else:
            yield ok("config", f"profile {one_line(name)} carries over (--profile {one_line(name)})")


def _servers(config: Config) -> Iterator[Finding]:
    path = config.environ.get("PATH", os.defpath)
    for name, server in config.mcp_servers.items():
        state = "" if server.enabled else " (disabled)"
        transport = server.transport
        if not isinstance(transport, StdioTransport):
            yield ok("mcp", f"{one_line(name)} carries over{state}: {one_line(transport.url)}")
        elif server.enabled and find_program(transport.command, path) is None:
            text = f"{one_line(name)}: there is no program {one_line(transport.command)}"
            yield warning("mcp", text, "install it, or octavo mcp remove")
        else:
            yield ok("mcp", f"{one_line(name)} carries over{state}: {one_line(transport.command)}")
    if config.notify and find_program(config.notify[0], path) is None:
        yield warning(
            "config", f"notify: there is no program {one_line(config.notify[0])}", "install it, or remove notify"
        )
