from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from config_home import Home

from octavo.config.choices import ConfigFlags, canonical_folder
from octavo.config.mcp_servers import HttpTransport, StdioTransport
from octavo.config.schema import OtlpHttp
from octavo.errors import ConfigError
from octavo.protocol.policy import DangerFullAccess, ReadOnly, WorkspaceWrite


def test_defaults(tmp_path: Path) -> None:
    config = Home(tmp_path).load()
    assert config.sandbox_policy == ReadOnly()
    assert not config.approval_or_sandbox_was_set
    assert config.model_reasoning_summary == "auto"
    assert config.model_reasoning_effort is None
    assert config.project_doc_max_bytes == 32768
    assert config.project_doc_fallback_filenames == ()
    assert config.chatgpt_base_url == "https://chatgpt.com/backend-api/"
    assert (config.cli_auth_credentials_store, config.mcp_oauth_credentials_store) == ("file", "auto")
    assert config.history.persistence == "save-all"
    assert config.tui.notifications is False
    assert config.file_opener == "vscode"
    assert (config.otel.environment, config.otel.exporter) == ("dev", None)
    assert config.shell_environment_policy.inherit == "all"
    assert config.shell_snapshot
    assert not config.keep_background_processes
    assert config.notify == ()


def test_every_setting_of_the_file_arrives(tmp_path: Path) -> None:
    home = Home(tmp_path).write(
        """
review_model = "r"
model_context_window = -5
model_max_output_tokens = 6
model_auto_compact_token_limit = 7
notify = ["a", "b"]
instructions = "ignored"
developer_instructions = "dev"
compact_prompt = "  short  "
forced_chatgpt_workspace_id = " w "
forced_login_method = "api"
cli_auth_credentials_store = "keyring"
mcp_oauth_credentials_store = "file"
project_doc_max_bytes = 0
project_doc_fallback_filenames = [" A.md ", " ", "B.md"]
file_opener = "none"
hide_agent_reasoning = true
show_raw_agent_reasoning = true
model_reasoning_effort = "minimal"
model_reasoning_summary = "none"
model_verbosity = "high"
model_supports_reasoning_summaries = true
model_reasoning_summary_format = "experimental"
chatgpt_base_url = "http://c"
disable_paste_burst = true
windows_wsl_setup_acknowledged = true
shell_snapshot = false
keep_background_processes = true
[shell_environment_policy]
inherit = "core"
set = {K = "1"}
include_only = ["H*"]
[history]
persistence = "none"
max_bytes = 5
[tui]
notifications = ["agent-turn-complete", "other"]
[notice]
hide_full_access_warning = true
[otel]
log_user_prompt = true
environment = "prod"
exporter = { otlp-http = { endpoint = "http://o", headers = { a = "b" }, protocol = "json" } }
[local]
context_size = 4096
"""
    )
    config = home.load()
    assert config.review_model == "r"
    assert config.model_context_window == -5
    assert config.model_max_output_tokens == 6
    assert config.model_auto_compact_token_limit == 7
    assert config.notify == ("a", "b")
    assert config.developer_instructions == "dev"
    assert config.compact_prompt == "short"
    assert config.forced_chatgpt_workspace_id == "w"
    assert config.forced_login_method == "api"
    assert (config.cli_auth_credentials_store, config.mcp_oauth_credentials_store) == ("keyring", "file")
    assert config.project_doc_max_bytes == 0
    assert config.project_doc_fallback_filenames == ("A.md", "B.md")
    assert config.file_opener == "none"
    assert config.hide_agent_reasoning
    assert config.show_raw_agent_reasoning
    assert (config.model_reasoning_effort, config.model_reasoning_summary) == ("minimal", "none")
    assert config.model_verbosity == "high"
    assert config.model_supports_reasoning_summaries is True
    assert config.model_reasoning_summary_format == "experimental"
    assert config.chatgpt_base_url == "http://c"
    assert config.disable_paste_burst
    assert config.windows_wsl_setup_acknowledged
    assert not config.shell_snapshot
    assert config.keep_background_processes
    assert config.shell_environment_policy.inherit == "core"
    assert config.shell_environment_policy.set == {"K": "1"}
    assert config.shell_environment_policy.include_only == ("H*",)
    assert (config.history.persistence, config.history.max_bytes) == ("none", 5)
    assert config.tui.notifications == ("agent-turn-complete", "other")
    assert config.notices.hide_full_access_warning is True
    assert config.otel.exporter == OtlpHttp("http://o", {"a": "b"}, "json")
    assert (config.otel.log_user_prompt, config.otel.environment) == (True, "prod")
    assert config.local_model.context_size == 4096


