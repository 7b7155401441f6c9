"""`/permissions`: the ways to work, and the rules on commands that are remembered (`docs/permissions.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from octavo.commands.rules import Rule, rule_words
from octavo.frontends.terminal.effects.settings import ForgetRule
from octavo.frontends.terminal.text.clean import one_line, visible_in_a_row
from octavo.frontends.terminal.text.styled import DIM, Span, line
from octavo.frontends.terminal.views.approvals_picker import approval_choices
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.protocol.policy import ApprovalPolicy, SandboxMode


class ShownRule(NamedTuple):
    """A rule, its file, and where it holds in words."""

    path: str
    rule: Rule
    where: str


def permissions_picker(
    policy: ApprovalPolicy, sandbox: SandboxMode, rules: Sequence[ShownRule], *, full_access_known: bool
) -> SelectionList:
    """What `/approvals` offers, and behind it the rules."""
    count = len(rules)
    about = f"{count} {'rule' if count == 1 else 'rules'} on commands: look at them, remove one"
    none = "none yet: the key p in a question before a command makes one"
    row = Option("Remembered rules", about if rules else none)
    choices = [*approval_choices(policy, sandbox, full_access_known=full_access_known)]
    choices.append(Choice(row, opens=lambda: rules_list(rules)) if rules else Choice(row, back=True))
    subtitle = line(Span("The first ones hold for this session, rules for good.", DIM))
    return SelectionList("What may be done without asking you", choices, header=(subtitle,))


def rules_list(rules: Sequence[ShownRule]) -> SelectionList:
    """All of them, to be searched."""
    choices = [
        Choice(
            Option(f"{one.rule.decision}: {one_line(rule_words(one.rule))}", _about(one)),
            opens=lambda one=one: removal_question(one),  # type: ignore[misc] # a value for each row
            search=_about(one),
        )
        for one in rules
    ]
    return SelectionList(
        "Rules on commands", choices, search="type to search", hint="{list.accept} to remove, {list.cancel} to go back"
    )


def removal_question(one: ShownRule) -> SelectionList:
    """Asked before a rule is removed."""
    words = visible_in_a_row(rule_words(one.rule))
    header = (line(Span(f"{one.rule.decision}: {words}")), line(Span(_about(one), DIM)))
    choices = (
        Choice(Option("No, keep it"), back=True),
        Choice(Option("Yes, remove it"), (ForgetRule(one.path, one.rule),)),
    )
    return SelectionList("Remove this rule?", choices, header=header, guarded=True)


def _about(one: ShownRule) -> str:
    return one_line("; ".join(part for part in (one.where, one.rule.justification or "") if part))
