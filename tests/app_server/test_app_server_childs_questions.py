"""What a client of the first generation sees of a question that a sub-conversation asks."""

from __future__ import annotations

from typing import Any, cast

from octavo.frontends.app_server.dialect import Inquiry, Notice
from octavo.frontends.app_server.v1.events import messages_of
from octavo.protocol.changes import AddedFile, FileChange
from octavo.protocol.events import ApplyPatchApprovalRequest, Event, ExecApprovalRequest
from octavo.protocol.ids import parse_conversation_id

PARENT = parse_conversation_id("01a20ecb-bd77-7630-9ae4-c5715ad1b32d")


def test_it_bears_the_turns_id_and_its_answer_still_finds_the_call() -> None:
    changes = {"/w/a": FileChange(add=AddedFile("1"))}
    for asked in (ExecApprovalRequest("call_7", ("ls",), "/w"), ApplyPatchApprovalRequest("call_7", changes)):
        notice, question = messages_of(PARENT, Event("3", asked, origin="child"))
        assert isinstance(notice, Notice)
        assert isinstance(question, Inquiry)
        assert cast("Any", notice.params).msg.call_id == "3"
        assert cast("Any", question.params).call_id == "3"
        assert question.request.call_id == "call_7"
