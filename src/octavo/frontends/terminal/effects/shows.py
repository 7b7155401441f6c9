"""What is found out and then shown or handed on: changes, figures, what there is to review, copies and reports."""

from __future__ import annotations

from typing import Literal

import msgspec

Classification = Literal["bug", "bad_result", "good_result", "other"]
"""What kind of report it is."""


class ShowDiff(msgspec.Struct, frozen=True):
    """Ask git what changed, then open the pager."""


class ShowStatus(msgspec.Struct, frozen=True):
    """Print the status card."""


class ShowMcp(msgspec.Struct, frozen=True):
    """Print what the MCP servers offer."""


class ShowUsage(msgspec.Struct, frozen=True):
    """Print what this session and the last days took, and the limits."""


class ListBranches(msgspec.Struct, frozen=True):
    """Find the local branches, then open the list of them (`review_picker.branch_list`)."""


class ListCommits(msgspec.Struct, frozen=True):
    """Find the last commits, then open the list of them (`review_picker.commit_list`)."""


class ListCopies(msgspec.Struct, frozen=True):
    """Open the list of what can be copied."""


class CopyText(msgspec.Struct, frozen=True):
    """Put this text on the clipboard; `what` names it in the line that tells of it."""

    text: str
    what: str


class SendFeedback(msgspec.Struct, frozen=True):
    """Send a report with the log and the session, to which the user has agreed; an empty note is none."""

    classification: Classification
    note: str
