"""`/hooks`: which hooks there are, where they come from, and whether they run (`docs/hooks.md`)."""

from __future__ import annotations

from octavo.frontends.terminal.effects.screen import OpenPager
from octavo.frontends.terminal.effects.settings import TrustHook
from octavo.frontends.terminal.text.clean import one_line, visible, visible_in_a_row
from octavo.frontends.terminal.text.directory import with_tilde
from octavo.frontends.terminal.text.styled import DIM, Line, Span, line
from octavo.frontends.terminal.views.blocks import blank, paragraph
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.pager import Pager, text_pager
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.tools.user_hooks.definitions import Hook, Hooks


_SHORT_LINES, _SHORT_TEXT = 3, 120
"""What is seen whole beside the answers in any window."""


def hooks_list(hooks: Hooks, home: str | None, *, project_is_trusted: bool) -> SelectionList:
    """Those that wait for trust first, then those that run."""
    choices = [_choice(hook, "not trusted: does not run", home) for hook in hooks.untrusted]
    for hook in hooks.active:
        choices.append(_choice(hook, "yours" if hook.project is None else "trusted", home))
    header = [line(Span(one_line(problem), DIM)) for problem in hooks.problems]
    if not project_is_trusted:
        header.append(line(Span("This project is not trusted, so hooks of its own are not looked at.", DIM)))
    return SelectionList("Hooks", choices, header=header, hint="{list.accept} to look at it, {list.cancel} to go back")


def hook_question(hook: Hook, home: str | None, *, trusted: bool) -> SelectionList:
    """The whole hook; one of the project is trusted here, or not any more. A long command is seen over the screen."""
    rows = visible(hook.command).split("\n")
    is_long = len(rows) > _SHORT_LINES or len(hook.command) > _SHORT_TEXT
    shown = [f"a long command of {len(hook.command):,} characters: look at all of it"] if is_long else rows
    header = (*(line(row) for row in shown), line(""), *_facts(hook, home))
    whole = Choice(Option("See all of it"), (OpenPager(_pager(hook, home)),), keeps=True)
    change = TrustHook(hook.id, hook.command, trusted=not trusted)
    choices: tuple[Choice, ...]
    if hook.project is None:
        title, choices = "A hook of yours", (Choice(Option("Back"), back=True), whole)
    elif trusted:
        title = "A hook of this project that you trust"
        choices = (Choice(Option("It goes on to run"), back=True), whole, Choice(Option("Trust it no more"), (change,)))
    else:
        title = "Trust this hook of the project?"
        yes = Choice(Option("Yes, trust this very hook"), (change,))
        choices = (Choice(Option("No, it does not run"), back=True), whole, yes)
    return SelectionList(title, choices, header=header, guarded=True)


def _pager(hook: Hook, home: str | None) -> Pager:
    rows = [*_facts(hook, home), line(""), *(line(row) for row in visible(hook.command).split("\n"))]
    return text_pager("HOOK", [paragraph(row) if row.text else blank for row in rows])


def _choice(hook: Hook, state: str, home: str | None) -> Choice:
    name = f"{hook.event} {one_line(hook.matcher)}" if hook.matcher else hook.event
    about = one_line(f"{state} · {hook.command} · {with_tilde(hook.source, home)}")
    trusted = not state.startswith("not")
    return Choice(Option(name, about), opens=lambda: hook_question(hook, home, trusted=trusted))


def _facts(hook: Hook, home: str | None) -> list[Line]:
    facts = [
        ("Event", hook.event),
        ("Matcher", visible_in_a_row(hook.matcher or "*")),
        ("Seconds", f"{hook.timeout:g} at most"),
        ("From", visible_in_a_row(with_tilde(hook.source, home))),
    ]
    return [line(Span(f"{name + ':':9}", DIM), value) for name, value in facts]
