"""The only writer of `config.toml` (`docs/config.md`).

An edit changes what it is about and leaves comments, order and layout of the rest
alone. It is checked before it is written: the new text has to mean what was intended.
The file is replaced at once by a new one with mode 0600, line ends become LF, and a
symlink is replaced rather than followed. An edit that changes nothing writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

import msgspec

from octavo.config.home import os_error_text
from octavo.config.layers import CONFIG_FILE, MANAGED_PATH, merge_layers, read_layers, read_text
from octavo.config.load import read_mcp_servers
from octavo.config.mcp_servers import McpServer, StdioTransport
from octavo.config.schema import McpServerToml
from octavo.config.toml import Tree, convert_tree, parse_toml
from octavo.config.toml_edit import expand_inline, remove_entry, remove_value, replace_tables, set_value
from octavo.config.toml_text import table_text
from octavo.errors import ConfigError
from octavo.files.private_file import replace_private_file


def save_model(home: str, profile: str | None, model: str | None, effort: str | None) -> None:
    """Records the model and its reasoning effort; None removes the key.

    They go into `profile`, else into the profile that the file itself names, else to the top.
    """

    def change(text: str, tree: Tree) -> str:
        name = profile if profile is not None else tree.get("profile")
        table = ("profiles", name) if isinstance(name, str) else ()
        for key, value in (("model", model), ("model_reasoning_effort", effort)):
            text = remove_value(text, table, key) if value is None else set_value(text, table, key, value)
            intend(tree, table, key, value)
        return text

    edit_file(home, change)


def hide_full_access_warning(home: str) -> None:
    """Records that the user knows what full access means."""
    edit_file(home, _setting(("notice",), "hide_full_access_warning", True))


def save_status_line(home: str, items: Sequence[str]) -> None:
    """Records what stands below the composer."""
    edit_file(home, _setting(("tui",), "status_line", list(items)))


def save_title(home: str, items: Sequence[str]) -> None:
    """Records what stands in the title of the terminal's window."""
    edit_file(home, _setting(("tui",), "terminal_title", list(items)))


def save_theme(home: str, name: str) -> None:
    """Records the theme of the interface."""
    edit_file(home, _setting(("tui",), "theme", name))


def save_feature(home: str, name: str, value: bool) -> None:
    """Switches a feature, under the name that the user gave."""
    edit_file(home, _setting(("features",), name, value))


def trust_project(home: str, folder: str) -> None:
    """Records that the user trusts `folder` (see `trust.trust_target` for which one to name)."""
    entry = ("projects", folder)

    def change(text: str, tree: Tree) -> str:
        text = expand_inline(text, ("projects",))
        if expand_inline(text, entry) != text:
            # An inline entry is replaced as a whole, whatever else it says.
            text = remove_entry(text, entry)
            intend(tree, ("projects",), folder, {})
        intend(tree, entry, "trust_level", "trusted")
        return set_value(text, entry, "trust_level", "trusted")

    edit_file(home, change)


def is_distrusted(home: str, folder: str) -> bool:
    """Whether the user's file says that `folder` is not trusted. Raises `ConfigError`."""
    projects = merge_layers(read_layers(home, ())).get("projects")
    entry = projects.get(folder) if isinstance(projects, dict) else None
    return isinstance(entry, dict) and entry.get("trust_level") not in (None, "trusted")


def load_global_mcp_servers(home: str, managed_path: str = MANAGED_PATH) -> dict[str, McpServer]:
    """The servers of the user's file and the administrator's, without any override, sorted by name."""
    table = merge_layers(read_layers(home, (), managed_path)).get("mcp_servers", {})
    for name, entry in table.items() if isinstance(table, dict) else ():
        if isinstance(entry, dict) and "bearer_token" in entry:
            raise ConfigError(f"mcp_servers.{name} uses unsupported `bearer_token`; set `bearer_token_env_var`.")
    return read_mcp_servers(convert_tree(table, dict[str, McpServerToml], "mcp_servers"))


