"""The popups of commands and files."""

from __future__ import annotations

import pytest
from typist import Typist

from octavo.frontends.custom_prompts import Prompt
from octavo.frontends.terminal.built_in import COMMANDS
from octavo.frontends.terminal.composer.completion import READING, FileMatch
from octavo.frontends.terminal.composer.matching import Match, match
from octavo.frontends.terminal.composer.pane import Pane, pane_rows
from octavo.frontends.terminal.effects.composer import RunCommand, SearchFiles, Submit
from octavo.frontends.terminal.screen.depth import NONE
from octavo.frontends.terminal.text.styled import CYAN
from octavo.frontends.terminal.themes.theme import TERMINAL, fitted

PROMPTS = [
    Prompt("named", "Tell $WHO of $WHAT", "Tell someone"),
    Prompt("count", "$1 and $2"),
    Prompt("plain", "Say it plainly"),
    Prompt("diff", "My own difference"),
]


def writer(text: str = "", *, height: int = 40) -> Typist:
    typist = Typist(bursts=False, height=height)
    return typist.type(text)


def names(typist: Typist) -> list[str]:
    return [row.split()[0] for row in typist.popup if row.startswith("  /")]


def chosen(typist: Typist) -> list[str]:
    """The texts of the rows that are cyan throughout."""
    rows = pane_rows(Pane(typist.composer), 80, typist.height)[0]
    painted = [row for row in rows if row.spans[1:]]
    return [row.text.split()[0] for row in painted if all(TERMINAL.look(s.style).fg == CYAN for s in row.spans[1:])]


def test_all_commands_in_their_order_then_prompts_by_name() -> None:
    typist = writer()
    typist.composer.prompts_known(PROMPTS)
    typist.type("/")
    assert typist.composer.completion is not None
    built_in = [f"/{command.name}" for command in COMMANDS]
    mine = ["/prompts:count", "/prompts:named", "/prompts:plain"]
    assert [item.text for item in typist.composer.completion.popup.items] == built_in + mine
    assert names(typist) == built_in[:8]
    assert names(typist.keys("up"))[-1] == "/prompts:plain"
    assert chosen(typist) == ["/prompts:plain"]
    typist.keys("down", *["down"] * 8)
    assert chosen(typist) == ["/mention"]
    assert names(typist)[-1] == "/mention"
    typist.keys("ctrl-p")
    assert names(typist)[-1] == "/mention"
    assert chosen(typist) == ["/diff"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("/mo", ["/model", "/mention", "/permissions"]),
        ("/it", ["/init", "/exit", "/quit", "/title"]),
        ("/in", ["/init", "/statusline", "/mention", "/permissions"]),
        ("/ST", ["/status"]),
        ("/statusl", ["/statusline"]),
        ("/cmp", ["/compact"]),
    ],
)
def test_the_filter(query: str, found: list[str]) -> None:
    assert names(writer(query)) == found


def test_without_colours_the_selected_row_is_reversed() -> None:
    rows = pane_rows(Pane(writer("/mo").composer), 80, 24)[0]
    colorless = fitted(TERMINAL, NONE)
    reversed_rows = [row.text.split()[0] for row in rows if any(colorless.look(s.style).reverse for s in row.spans)]
    assert reversed_rows == ["/model"]


def test_a_description_that_does_not_fit_ends_in_dots() -> None:
    typist = writer("/mo")
    typist.width = 40
    assert "  /model        choose the model and ho…" in typist.rows()


def test_matched_letters_are_bold() -> None:
    rows = pane_rows(Pane(writer("/mo").composer), 80, 24)[0]
    row = next(row for row in rows if row.text.startswith("  /mention"))
    assert "".join(span.text for span in row.spans if TERMINAL.look(span.style).bold) == "mo"


def test_every_edit_selects_the_first_row_again() -> None:
    typist = writer("/i").keys("down").type("t")
    assert chosen(typist) == ["/init"]


def test_no_match_lets_enter_be_enter() -> None:
    typist = writer("/zzz")
    assert typist.popup == ["  no matches"]
    assert typist.keys("tab", "enter").text == "/zzz"


