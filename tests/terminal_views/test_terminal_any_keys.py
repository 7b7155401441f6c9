"""Any keys in any order at any size: views keep to their size, and nothing is raised."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import category

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from terminal_keys import CTRL_C, DOWN, ENTER, ESC, UP, ctrl, key

from octavo.commands.rules import Rule
from octavo.frontends.terminal.effects.conversation import Answer
from octavo.frontends.terminal.effects.sessions import ExportSession
from octavo.frontends.terminal.keys.key import Key, Paste
from octavo.frontends.terminal.text.styled import line
from octavo.frontends.terminal.text.widths import line_width
from octavo.frontends.terminal.views.approval import command_question
from octavo.frontends.terminal.views.approvals_picker import approvals_picker
from octavo.frontends.terminal.views.blocks import paragraph
from octavo.frontends.terminal.views.diff_pager import diff_pager
from octavo.frontends.terminal.views.export_picker import export_picker, overwrite_question
from octavo.frontends.terminal.views.feedback import feedback_picker
from octavo.frontends.terminal.views.fork_picker import fork_picker
from octavo.frontends.terminal.views.hooks_list import hook_question, hooks_list
from octavo.frontends.terminal.views.model_picker import model_picker
from octavo.frontends.terminal.views.onboarding import Onboarding
from octavo.frontends.terminal.views.pager import text_pager
from octavo.frontends.terminal.views.pager_document import Document
from octavo.frontends.terminal.views.permissions_picker import ShownRule, permissions_picker, rules_list
from octavo.frontends.terminal.views.resume_picker import ResumePicker
from octavo.frontends.terminal.views.review_picker import branch_list, review_picker
from octavo.frontends.terminal.views.saved_session import ReadSoFar, SavedSession
from octavo.frontends.terminal.views.session_preview import session_preview
from octavo.frontends.terminal.views.sign_in import SignInStep
from octavo.frontends.terminal.views.skills_list import ShownSkill, skills_list
from octavo.frontends.terminal.views.stack import ViewStack
from octavo.frontends.terminal.views.transcript_pager import Said, TranscriptPager
from octavo.frontends.terminal.views.trust_question import TrustQuestion
from octavo.frontends.terminal.views.view import View
from octavo.protocol.events import CommandRisk, ExecApprovalRequest
from octavo.rollout.excerpt import Excerpt, SaidWords
from octavo.tools.user_hooks.definitions import Hook, Hooks

TEXT = "wörds 日本語 👩‍💻 and a/long/path\n\tindented \x1b[31mred\x1b[m \u202e"


def _picker() -> View:
    picker = ResumePicker(lambda: 1e9, "/w")
    sessions = [SavedSession(f"/{n}", 1e9 - n, None, TEXT, "/w", f"id-{n}", "branch日") for n in range(40)]
    so_far = ReadSoFar(3, waiting=("a\x1b", "b"), failed=(("c\n", "no\tway"),))
    picker.add(sessions, so_far, {"id-3": TEXT})
    return picker


def _preview() -> View:
    said = tuple(SaidWords("user" if n % 2 else "agent", f"{TEXT}\n" * 3) for n in range(9))
    return session_preview(SavedSession("/s", 1e9, None, TEXT, TEXT, "id"), TEXT, None, Excerpt(said, said, False))


RULES = [ShownRule("/r", Rule(((TEXT,), ("a", "b")), justification=TEXT), TEXT) for _ in range(12)]
HOOK = Hook("Stop", TEXT, TEXT, 60.0, f"/home/{TEXT}")


def _question() -> View:
    risk = CommandRisk(TEXT, "medium", ("network_access",))
    return command_question("1", ExecApprovalRequest("c", ("bash", "-lc", TEXT * 30), "/w", TEXT, risk))


def _transcript() -> View:
    blocks = [paragraph(line(f"{n} some words of a message")) for n in range(60)]
    document = Document(lambda: 60, lambda index, width: blocks[index](width), lambda width: [])
    return TranscriptPager(document, lambda: [Said(n, "words") for n in range(0, 60, 7)])


VIEWS: list[Callable[[], View]] = [
    _picker,
    _question,
    _transcript,
    lambda: model_picker("my-own-model", None),
    lambda: approvals_picker("on-request", "workspace-write", full_access_known=False),
    review_picker,
    lambda: branch_list(None, [f"branch-{n}-日本" for n in range(30)]),
    lambda: feedback_picker(("codex-logs.log",)),
    lambda: Onboarding(SignInStep("chatgpt"), TrustQuestion("/a/long/folder", in_repository=False)),
    lambda: Onboarding(SignInStep(known_key="sk"), None),
    lambda: diff_pager("\x1b[31m-" + "x日" * 200 + "\x1b[m\n" * 30),
    lambda: text_pager("EXEC", [paragraph(line("words " * 40)) for _ in range(20)]),
    lambda: fork_picker(tuple(f"{n} {TEXT}" for n in range(12))),
    lambda: export_picker("01a2-3"),
    lambda: overwrite_question(ExportSession("x"), TEXT),
    lambda: permissions_picker("on-request", "workspace-write", RULES, full_access_known=True),
    lambda: rules_list(RULES),
    lambda: hooks_list(Hooks((HOOK,), (replace(HOOK, project="/w"),), (TEXT,)), None, project_is_trusted=False),
    lambda: hook_question(replace(HOOK, project="/w", command=TEXT * 20), None, trusted=False),
    lambda: skills_list([ShownSkill(TEXT, TEXT, "/s", enabled=n % 2 == 0) for n in range(12)], (TEXT,), None),
    _preview,
]
NAMED = ("tab", "backtab", "backspace", "delete", "left", "right", "home", "end", "pageup", "pagedown", "f1", "other")
EVENTS = st.one_of(
    st.sampled_from([ENTER, ESC, UP, DOWN, CTRL_C, ctrl("a"), ctrl("."), ctrl("w"), *map(Key, NAMED)]),
    st.sampled_from([*"123456789ynaqjk /N?"]).map(key),
    st.sampled_from([Paste("one\r\ntwo"), Paste(TEXT), key("日"), Key("é", alt=True, text="é")]),
)
SIZES = st.tuples(st.integers(1, 100), st.integers(1, 30))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(VIEWS),
    st.lists(st.tuples(EVENTS, SIZES, st.sampled_from([0.0, 0.005, 0.2, 0.5])), max_size=25),
)
@example(lambda: rules_list(RULES), [(UP, (1, 26), 0.0)])
def test_views_keep_to_their_size(
    make: Callable[[], View], steps: list[tuple[Key | Paste, tuple[int, int], float]]
) -> None:
    stack, now = ViewStack(), 1.0
    stack.push(make(), now)
    stack.drawn(now)
    for event, (width, height), gap in steps:
        now += gap
        if (due := stack.deadline()) is not None and due <= now:
            stack.tick(now)
        if stack.top is None:
            return
        stack.handle(event, now)
        stack.drawn(now)
        rows, cursor = stack.rows(width, height)
        assert len(rows) <= height
        assert all(line_width(row) <= width for row in rows)
        assert not any(category(character) == "Cc" for row in rows for character in row.text)
        assert cursor is None or (cursor[0] < height and cursor[1] < width)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(EVENTS, st.floats(0.0, 0.34)), max_size=40))
def test_no_keys_without_a_pause_answer_a_question(steps: list[tuple[Key | Paste, float]]) -> None:
    stack, now = ViewStack(), 1.0
    stack.push(_question(), now)
    stack.drawn(now)
    for event, gap in steps:
        now += gap
        effects = stack.tick(now) if (due := stack.deadline()) is not None and due <= now else ()
        effects += stack.handle(event, now)
        assert not any(isinstance(effect, Answer) for effect in effects)
    assert stack.has_question
