"""Up and Down among earlier messages."""

from __future__ import annotations

from typist import Typist

from octavo.frontends.terminal.effects.composer import FetchHistory, FindHistory, Interrupt, Submit

FILE = ["oldest", "one\ntwo", "newest"]


class Reader(Typist):
    """One whose composer gets the entries that it asks for."""

    def up(self, times: int = 1) -> str:
        return self._go("up", times)

    def down(self, times: int = 1) -> str:
        return self._go("down", times)

    def _go(self, name: str, times: int) -> str:
        for _ in range(times):
            self.keys(name)
            for effect in self.take():
                assert isinstance(effect, FetchHistory)
                self.composer.history_entry(effect.offset, effect.log_id, FILE[effect.offset])
        return self.text


def reader() -> Reader:
    typist = Reader()
    typist.composer.recall.set_log(7, len(FILE))
    return typist


def said(typist: Reader, *texts: str) -> Reader:
    for text in texts:
        typist.type(text).keys("enter").take()
        typist.composer.turn_ended()
    return typist


def test_up_goes_back_and_down_forward_to_the_empty_composer() -> None:
    typist = reader()
    assert [typist.up(), typist.up(), typist.up()] == ["newest", "one\ntwo", "oldest"]
    assert typist.up(2) == "oldest"
    assert typist.draft.cursor == 0
    assert [typist.down(), typist.down(), typist.down(), typist.down()] == ["one\ntwo", "newest", "", ""]
    assert typist.up() == "newest"


def test_entries_are_asked_for_once() -> None:
    typist = reader()
    typist.up(3)
    typist.down(3)
    assert typist.keys("up", "up").take() == []
    assert typist.text == "one\ntwo"


def test_own_messages_come_first_and_the_same_twice_is_one_step() -> None:
    typist = said(reader(), "first", "same", "same")
    assert [typist.up(), typist.up(), typist.up()] == ["same", "first", "newest"]


def test_a_recalled_text_can_be_changed_and_sent() -> None:
    typist = said(reader(), "first")
    typist.up()
    assert typist.keys("end").type(" again").keys("enter").take() == [Submit("first again")]
    typist.composer.turn_ended()
    assert [typist.up(), typist.up()] == ["first again", "first"]


def test_up_and_down_are_moves_once_the_cursor_or_the_text_has_changed() -> None:
    typist = reader()
    typist.up(2)
    typist.keys("right")
    assert typist.down() == "one\ntwo"
    assert typist.marked == "one\nt|wo"
    typist.keys("up", "up")
    assert typist.up() == "oldest"
    typist.keys("end").type("x").keys("home")
    assert typist.up() == "oldestx"
    assert typist.down() == "oldestx"


def test_a_draft_of_ones_own_is_not_replaced() -> None:
    typist = reader().type("mine\ntoo")
    assert typist.keys("up", "up", "up").text == "mine\ntoo"
    assert typist.take() == []


def test_a_text_thrown_away_with_ctrl_c_comes_back_with_its_pictures() -> None:
    typist = said(reader(), "sent")
    typist.paste("/ws/shot.png").type("never").keys("ctrl-c")
    assert typist.up() == "[shot.png 7x5] never"
    assert typist.up() == "sent"
    typist.down()
    assert typist.keys("enter").take() == [Submit("[shot.png 7x5] never", ("/ws/shot.png",))]


def test_late_answers_count_only_while_they_are_waited_for() -> None:
    typist = reader()
    typist.keys("up", "up")
    assert typist.take() == [FetchHistory(2, 7), FetchHistory(1, 7)]
    typist.composer.history_entry(2, 7, "newest")
    assert typist.text == ""
    typist.composer.history_entry(1, 8, "of another file")
    assert typist.text == ""
    typist.composer.history_entry(1, 7, "one\ntwo")
    assert typist.text == "one\ntwo"
    typist.keys("up", "right", "x")
    typist.composer.history_entry(0, 7, "oldest")
    assert typist.text == "oxne\ntwo"


