"""What command lines mean, and how wrong ones are refused."""

from __future__ import annotations

import pytest

from octavo.cli.commands import OCTAVO
from octavo.cli.words.invocation import Invocation, Level
from octavo.cli.words.parser import parse
from octavo.cli.words.spec import Command, Option, Positional
from octavo.cli.words.stop import Stop


def level(*words: str) -> Level:
    return parse(OCTAVO, words).last


def refusal(*words: str, root: Command = OCTAVO) -> str:
    with pytest.raises(Stop) as stop:
        parse(root, words)
    assert stop.value.code == 2
    return stop.value.text


def names(invocation: Invocation) -> list[str]:
    return [command.name for command in invocation.path]


@pytest.mark.parametrize("words", [("--model", "m"), ("--model=m",), ("-m", "m"), ("-mm",), ("-m=m",)])
def test_an_option_takes_its_value_in_every_spelling(words: tuple[str, ...]) -> None:
    assert level("exec", *words, "hi").text("model") == "m"


def test_a_short_option_keeps_what_follows_its_value() -> None:
    assert level("exec", "-mfoo=bar", "hi").text("model") == "foo=bar"


def test_options_and_positionals_mix() -> None:
    said = level("exec", "--json", "hi", "-m", "x")
    assert (said.text("PROMPT"), said.text("model"), said.has("json")) == ("hi", "x", True)


def test_a_lone_dash_is_a_word() -> None:
    assert level("exec", "-").text("PROMPT") == "-"


def test_two_dashes_end_the_options() -> None:
    assert level("exec", "--", "--json").text("PROMPT") == "--json"


def test_a_subcommand_behind_two_dashes_is_a_prompt() -> None:
    invocation = parse(OCTAVO, ["--", "exec"])
    assert names(invocation) == ["octavo"]
    assert invocation.last.text("PROMPT") == "exec"


def test_a_prompt_may_precede_a_subcommand() -> None:
    assert names(parse(OCTAVO, ["hello", "features", "list"])) == ["octavo", "features", "list"]


@pytest.mark.parametrize(("word", "name"), [("e", "exec"), ("debug", "sandbox")])
def test_aliases_name_the_same_command(word: str, name: str) -> None:
    assert parse(OCTAVO, [word]).path[1].name == name


def test_hidden_spellings_work() -> None:
    assert level("exec", "--experimental-json", "hi").has("json")
    assert level("exec", "--yolo", "hi").has("dangerously-bypass-approvals-and-sandbox")


def test_images_swallow_the_words_behind_them() -> None:
    said = level("exec", "-i", "a.png", "hi")
    assert said.texts("image") == ("a.png", "hi")
    assert not said.has("PROMPT")


def test_two_dashes_or_an_option_end_the_images() -> None:
    assert level("exec", "-i", "a.png", "--", "hi").text("PROMPT") == "hi"
    assert level("exec", "-i", "a.png", "--json", "hi").text("PROMPT") == "hi"


def test_an_attached_image_is_one_image() -> None:
    said = level("exec", "--image=a.png", "hi")
    assert (said.texts("image"), said.text("PROMPT")) == (("a.png",), "hi")


def test_a_comma_separates_images() -> None:
    assert level("exec", "hi", "-i", "a.png,b.png", "c.png", "-i", "d.png").texts("image") == (
        "a.png",
        "b.png",
        "c.png",
        "d.png",
    )


def test_the_word_resume_ends_the_images_and_resumes() -> None:
    invocation = parse(OCTAVO, ["exec", "--image", "a.png", "resume", "ID"])
    assert names(invocation) == ["octavo", "exec", "resume"]
    assert invocation.levels[1].texts("image") == ("a.png",)
    assert invocation.last.text("SESSION_ID") == "ID"


def test_overrides_of_all_levels_count_the_outer_first() -> None:
    words = ["-c", "a=1", "exec", "-c", "b=2", "--enable", "x", "resume", "-c", "c=3", "--last"]
    invocation = parse(OCTAVO, words)
    assert invocation.texts("config") == ("a=1", "b=2", "c=3")
    assert invocation.texts("enable") == ("x",)


def test_every_exec_option_is_known_after_resume() -> None:
    before, after = OCTAVO.command("exec"), parse(OCTAVO, ["exec", "resume"]).last.command
    assert before is not None
    assert {option.key for option in before.options} - {"version"} <= {option.key for option in after.options}


def test_a_command_takes_all_that_follows_it() -> None:
    words = ["sh", "-c", "x", "--full-auto", "--enable", "y"]
    assert list(level("sandbox", "linux", *words).texts("COMMAND")) == words
    assert list(level("sandbox", "linux", "--", *words).texts("COMMAND")) == words


def test_options_before_a_command_are_ours() -> None:
    said = level("sandbox", "linux", "--full-auto", "ls")
    assert said.has("full-auto")
    assert said.texts("COMMAND") == ("ls",)