def test_a_profile_sets_what_it_may_and_nothing_else(tmp_path: Path) -> None:
    home = Home(tmp_path).write(
        'profile = "p"\nnotify = ["top"]\n[profiles.p]\nmodel_provider = "oss"\napproval_policy = "never"\n'
        'sandbox_mode = "danger-full-access"\nmodel_reasoning_effort = "low"\nmodel_reasoning_summary = "concise"\n'
        'model_verbosity = "low"\nchatgpt_base_url = "http://p"\nnotify = ["profile"]\n'
    )
    config = home.load()
    assert config.model_provider_id == "oss"
    assert config.approval_policy == "never"
    assert config.sandbox_policy == DangerFullAccess()
    assert (config.model_reasoning_effort, config.model_reasoning_summary) == ("low", "concise")
    assert config.model_verbosity == "low"
    assert config.chatgpt_base_url == "http://p"
    assert config.notify == ("top",)
    assert config.approval_or_sandbox_was_set


def test_the_sandbox_table_counts_only_in_its_mode(tmp_path: Path) -> None:
    home = Home(tmp_path).write('[sandbox_workspace_write]\nwritable_roots = ["/srv"]\nnetwork_access = true\n')
    assert home.load().sandbox_policy == ReadOnly()
    assert home.load("sandbox_mode=workspace-write").sandbox_policy == WorkspaceWrite(
        writable_roots=("/srv",), network_access=True
    )


def test_the_flag_for_the_mode_beats_profile_and_file(tmp_path: Path) -> None:
    home = Home(tmp_path).write('sandbox_mode = "read-only"\napproval_policy = "never"\n')
    config = home.load(flags=ConfigFlags(sandbox_mode="workspace-write", approval_policy="untrusted"))
    assert config.sandbox_policy == WorkspaceWrite(writable_roots=msgspec.UNSET)
    assert config.approval_policy == "untrusted"


def test_added_roots_are_resolved_and_come_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.project / "real").mkdir()
    (home.project / "link").symlink_to("real")
    roots = ("link", "real", "missing", "/srv")
    flags = ConfigFlags(sandbox_mode="workspace-write", additional_writable_roots=roots)
    policy = home.load('sandbox_workspace_write.writable_roots=["/srv"]', flags=flags).sandbox_policy
    assert policy == WorkspaceWrite(writable_roots=("/srv", str(home.project / "real"), str(home.project / "missing")))
    read_only = ConfigFlags(sandbox_mode="read-only", additional_writable_roots=roots)
    assert home.load(flags=read_only).sandbox_policy == ReadOnly()


def test_the_folder_of_a_flag_is_absolute(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.load(flags=ConfigFlags(cwd="sub")).cwd == str(home.project / "sub")
    assert home.load(flags=ConfigFlags(cwd="/elsewhere")).cwd == "/elsewhere"


def test_a_folder_is_resolved_if_it_exists(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert canonical_folder(str(tmp_path), "link") == str((tmp_path / "real").resolve())
    assert canonical_folder(str(tmp_path), "no/where") == f"{tmp_path}/no/where"


def test_prompt_files_are_relative_to_the_folder_of_the_conversation(tmp_path: Path) -> None:
    home = Home(tmp_path).write(
        'experimental_instructions_file = "base.md"\nexperimental_compact_prompt_file = "compact.md"\n'
        '[profiles.p]\nexperimental_instructions_file = "other.md"\n'
    )
    for name in ("base", "compact", "other"):
        (home.project / f"{name}.md").write_text(f"\n  {name} \n")
    config = home.load()
    assert (config.base_instructions, config.compact_prompt) == ("base", "compact")
    assert home.load(flags=ConfigFlags(profile="p")).base_instructions == "other"
    assert home.load("compact_prompt=key").compact_prompt == "key"
    assert home.load("compact_prompt= ").compact_prompt == "compact"
    flags = ConfigFlags(base_instructions="flag", compact_prompt="flag", developer_instructions="flag")
    config = home.load("compact_prompt=key", "developer_instructions=key", flags=flags)
    assert (config.base_instructions, config.compact_prompt, config.developer_instructions) == ("flag",) * 3


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("experimental_instructions_file", "experimental instructions file"),
        ("experimental_compact_prompt_file", "experimental compact prompt file"),
    ],
)
def test_a_prompt_file_that_is_of_no_use_is_fatal(tmp_path: Path, key: str, kind: str) -> None:
    home = Home(tmp_path)
    path = home.project / "f.md"
    missing = f"failed to read {kind} {path}: No such file or directory (os error 2)"
    with pytest.raises(ConfigError) as raised:
        home.load(f"{key}=f.md")
    assert str(raised.value) == missing
    path.write_text(" \n")
    with pytest.raises(ConfigError) as raised:
        home.load(f"{key}=f.md")
    assert str(raised.value) == f"{kind} is empty: {path}"
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="stream did not contain valid UTF-8"):
        home.load(f"{key}=f.md")


