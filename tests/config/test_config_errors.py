from __future__ import annotations

from pathlib import Path

import pytest
from config_home import Home

from octavo.errors import ConfigError

M = "[mcp_servers.x]\ncommand = 'c'\n"


def failure(tmp_path: Path, toml: str) -> str:
    with pytest.raises(ConfigError) as raised:
        Home(tmp_path).write(toml).load()
    return str(raised.value)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("model = 5", "invalid type: integer `5`, expected a string\nin `model`"),
        ("model = true", "invalid type: boolean `true`, expected a string\nin `model`"),
        ("model = 1.5", "invalid type: floating point `1.5`, expected a string\nin `model`"),
        ("model = 1e10", "invalid type: floating point `10000000000.0`, expected a string\nin `model`"),
        ("model = nan", "invalid type: floating point `NaN`, expected a string\nin `model`"),
        ("model = []", "invalid type: sequence, expected a string\nin `model`"),
        ("model = {}", "invalid type: map, expected a string\nin `model`"),
        ("model_context_window = true", "invalid type: boolean `true`, expected i64\nin `model_context_window`"),
        ("model_context_window = 1.5", "invalid type: floating point `1.5`, expected i64\nin `model_context_window`"),
        ("model_context_window = 1.0", "invalid type: floating point `1.0`, expected i64\nin `model_context_window`"),
        ("model_context_window = 'x\"'", 'invalid type: string "x\\"", expected i64\nin `model_context_window`'),
        (
            "model_context_window = 2025-01-01",
            'invalid type: string "2025-01-01", expected i64\nin `model_context_window`',
        ),
        (
            "model_context_window = 1979-05-27 00:32:00.100Z",
            'invalid type: string "1979-05-27T00:32:00.1Z", expected i64\nin `model_context_window`',
        ),
        ("hide_agent_reasoning = 1", "invalid type: integer `1`, expected a boolean\nin `hide_agent_reasoning`"),
        ("notify = [1]", "invalid type: integer `1`, expected a string\nin `notify`"),
        ("notify = 'x'", 'invalid type: string "x", expected a sequence\nin `notify`'),
        ("projects = 1", "invalid type: integer `1`, expected a map\nin `projects`"),
        (
            "[projects.'/tmp']\ntrust_level = 1",
            "invalid type: integer `1`, expected a string\nin `projects./tmp.trust_level`",
        ),
        ("[history]", "missing field `persistence`\nin `history`"),
        (
            "history = {persistence='x'}",
            "unknown variant `x`, expected `save-all` or `none`\nin `history.persistence`",
        ),
        (
            "history = {persistence='none', max_bytes=-1}",
            "invalid value: integer `-1`, expected usize\nin `history.max_bytes`",
        ),
        (
            "project_doc_max_bytes = -1",
            "invalid value: integer `-1`, expected usize\nin `project_doc_max_bytes`",
        ),
        (
            "approval_policy = 'x'",
            "unknown variant `x`, expected one of `untrusted`, `on-failure`, `on-request`, `never`\n"
            "in `approval_policy`",
        ),
        ("model_reasoning_effort = 5", "invalid type: integer `5`, expected a string\nin `model_reasoning_effort`"),
        (
            "approval_policy = {granular = {sandbox_approval = true, mcp_elicitations = true}}",
            "missing field `rules`\nin `approval_policy.granular`",
        ),
        (
            "web_search = 'x'",
            "unknown variant `x`, expected one of `disabled`, `cached`, `indexed`, `live`\nin `web_search`",
        ),
        (
            "tools = {web_search = {context_size = 'x'}}",
            "unknown variant `x`, expected one of `low`, `medium`, `high`\nin `tools.web_search.context_size`",
        ),
        ("tools = {web_search = 5}", "invalid type: integer `5`, expected a boolean\nin `tools.web_search`"),
        ("forced_login_method = 'x'", "unknown variant `x`, expected `chatgpt` or `api`\nin `forced_login_method`"),
        (
            "tui = {notifications = 1}",
            "data did not match any variant of untagged enum Notifications\nin `tui.notifications`",
        ),
        (
            "tui = {notifications = [1]}",
            "data did not match any variant of untagged enum Notifications\nin `tui.notifications`",
        ),
        ("tools = {web_search = true, web_search_request = true}", "duplicate field `web_search`\nin `tools`"),
        (
            "features = {unified_exec = 1}",
            "invalid type: integer `1`, expected a boolean\nin `features.unified_exec`",
        ),
        (
            "shell_environment_policy = {set = {a = 1}}",
            "invalid type: integer `1`, expected a string\nin `shell_environment_policy.set.a`",
        ),
        (
            "otel = {exporter = 'x'}",
            "unknown variant `x`, expected one of `none`, `otlp-http`, `otlp-grpc`\nin `otel.exporter`",
        ),
        ("otel = {exporter = {otlp-http = {}}}", "missing field `endpoint`\nin `otel.exporter`"),
        (
            "otel = {exporter = {otlp-http = {endpoint = 'x'}}}",
            "missing field `headers`\nin `otel.exporter`",
        ),
        (
            "otel = {exporter = {otlp-http = {endpoint = 'x', headers = {}}}}",
            "missing field `protocol`\nin `otel.exporter`",
        ),
        (
            "otel = {exporter = {otlp-http = {endpoint = 'x', headers = {}, protocol = 'x'}}}",
            "unknown variant `x`, expected `binary` or `json`\nin `otel.exporter.protocol`",
        ),
        (
            "otel = {exporter = {x = 1}}",
            "unknown variant `x`, expected one of `none`, `otlp-http`, `otlp-grpc`\nin `otel.exporter`",
        ),
        ("otel = {exporter = {}}", "wanted exactly 1 element, found 0 elements\nin `otel.exporter`"),
        ("[model_providers.x]", "missing field `name`\nin `model_providers.x`"),
        (
            "[model_providers.openai]\nname = 1",
            "invalid type: integer `1`, expected a string\nin `model_providers.openai.name`",
        ),
        (
            "[model_providers.x]\nname = 'x'\nrequest_max_retries = -1",
            "invalid value: integer `-1`, expected u64\nin `model_providers.x.request_max_retries`",
        ),
        (
            "[profiles.idle]\nsandbox_mode = 'y'",
            "unknown variant `y`, expected one of `read-only`, `workspace-write`, `danger-full-access`\n"
            "in `profiles.idle.sandbox_mode`",
        ),
        ("[mcp_servers.x]", "invalid transport\nin `mcp_servers.x`"),
        (M + "url = 'u'\nhttp_headers = {}", "url is not supported for stdio\nin `mcp_servers.x`"),
        (
            M + "bearer_token = 'b'\nbearer_token_env_var = 'B'",
            "bearer_token_env_var is not supported for stdio\nin `mcp_servers.x`",
        ),
        (M + "bearer_token = 'b'\nhttp_headers = {}", "bearer_token is not supported for stdio\nin `mcp_servers.x`"),
        (M + "env_http_headers = {}", "env_http_headers is not supported for stdio\nin `mcp_servers.x`"),
        (
            "[mcp_servers.x]\nurl = 'u'\nargs = []\nenv = {}",
            "args is not supported for streamable_http\nin `mcp_servers.x`",
        ),
        (
            "[mcp_servers.x]\nurl = 'u'\nbearer_token = 'b'",
            "bearer_token is not supported for streamable_http\nin `mcp_servers.x`",
        ),
        (
            M + "startup_timeout_sec = -1",
            "cannot convert float seconds to Duration: value is negative\nin `mcp_servers.x`",
        ),
        (
            M + "tool_timeout_sec = -0.5",
            "cannot convert float seconds to Duration: value is negative\nin `mcp_servers.x.tool_timeout_sec`",
        ),
        (
            M + "startup_timeout_sec = nan",
            "cannot convert float seconds to Duration: value is either too big or NaN\nin `mcp_servers.x`",
        ),
        (
            M + "tool_timeout_sec = true",
            "invalid type: boolean `true`, expected f64\nin `mcp_servers.x.tool_timeout_sec`",
        ),
        ("profile = 'q'", "config profile `q` not found"),
        ("model_provider = 'zz'", "Model provider `zz` not found"),
        ("profile = 'q'\nmodel_provider = 'zz'", "config profile `q` not found"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, toml: str, message: str) -> None:
    assert failure(tmp_path, toml) == message


