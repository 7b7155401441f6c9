"""Keys bound to actions: what holds, what does not and is named, what cannot be lost, and what is shown of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typist import Typist

from octavo.config.load import ConfigSources, load_config
from octavo.errors import OctavoError
from octavo.frontends.terminal.app.app import App
from octavo.frontends.terminal.composer.composer import Composer
from octavo.frontends.terminal.composer.draft import Draft
from octavo.frontends.terminal.composer.submission import Message
from octavo.frontends.terminal.effects.composer import EditDraft, Interrupt, RunCommand, Submit, UserShell
from octavo.frontends.terminal.effects.screen import OpenTranscript, Quit
from octavo.frontends.terminal.keys.actions import ACTIONS
from octavo.frontends.terminal.keys.key import Key
from octavo.frontends.terminal.keys.keymap import DEFAULT
from octavo.frontends.terminal.keys.later_actions import LATER, OURS
from octavo.frontends.terminal.keys.spelling import NoKey, chords_of, shown
from octavo.frontends.terminal.keys.user_keymap import Bound, user_keymap
from octavo.frontends.terminal.keys.vi_actions import VI
from octavo.frontends.terminal.views.help_pager import keymap_pager


def typist(bound: Bound) -> Typist:
    keys, problems = user_keymap(bound)
    assert problems == ()
    found = Typist(bursts=False)
    found.composer = Composer("/ws", bursts=False, keys=keys)
    return found


# --- how keys are written ---


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("ctrl-x", "ctrl + x"), ("Control-X", "ctrl + x"), ("alt-enter", "alt + enter"), ("shift-n", "N"), ("A", "a"),
        ("page-up", "pgup"), ("pgdn", "pgdn"), ("esc", "esc"), ("escape", "esc"), ("ctrl-minus", "ctrl + -"),
        ("shift-tab", "shift + tab"), ("space", "space"), ("ctrl-+", "ctrl + +"), ("?", "?"), ("shift-?", "?"),
        ("f12", "f12"), ("ctrl-x ctrl-t", "ctrl + x ctrl + t"), ("g g", "g g"), ("super-x", ""),
    ],
)  # fmt: skip
def test_keys_are_written_as_in_todays_files(written: str, seen: str) -> None:
    assert shown(written) == seen


@pytest.mark.parametrize(
    "written", ["", "-", "ctrl-", "ctrl--", "ctrl-ctrl-x", "ctrl+x", "C-x", "f25", "insert", "ab", "é", "a b c", "none"]
)
def test_other_words_are_no_keys(written: str) -> None:
    with pytest.raises(NoKey):
        chords_of(written)


def test_every_default_is_a_key_and_none_has_two_meanings() -> None:
    for context, actions in ACTIONS.items():
        for action, keys in actions.items():
            assert all(chords_of(key) for key in keys), (context, action)
    assert user_keymap({context: dict(actions) for context, actions in ACTIONS.items()})[1] == ()
    assert {f"{context}.{action}" for context, names in LATER.items() for action in names.split()}.isdisjoint(
        f"{context}.{action}" for context, actions in ACTIONS.items() for action in actions
    )
    assert all(action in ACTIONS[context] for context, action in (name.split(".") for name in OURS))


# --- what holds ---


def test_enter_and_ctrl_enter_change_places() -> None:
    hand = typist({"composer": {"submit": "ctrl-enter"}})
    assert hand.type("one").keys("enter").type("two").take() == []
    assert hand.keys("ctrl-enter").take() == [Submit("one\ntwo")]


def test_several_keys_lead_to_one_action_and_none_to_another() -> None:
    hand = typist({"global": {"open_external_editor": ("f4", "alt-e"), "open_transcript": ()}})
    assert hand.keys("f4", "alt-e", "ctrl-g", "ctrl-t").take() == [EditDraft(""), EditDraft("")]


def test_actions_without_default_keys() -> None:
    hand = typist({"global": {"copy": "ctrl-o", "toggle_vim_mode": "f2"}, "editor": {"kill_whole_line": "alt-k"}})
    assert hand.keys("ctrl-o", "f2").take() == [RunCommand("copy"), RunCommand("vim")]
    assert hand.type("one\ntwo\nthree").keys("up", "alt-k").text == "one\nthree"
    assert hand.keys("ctrl-e", "ctrl-y").text == "one\nthreetwo\n"


def test_what_interrupts_can_be_another_key_and_is_shown() -> None:
    hand = typist({"chat": {"interrupt_turn": "f9"}})
    hand.composer.busy = True
    assert hand.keys("escape").take() == []
    assert hand.keys("f9").take() == [Interrupt()]


def test_a_popup_is_moved_in_by_the_keys_of_lists() -> None:
    hand = typist({"list": {"move_down": "alt-j", "accept": ("enter", "alt-l")}})
    hand.type("/mo").keys("alt-j")
    assert hand.type("del").keys("alt-l").take()[-1] == RunCommand("model")


def test_two_strokes_are_one_key_and_what_they_do_not_mean_is_typed() -> None:
    keys, problems = user_keymap({"global": {"open_external_editor": "leader e", "leader": "ctrl-o"}})
    assert problems == ()
    app, done = App(Composer("/ws", bursts=False, keys=keys), depth=0), []
    app.perform = lambda effect, now: done.append(effect)
    app.talk = None
    for key in (Key("o", ctrl=True), Key("x", text="x"), Key("o", ctrl=True), Key("e", text="e")):
        app.handle(key, 1.0)
    assert app.composer.editor.draft.text == "x"
    assert app._early == [EditDraft("x")]


# --- what does not hold ---


@pytest.mark.parametrize(
    ("bound", "problem"),
    [
        (
            {"global": {"open_transcript": "ctrl-g"}},
            "tui.keymap: ctrl + g is bound to global.open_transcript and to global.open_external_editor; "
            "global.open_transcript: it stays ctrl + t",
        ),
        (
            {"editor": {"yank": "ctlr-y"}},
            "tui.keymap.editor.yank: `ctlr-y` is no key (such as ctrl-x, alt-enter, page-up, f5); it stays ctrl + y",
        ),
        (
            {"composer": {"send": "enter"}},
            "tui.keymap.composer.send: there is no such action; /keymap lists those there are",
        ),
        (
            {"editor": {"move_left": "x"}},
            "tui.keymap.editor.move_left: `x` is typed into the draft; add ctrl or alt; it stays ←, ctrl + b",
        ),
        (
            {"global": {"copy": "ctrl-c"}},
            "tui.keymap.global.copy: ctrl + c clears, stops and leaves, and cannot be bound; it stays without a key",
        ),
        (
            {"approval": {"approve": "esc"}},
            "tui.keymap.approval.approve: esc refuses, and cannot be bound to anything else; it stays y",
        ),
        (
            {"approval": {"approve": "n"}},
            "tui.keymap: n is bound to approval.approve and to approval.decline; approval.approve: it stays y",
        ),
    ],
)
def test_a_binding_that_cannot_hold_is_named_and_costs_its_own_action_alone(bound: Bound, problem: str) -> None:
    more = {**bound, "pager": {"close": "x"}}
    keys, problems = user_keymap(more)
    assert problems == (problem,)
    assert keys.bindings("pager.close") == ("x",)
    for context, actions in ACTIONS.items():
        for action, default in actions.items():
            if context != "pager" or action != "close":
                assert keys.bindings(f"{context}.{action}") == default


def test_two_bindings_of_ones_own_on_one_key_leave_the_first_one() -> None:
    keys, problems = user_keymap({"global": {"copy": "f5"}, "composer": {"queue": "f5"}})
    assert problems == ("tui.keymap: f5 is bound to composer.queue and to global.copy; composer.queue: it stays tab",)
    assert (keys.bindings("global.copy"), keys.bindings("composer.queue")) == (("f5",), ("tab",))


def test_what_only_later_releases_have_may_stand_there() -> None:
    bound = {
        "agents": {"stop": "x"},
        "vim_normal": {"undo": "u"},
        "global": {"find_transcript": "f3", "leader": "ctrl-o"},
    }
    assert user_keymap(bound)[1] == ()


def test_actions_that_there_are_here_alone_make_room_without_a_word() -> None:
    bound: Bound = {"editor": {"move_line_start": ("home", "ctrl-a")}, "chat": {"edit_queued_message": "ctrl-z"}}
    keys, problems = user_keymap(bound)
    assert problems == ()
    assert keys.bindings("editor.move_line_start_or_up") == ()
    assert keys.bindings("global.suspend") == ()


def test_ctrl_c_and_ctrl_d_are_never_lost() -> None:
    hand = typist({context: dict.fromkeys(actions, ()) for context, actions in ACTIONS.items()})
    assert hand.type("text").keys("ctrl-c").text == ""
    assert hand.keys("ctrl-c").take() == [Quit()]
    assert hand.keys("ctrl-d").take() == [Quit()]
    assert hand.footer == "  100% context left"
    hand.rows()


# --- what is shown ---


def test_hints_name_the_keys_as_they_are_bound() -> None:
    bound: Bound = {
        "composer": {"toggle_shortcuts": "f1", "attach_image": ()},
        "chat": {"edit_queued_message": "f3", "edit_previous_message": "f6"},
        "global": {"open_transcript": "f7"},
    }
    hand = typist(bound)
    assert hand.footer == "  100% context left · f1 for shortcuts"
    table = "\n".join(hand.keys("f1").rows()[-4:])
    assert "f6 f6 to edit previous message" in table
    assert "f7 for the transcript" in table
    assert "paste images" not in table
    hand.composer.waiting.queue.append(Message(UserShell("ls"), Draft("!ls")))
    assert "    f3 edit" in hand.rows()
    assert hand.keys("f1", "f6").footer == "  f6 again to edit previous message"
    assert hand.keys("f6").take() == [OpenTranscript(backtrack=True)]


def test_the_list_of_keys_marks_what_is_changed() -> None:
    keys, _ = user_keymap({"global": {"copy": "ctrl-o"}, "pager": {"close": ()}})
    rows = [" ".join(row.text.split()) for row in keymap_pager(keys).rows(100, 100)[0]]
    assert "copy ctrl + o (changed)" in rows
    assert "close no key (changed)" in rows
    assert "open_transcript ctrl + t" in rows
    assert "[tui.keymap.approval]" in rows


def test_default_hints_have_the_default_keys() -> None:
    assert DEFAULT.worded("{list.accept} to choose, {list.cancel} to go back") == "enter to choose, esc to go back"
    assert DEFAULT.worded("{global.copy} to copy, {list.cancel} to go back") == "esc to go back"


def test_the_configuration_takes_the_forms_of_todays_files_and_names_what_is_none(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    bound = 'submit = ["enter", "ctrl-x s"]\nqueue = []\n[tui.keymap.global]\ncopy = "f5"\n'
    config.write_text(f"[tui.keymap.composer]\n{bound}")
    sources = ConfigSources(str(tmp_path), str(tmp_path), {"HOME": str(tmp_path)})
    tui = load_config(sources).tui
    assert tui.keymap == {"composer": {"submit": ("enter", "ctrl-x s"), "queue": ()}, "global": {"copy": "f5"}}
    config.write_text("[tui.keymap.composer]\nsubmit = 3\n")
    with pytest.raises(OctavoError, match=r"tui\.keymap\.composer\.submit"):
        load_config(sources)


# --- vi's commands ---


def vi_hand(bound: Bound) -> Typist:
    hand = typist(bound)
    hand.composer.modes.switch(on=True)
    return hand


def test_commands_of_vi_have_the_keys_that_are_bound_to_them() -> None:
    bound: Bound = {
        "vim_normal": {"undo": ("z", "f2"), "move_word_forward": "shift-l", "jump_top": "ctrl-o"},
        "vim_operator": {"motion_word_forward": "q", "delete_line": "x"},
        "vim_text_object": {"parentheses": "m"},
    }
    hand = vi_hand(bound).type("one (two) three").keys("escape").type("0dq")
    assert hand.text == "(two) three"
    assert hand.type("z").text == "one (two) three"
    assert hand.type("wuL").marked == "one |(two) three"  # w and u have no meaning any more
    assert hand.type("dim").text == "one () three"
    assert hand.type("dx").text == ""
    assert hand.keys("f2", "f2").text == "one (two) three"
    assert hand.type("$").keys("ctrl-o").marked == "|one (two) three"


def test_a_character_that_is_looked_for_is_no_key() -> None:
    hand = vi_hand({"vim_normal": {"undo": "z", "move_left": "q"}}).type("one zoo").keys("escape").type("0fz")
    assert hand.marked == "one |zoo"
    assert hand.type("rx").text == "one xoo"
    assert hand.type("/oo").keys("enter").marked == "one x|oo"
    assert hand.type("q").marked == "one |xoo"


def test_two_commands_of_vi_on_one_key_are_named() -> None:
    assert user_keymap({"vim_normal": {"undo": "d"}})[1] == (
        "tui.keymap: d is bound to vim_normal.undo and to vim_normal.start_delete_operator; "
        "vim_normal.undo: it stays u",
    )
    assert user_keymap({"vim_normal": {"undo": "z z"}})[1] == (
        "tui.keymap.vim_normal.undo: `z z` are two strokes, which vi's commands do not have; it stays u",
    )


def test_defaults_of_vi_bound_once_more_change_nothing() -> None:
    bound = {context: {name: keys for name, (_, keys) in what.items()} for context, what in VI.items()}
    keys, problems = user_keymap(bound)
    assert problems == ()
    assert keys.binds_vi
    hand = typist({})
    hand.composer = Composer("/ws", bursts=False, keys=keys)
    hand.composer.modes.switch(on=True)
    hand.type("one (two) three").keys("escape").type("0wdi(uggx3.ciwnew").keys("escape").type("Vd")
    assert hand.text == ""
    assert hand.type("u0").marked == "|newtwo) three"