@pytest.mark.parametrize("text", [" /dif", "a /dif", "/dif\n/dif", "/dif f"])
def test_no_popup_elsewhere(text: str) -> None:
    assert writer(text).composer.completion is None


def test_the_popup_is_there_while_the_cursor_is_in_the_first_word() -> None:
    typist = writer("/dif f").keys("left", "left")
    assert names(typist) == ["/diff"]
    assert names(typist.keys("home")) == ["/diff"]


def test_tab_completes_and_runs_nothing() -> None:
    typist = writer("/di").keys("tab")
    assert typist.marked == "/diff |"
    assert typist.keys("home", "tab").marked == "/diff |"
    assert typist.keys("tab", "backtab").marked == "/diff |"
    assert typist.take() == []
    assert typist.keys("enter").take() == [RunCommand("diff")]


def test_enter_runs_the_selected_command_and_drops_the_rest() -> None:
    typist = writer("/st and the rest").keys("home", "right", "right", "enter")
    assert typist.take() == [RunCommand("status")]
    assert typist.text == ""
    assert typist.keys("up").text == "/st and the rest"
    assert writer("/i").keys("down", "enter").take() == [RunCommand("diff")]


def test_esc_closes_the_popup_until_the_word_changes() -> None:
    typist = writer("/stat").keys("escape")
    assert typist.composer.completion is None
    assert typist.text == "/stat"
    assert typist.keys("left", "right").composer.completion is None
    assert names(typist.type("u")) == ["/status"]


def test_mention_opens_the_file_popup() -> None:
    typist = writer("/mention").keys("enter")
    assert typist.text == "@"
    assert typist.popup == ["  no matches"]
    assert typist.take() == []


@pytest.mark.parametrize(
    ("typed", "name", "after"),
    [
        ("/nam", "tab", '/prompts:named WHO="|" WHAT=""'),
        ("/nam", "enter", '/prompts:named WHO="|" WHAT=""'),
        ("/cou", "tab", "/prompts:count |"),
        ("/cou", "enter", "/prompts:count |"),
        ("/pla", "tab", "/prompts:plain|"),
    ],
)
def test_a_prompt_is_completed_by_what_it_needs(typed: str, name: str, after: str) -> None:
    typist = writer()
    typist.composer.prompts_known(PROMPTS)
    assert typist.type(typed).keys(name).marked == after
    assert typist.take() == []


def test_a_prompt_that_needs_nothing_or_has_its_arguments_is_sent() -> None:
    typist = writer()
    typist.composer.prompts_known(PROMPTS)
    assert typist.type("/pla").keys("enter").take() == [Submit("Say it plainly")]
    typist.composer.turn_ended()
    typist.type("/cou a b").keys("home", "right", "enter")
    assert typist.take() == [Submit("a and b")]
    typist.composer.turn_ended()
    assert typist.type("/prompts:diff").keys("enter").take() == [Submit("My own difference")]


def test_prompts_have_their_descriptions() -> None:
    typist = writer("/prom")
    typist.composer.prompts_known(PROMPTS)
    assert typist.popup[1] == "  /prompts:named  Tell someone"


# --- files ---


def found(typist: Typist, *paths: str) -> Typist:
    """The answer to the last search."""
    [*_, search] = [effect for effect in typist.take() if isinstance(effect, SearchFiles)]
    typist.composer.files_found(search.query, [FileMatch(path, (0,)) for path in paths])
    return typist


def test_each_letter_asks_for_files_and_an_answer_to_an_older_question_is_dropped() -> None:
    typist = writer("see @al")
    assert typist.take() == [SearchFiles("a"), SearchFiles("al")]
    assert typist.popup == ["  loading..."]
    typist.composer.files_found("a", [FileMatch("old.txt")])
    assert typist.popup == ["  loading..."]
    typist.composer.files_found("al", [FileMatch("alpha.txt"), FileMatch("b/al.txt")])
    assert typist.popup == ["  alpha.txt", "  b/al.txt"]
    typist.type("p")
    assert typist.popup == ["  alpha.txt", "  b/al.txt"]
    typist.keys("backspace", "backspace")
    assert typist.popup == ["  loading..."]
    typist.composer.files_found("a", [])
    assert typist.popup == ["  no matches"]