def test_of_several_errors_the_first_by_key_is_named(tmp_path: Path) -> None:
    assert failure(tmp_path, "model = 5\nhide_agent_reasoning = 1\n").endswith("in `hide_agent_reasoning`")


@pytest.mark.parametrize(
    ("toml", "place"),
    [
        ("model = \n", "line 1, column 9"),
        ("a = 1\n# b\n c = @\n", "line 3, column 6"),
        ("a = 1\na = 2\n", "line 2, column"),
        ("[t]\nx = 'a'\n[t]\n", "line 3, column"),
        ('a = "never closed', "line 1, column"),
        ("a = [\n", "line 2, column 1"),
    ],
)
def test_a_syntax_error_shows_the_place(tmp_path: Path, toml: str, place: str) -> None:
    text = failure(tmp_path, toml)
    assert text.startswith(f"TOML parse error at {place}")
    assert text.endswith(f"(in {tmp_path / 'home' / 'config.toml'})")


def test_a_syntax_error_shows_the_line(tmp_path: Path) -> None:
    lines = failure(tmp_path, "ok = 1\n\tmodel = @\n").split("\n")
    assert lines[1:4] == ["  |", "2 | \tmodel = @", "  | \t        ^"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.path / "config.toml").mkdir()
    with pytest.raises(ConfigError, match=r"^Is a directory \(os error 21\)$"):
        home.load()


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.path / "config.toml").write_bytes(b"model = '\xff'\n")
    with pytest.raises(ConfigError, match=r"^stream did not contain valid UTF-8$"):
        home.load()


