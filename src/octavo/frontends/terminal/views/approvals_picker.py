"""`/approvals`: what may be done without a question (`docs/terminal-views.md`, "Pickers")."""

from __future__ import annotations

import msgspec

from octavo.frontends.approval_presets import PRESETS
from octavo.frontends.terminal.effects.settings import ChooseApprovals
from octavo.frontends.terminal.text.styled import DIM, ERROR, Span, line
from octavo.frontends.terminal.views.option_rows import Option
from octavo.frontends.terminal.views.selection_list import Choice, SelectionList

TYPE_CHECKING = False
if TYPE_CHECKING:
    from octavo.protocol.policy import ApprovalPolicy, SandboxMode


def approvals_picker(policy: ApprovalPolicy, sandbox: SandboxMode, *, full_access_known: bool) -> SelectionList:
    """The presets."""
    choices = approval_choices(policy, sandbox, full_access_known=full_access_known)
    subtitle = line(Span("It holds for this session.", DIM))
    return SelectionList("What may be done without asking you", choices, header=(subtitle,))


def approval_choices(policy: ApprovalPolicy, sandbox: SandboxMode, *, full_access_known: bool) -> list[Choice]:
    """A row for each preset; full access is asked about first, unless the user knows what it means."""
    choices = []
    for preset in PRESETS:
        is_current = (preset.approval_policy, preset.sandbox_mode) == (policy, sandbox)
        option = Option(preset.name, preset.description, is_current=is_current)
        if preset.sandbox_mode == "danger-full-access" and not full_access_known:
            choices.append(Choice(option, opens=full_access_question))
        else:
            choices.append(Choice(option, (ChooseApprovals(preset.approval_policy, preset.sandbox_mode),)))
    return choices


def full_access_question() -> SelectionList:
    """Asked before full access; its last row and Esc go back to the list."""
    warning = (
        "Commands will run without a sandbox and without a question: they can change or delete any file of yours "
        "and use the network."
    )
    yes = ChooseApprovals("never", "danger-full-access")
    choices = (
        Choice(Option("Yes, for this session"), (yes,)),
        Choice(Option("Yes, and do not ask again"), (msgspec.structs.replace(yes, hide_warning=True),)),
        Choice(Option("No, go back"), back=True),
    )
    header = (line(Span(warning, ERROR)),)
    return SelectionList("Give full access?", choices, header=header, guarded=True)