def test_a_lone_at_searches_nothing() -> None:
    typist = writer("@")
    assert typist.take() == []
    assert typist.popup == ["  no matches"]
    assert typist.keys("enter").composer.completion is None
    assert typist.text == "@"


@pytest.mark.parametrize("name", ["tab", "enter"])
def test_the_path_takes_the_place_of_the_whole_token(name: str) -> None:
    typist = found(writer("see  now").keys("alt-b", "left").type("@bet").keys("left"), "beta.txt").keys(name)
    assert typist.marked == "see beta.txt | now"
    assert typist.take() == [SearchFiles("")]


def test_a_path_with_a_blank_is_quoted_unless_it_has_quotes() -> None:
    assert found(writer("@dr"), "docs/first draft.txt").keys("tab").text == '"docs/first draft.txt" '
    assert found(writer("@dr"), 'a "b".txt').keys("tab").text == 'a "b".txt '


def test_a_picture_is_attached() -> None:
    typist = found(writer("@one"), "art/one.png").keys("tab").type("what?").keys("enter")
    assert typist.take()[-1] == Submit("[one.png 1x1] what?", ("/ws/art/one.png",))
    assert found(writer("@no"), "no.png").keys("tab").text == "no.png "


def test_arrows_wrap_and_eight_files_are_the_most() -> None:
    typist = found(writer("@item"), *(f"item{n}" for n in range(12)))
    assert len(typist.popup) == 8
    assert typist.keys("up", "tab").text == "item7 "
    assert found(writer("@item"), "item0", "item1").keys("down", "down", "down", "tab").text == "item1 "


def test_esc_keeps_the_token_and_the_popup_away_until_it_changes() -> None:
    typist = found(writer("see @al"), "alpha.txt").keys("escape")
    assert typist.text == "see @al"
    assert typist.keys("left", "right").composer.completion is None
    assert typist.type("p").popup == ["  loading..."]


def test_tab_or_enter_without_result_closes_the_popup() -> None:
    typist = found(writer("@zz")).keys("tab")
    assert typist.composer.completion is None
    assert typist.text == "@zz"


@pytest.mark.parametrize("text", ["mail me@be", "a@", "x"])
def test_an_at_inside_a_word_is_text(text: str) -> None:
    assert writer(text).composer.completion is None


def test_an_at_behind_a_slash_command_is_a_file() -> None:
    typist = writer("/diff @al")
    assert typist.composer.completion is not None
    assert typist.composer.completion.of_files


def test_ignored_files_are_a_second_group_that_says_so() -> None:
    typist = found(writer("@loc"), *(f"loc{n}" for n in range(10)))
    typist.keys("down", "down")
    files = [FileMatch(f"loc{n}") for n in range(8)]
    typist.composer.files_found("loc", [*files, FileMatch("local.txt", ignored=True)], "more match, type on")
    assert typist.popup[7:] == ["  loc7", "  local.txt  ignored", "  more match, type on"]
    assert chosen(typist) == ["loc2"], "what was chosen meanwhile stays so"
    assert typist.keys(*["down"] * 6, "tab").text == "local.txt "


def test_a_word_says_that_files_may_be_missing() -> None:
    typist = found(writer("@al"), "alpha.txt").type("p")
    typist.composer.files_found("alp", [], READING)
    assert typist.popup == ["  alpha.txt", "  still reading the folder…"]
    typist.composer.files_found("alp", [], "some folders could not be read")
    assert typist.popup == ["  no matches, some folders could not be read"]


def test_there_may_be_several_files_in_a_draft() -> None:
    typist = found(writer("compare @al"), "alpha.txt").keys("tab").type("with @be")
    found(typist, "beta.txt").keys("enter").type("and @al")
    assert found(typist, "a b.txt").keys("tab").text == 'compare alpha.txt with beta.txt and "a b.txt" '


def test_control_characters_of_file_names_are_not_shown() -> None:
    assert found(writer("@a"), "a\x1b[2Jb").popup == ["  a␛[2Jb"]


def test_tight_matches_from_the_start_are_best() -> None:
    assert match("mo", "model") == Match(-100, (0, 1))
    assert match("mo", "mention") == Match(-96, (0, 5))
    assert match("it", "exit") == Match(0, (2, 3))
    assert match("tx", "exit") is None