def test_a_byte_order_mark_and_a_dangling_link_do_no_harm(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.write("\ufeffmodel = 'x'\n").load().model == "x"
    (home.path / "config.toml").unlink()
    (home.path / "config.toml").symlink_to("nowhere")
    assert home.load().model == "gpt-5-codex"


@pytest.mark.parametrize(
    "toml",
    [
        "disable_response_storage = 5",
        "include_apply_patch_tool = 1",
        "nope = {a = [1]}",
        "[tui]\nnope = 1",
        "[profiles.x]\nsandbox_workspace_write = 1",
        "[mcp_servers.x]\ncommand = 'c'\nnope = 1",
        "[model_providers.x]\nname = 'x'\nnope = 1",
        "[notice]\nnope = 1",
        "[otel]\nnope = 1",
        "[projects.a]",
        "[projects.a]\ntrust_level = 2025-01-01",
        "[features]\nnope = true",
        "otel = {exporter = {none = {}}}",
        "tui = {notifications = ['anything']}",
        "model_context_window = -1",
        "[mcp_servers.'a b']\ncommand = 'c'",
        "[mcp_servers.x]\ncommand = 'c'\nstartup_timeout_sec = 1",
        "[local]\nnope = 1",
    ],
)
def test_what_means_nothing_is_ignored_in_silence(tmp_path: Path, toml: str) -> None:
    assert Home(tmp_path).write(toml).load().model == "gpt-5-codex"


def test_dates_serve_as_text_beside_other_settings(tmp_path: Path) -> None:
    config = Home(tmp_path).write("model = 2025-01-01T00:00:00Z\nnotify = [2025-01-01, 07:32:00]\n").load()
    assert config.model == "2025-01-01T00:00:00Z"
    assert config.notify == ("2025-01-01", "07:32:00")