def test_an_unknown_provider_is_noticed_before_a_missing_prompt(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^Model provider `zz` not found$"):
        Home(tmp_path).load("model_provider=zz", "experimental_instructions_file=nope")


def test_a_prompt_that_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    home = Home(tmp_path)
    os.mkfifo(home.project / "pipe")
    (home.project / "environ").symlink_to("/proc/self/environ")
    for name in ("pipe", "environ"):
        with pytest.raises(ConfigError, match=r"failed to read .*: not a regular file$"):
            home.load(f"experimental_instructions_file={name}")


def test_a_prompt_may_come_through_a_pipe_of_the_shell(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"from a pipe\n")
    os.close(writing)
    try:
        assert (
            Home(tmp_path).load(f"experimental_instructions_file=/dev/fd/{reading}").base_instructions == "from a pipe"
        )
    finally:
        os.close(reading)


def test_the_global_agents_text(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.load().user_instructions is None
    (home.path / "AGENTS.md").write_text("\n plain \n")
    assert home.load().user_instructions == "plain"
    (home.path / "AGENTS.override.md").write_text(" \n")
    assert home.load().user_instructions == "plain"
    (home.path / "AGENTS.override.md").write_bytes(b"\xff")
    assert home.load().user_instructions == "plain"
    (home.path / "AGENTS.override.md").write_text("override")
    assert home.load().user_instructions == "override"


def test_mcp_servers(tmp_path: Path) -> None:
    home = Home(tmp_path).write(
        '[mcp_servers.z]\ncommand = "c"\nargs = ["a"]\nenv = {A = "1"}\nenv_vars = ["B"]\ncwd = "/w"\n'
        "enabled = false\nstartup_timeout_ms = 1500\nenabled_tools = []\n"
        '[mcp_servers.a]\nurl = "http://u"\nbearer_token_env_var = "T"\nhttp_headers = {X = "1"}\n'
        'env_http_headers = {Y = "V"}\nstartup_timeout_sec = 20\nstartup_timeout_ms = 5\ntool_timeout_sec = 2.5\n'
        'disabled_tools = ["t"]\n'
    )
    servers = home.load().mcp_servers
    assert list(servers) == ["a", "z"]
    web, program = servers["a"], servers["z"]
    assert program.transport == StdioTransport("c", ("a",), {"A": "1"}, ("B",), "/w")
    assert (program.enabled, program.startup_timeout_sec, program.tool_timeout_sec) == (False, 1.5, None)
    assert (program.enabled_tools, program.disabled_tools) == ((), None)
    assert web.transport == HttpTransport("http://u", "T", {"X": "1"}, {"Y": "V"})
    assert (web.enabled, web.startup_timeout_sec, web.tool_timeout_sec) == (True, 20.0, 2.5)
    assert isinstance(web.startup_timeout_sec, float)
    assert (web.enabled_tools, web.disabled_tools) == (None, ("t",))


def test_the_environment_is_the_one_given(tmp_path: Path) -> None:
    assert Home(tmp_path).load(environ={"A": "1"}).environ == {"A": "1"}
    assert "A" not in os.environ