def test_an_entry_that_cannot_be_read_is_passed_over() -> None:
    typist = reader()
    typist.keys("up")
    typist.take()
    typist.composer.history_entry(2, 7, None)
    assert typist.text == ""
    assert typist.up() == "one\ntwo"


def test_without_any_history_up_does_nothing() -> None:
    typist = Typist().keys("up", "down")
    assert typist.take() == []
    assert typist.text == ""


def test_slash_commands_are_not_remembered_user_commands_are() -> None:
    typist = said(reader(), "/status", "!ls")
    assert [typist.up(), typist.up()] == ["!ls", "newest"]


def test_a_recalled_text_opens_no_popup_that_would_take_the_next_up() -> None:
    typist = said(reader(), "one", "/etc/hosts please")
    typist.up()
    assert typist.composer.completion is None
    assert typist.up() == "one"


def test_a_text_handed_in_is_edited_from_its_start() -> None:
    typist = Typist()
    typist.composer.set_text("again\r\nplease")
    assert typist.marked == "|again\nplease"


# --- Ctrl+R ---


def searching(*texts: str) -> Reader:
    typist = said(reader(), *texts)
    typist.type("mine").keys("left", "ctrl-r")
    return typist


def test_a_part_of_an_earlier_message_brings_it() -> None:
    typist = searching("fix the parser", "write tests", "Fix the docs").type("fix")
    assert typist.text == "Fix the docs"
    assert typist.footer == "  search: fix  ctrl + r for an older one, enter takes it, esc leaves"
    assert typist.keys("ctrl-r").text == "fix the parser"
    assert typist.type(" the d").text == "Fix the docs"
    assert typist.keys("enter").take() == []
    assert typist.keys("enter").take() == [Submit("Fix the docs")]


def test_then_the_file_is_searched() -> None:
    typist = searching("not it").type("old")
    assert typist.take()[-1] == FindHistory("old", 3, 7)
    typist.composer.history_found("ol", 1, "late")
    typist.composer.history_found("old", 0, "oldest")
    assert typist.text == "oldest"
    typist.keys("ctrl-r")
    assert typist.take() == []
    assert typist.footer == "  search: old  no earlier message has it"
    assert typist.keys("backspace").take() == [FindHistory("ol", 3, 7)]
    typist.composer.history_found("ol", 0, None)
    assert typist.footer == "  search: ol  no earlier message has it"


def test_esc_gives_the_draft_back() -> None:
    typist = searching("other").type("oth").keys("escape")
    assert typist.marked == "min|e"
    assert typist.take() == []
    assert typist.keys("ctrl-r").type("oth").keys("backspace", "backspace", "backspace").marked == "min|e"
    typist.composer.busy = True
    assert typist.keys("escape").take() == [Interrupt()]


def test_ctrl_c_leaves_the_search_alone_while_a_turn_runs() -> None:
    typist = searching("other")
    typist.composer.busy = True
    assert typist.type("oth").footer == "  search: oth  ctrl + r for an older one, enter takes it, ctrl + c leaves"
    assert typist.keys("ctrl-c").take() == []
    assert typist.marked == "min|e"


def test_what_comes_back_meanwhile_ends_the_search() -> None:
    typist = searching("other").type("oth")
    typist.composer.hold(Submit("waits"))
    typist.composer.turn_ended(interrupted=True)
    assert typist.text == "waits\nmine"
    assert typist.footer == "  100% context left"


def test_another_key_takes_the_entry_and_acts() -> None:
    typist = searching("other").type("oth").keys("home")
    assert typist.marked == "|other"
    assert typist.type("x").text == "xother"
    assert searching("other").type("oth").paste("!").text == "other!"


def test_later_sessions_do_not_double_what_was_said() -> None:
    typist = said(reader(), "first")
    typist.composer.recall.set_log(7, len(FILE) + 1)
    assert [typist.up(), typist.up()] == ["first", "newest"]