def save_mcp_servers(home: str, servers: Mapping[str, McpServer]) -> None:
    """Writes the whole set of servers, sorted by name, in place of the old one."""
    tables = {name: _server_table(servers[name]) for name in sorted(servers)}

    def change(text: str, tree: Tree) -> str:
        before = tree.pop("mcp_servers", None)
        _keep_unknown_keys(tables, before)
        if tables:
            tree["mcp_servers"] = tables
        return replace_tables(text, "mcp_servers", table_text(("mcp_servers",), tables) if tables else "")

    edit_file(home, change)


def _keep_unknown_keys(tables: dict[str, dict[str, object]], before: object) -> None:
    """What other programs have written into a server's table stays there."""
    known = {field.encode_name for field in msgspec.structs.fields(McpServerToml)}
    for name, table in tables.items():
        old = before.get(name) if isinstance(before, dict) else None
        if isinstance(old, dict):
            table.update({key: value for key, value in old.items() if key not in known})


def _server_table(server: McpServer) -> dict[str, object]:
    """One server's keys in the order in which they are written; what is unset or empty is left out."""
    transport = server.transport
    head: dict[str, object]
    if isinstance(transport, StdioTransport):
        head = {"command": transport.command, "args": transport.args, "env_vars": transport.env_vars}
        head["cwd"] = transport.cwd
        maps = {"env": transport.env}
    else:
        head = {"url": transport.url, "bearer_token_env_var": transport.bearer_token_env_var}
        maps = {"http_headers": transport.http_headers, "env_http_headers": transport.env_http_headers}
    keys: dict[str, object] = {
        **head,
        "enabled": None if server.enabled else False,
        "required": True if server.required else None,
        "startup_timeout_sec": server.startup_timeout_sec,
        "tool_timeout_sec": server.tool_timeout_sec,
        "enabled_tools": server.enabled_tools,
        "disabled_tools": server.disabled_tools,
        **{name: dict(sorted(table.items())) for name, table in maps.items() if table},
    }
    # An empty allow-list means "no tool": leaving it out would offer them all.
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in keys.items()
        if value is not None and (value != () or key == "enabled_tools")
    }


def _setting(table: tuple[str, ...], key: str, value: object) -> Callable[[str, Tree], str]:
    def change(text: str, tree: Tree) -> str:
        intend(tree, table, key, value)
        return set_value(text, table, key, value)

    return change


def intend(tree: Tree, table: tuple[str, ...], key: str, value: object) -> None:
    """Makes the same change to a parsed tree; None removes the key."""
    for name in table:
        below = tree.get(name)
        if not isinstance(below, dict):
            if value is None:
                return
            below = tree[name] = {}
        tree = below
    if value is None:
        tree.pop(key, None)
    else:
        tree[key] = value


def edit_file(home: str, change: Callable[[str, Tree], str], means: Callable[[Tree, Tree], bool] | None = None) -> None:
    """Applies `change`, which gives the new text and changes the parsed tree to what is intended.

    `means` tells whether what the new text says is what is intended; by default both are the same.
    """
    path = os.path.join(home, CONFIG_FILE)
    old = read_text(path).replace("\r\n", "\n")
    tree = parse_toml(old, path)
    new = change(old, tree)
    if new == old:
        return
    if not _means(new, tree, means or same):
        raise ConfigError(f"{path} is laid out in a way that can not be edited here; please change it by hand")
    _write_whole(home, path, new)


def _means(text: str, tree: Tree, means: Callable[[Tree, Tree], bool]) -> bool:
    try:
        return means(parse_toml(text, CONFIG_FILE), tree)
    except ConfigError:
        return False


def same(left: object, right: object) -> bool:
    """Whether two trees say the same."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    # repr, because a NaN equals nothing and True equals 1.
    return repr(left) == repr(right)


def _write_whole(home: str, path: str, text: str) -> None:
    try:
        os.makedirs(home, mode=0o700, exist_ok=True)
        replace_private_file(path, text.encode("utf-8"))
    except OSError as error:
        raise ConfigError(f"failed to write {path}: {os_error_text(error)}") from error