@pytest.mark.parametrize(
    ("words", "first_line"),
    [
        (["exec", "--foo"], "error: unexpected argument '--foo' found"),
        (["exec", "--mod", "x"], "error: unexpected argument '--mod' found"),
        (["exec", "-x"], "error: unexpected argument '-x' found"),
        (["exec", "a", "b"], "error: unexpected argument 'b' found"),
        (["exec", "--sandbox", "x"], "error: invalid value 'x' for '--sandbox <SANDBOX_MODE>'"),
        (["completion", "cobol"], "error: invalid value 'cobol' for '[SHELL]'"),
        (["features", "bogus"], "error: unrecognized subcommand 'bogus'"),
        (["features", "list", "-p", "x"], "error: unexpected argument '-p' found"),
        (["exec", "-m", "a", "-m", "b"], "error: the argument '--model <MODEL>' cannot be used multiple times"),
        (["exec", "--json", "--json", "hi"], "error: the argument '--json' cannot be used multiple times"),
        (["exec", "--json=true"], "error: unexpected value 'true' for '--json' found; no more were expected"),
        (["exec", "-m"], "error: a value is required for '--model <MODEL>' but none was supplied"),
        (["exec", "-m", "--json"], "error: a value is required for '--model <MODEL>' but none was supplied"),
        (["exec", "--output-schema="], "error: a value is required for '--output-schema <FILE>' but none was supplied"),
        (["exec", "-i"], "error: a value is required for '--image <FILE>...' but none was supplied"),
        (
            ["exec", "--full-auto", "--yolo"],
            "error: the argument '--full-auto' cannot be used with '--dangerously-bypass-approvals-and-sandbox'",
        ),
        (
            ["--yolo", "--full-auto", "features", "list"],
            "error: the argument '--full-auto' cannot be used with '--dangerously-bypass-approvals-and-sandbox'",
        ),
        (["help", "bogus"], "error: unrecognized subcommand 'bogus'"),
    ],
)
def test_a_wrong_command_line_is_refused(words: list[str], first_line: str) -> None:
    text = refusal(*words)
    assert text.splitlines()[0] == first_line
    assert text.endswith("For more information, try '--help'.\n")


def test_a_refused_value_lists_the_possible_ones() -> None:
    assert "  [possible values: always, never, auto]\n" in refusal("exec", "--color", "pink")


def test_a_mistyped_option_gets_a_tip() -> None:
    assert "tip: a similar argument exists: '--sandbox'" in refusal("exec", "--sandbo", "x")


def test_a_dash_that_belongs_to_a_prompt_gets_a_tip() -> None:
    assert "tip: to pass '-x' as a value, use '-- -x'" in refusal("exec", "-x")


def test_an_empty_model_is_a_value() -> None:
    assert level("exec", "--model=", "hi").text("model") == ""


def test_missing_words_are_all_named() -> None:
    root = Command(
        "add",
        "",
        run="x",
        options=(Option("--url", value="URL", about="", required=True),),
        positionals=(Positional("NAME", "", required=True),),
    )
    assert refusal(root=root).startswith(
        "error: the following required arguments were not provided:\n  <NAME>\n  --url <URL>\n"
    )


def test_a_group_on_its_own_shows_its_help_as_an_error() -> None:
    text = refusal("features")
    assert "Usage: octavo features [OPTIONS] <COMMAND>" in text
    assert "list" in text


@pytest.mark.parametrize("words", [["help", "exec", "resume"], ["exec", "resume", "-h"], ["exec", "resume", "--help"]])
def test_help_can_be_had_in_every_way(words: list[str]) -> None:
    with pytest.raises(Stop) as stop:
        parse(OCTAVO, words)
    assert stop.value.code == 0
    assert "Usage: octavo exec resume [OPTIONS] [SESSION_ID] [PROMPT]" in stop.value.text


def test_help_fits_the_width_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    with pytest.raises(Stop) as stop:
        parse(OCTAVO, ["exec", "--help"])
    wide = [line for line in stop.value.text.splitlines() if len(line) > 60]
    assert all(line.lstrip().startswith(("octavo", "Usage")) for line in wide), wide


def test_help_shows_no_hidden_options() -> None:
    with pytest.raises(Stop) as stop:
        parse(OCTAVO, ["exec", "--help"])
    assert "--experimental-json" not in stop.value.text
    assert "--yolo" not in stop.value.text


@pytest.mark.parametrize(("words", "program"), [(["-V"], "octavo"), (["exec", "--version"], "octavo-exec")])
def test_the_version_is_the_second_word(words: list[str], program: str) -> None:
    with pytest.raises(Stop) as stop:
        parse(OCTAVO, words)
    assert stop.value.text.split()[0] == program
    assert len(stop.value.text.split()) == 2
