"""Messages that wait: those that the turn was told, until the model hears them, and those for the end of the turn."""

from __future__ import annotations

from octavo.frontends.terminal.composer.draft import Draft, at, joined
from octavo.frontends.terminal.effects.composer import Submit, UserShell

TYPE_CHECKING = False  # nothing waits when the first frame is drawn
if TYPE_CHECKING:
    from octavo.frontends.terminal.composer.submission import Message


class Waiting:
    """`told` comes before `queue`; `sent` is the message that was handed on last."""

    def __init__(self) -> None:
        self.told: list[Message] = []
        self.queue: list[Message] = []
        self.sent: Message | None = None

    def hold(self, effect: Submit | UserShell) -> None:
        """Nobody can take this message yet: it waits before all others."""
        effect = UserShell(effect.command) if isinstance(effect, UserShell) else effect
        text = effect.text if isinstance(effect, Submit) else f"!{effect.command}"
        sent = self.sent
        from octavo.frontends.terminal.composer.submission import Message

        self.queue.insert(0, sent if sent and sent.effect == effect else Message(effect, Draft(text)))

    def heard(self, text: str) -> Message | None:
        """The model hears this: the message that was told with it, if one was."""
        for message in self.told:
            if isinstance(message.effect, Submit) and message.effect.text == text:
                self.told.remove(message)
                return message
        return None

    def take_newest(self) -> Draft | None:
        """The newest of the queue as a draft again, the cursor at its end."""
        if not self.queue:
            return None
        taken = self.queue.pop().draft
        return at(taken, len(taken.text))

    def let_newest_go_first(self) -> None:
        """The newest of the queue goes before the others."""
        self.queue = [*self.queue[-1:], *self.queue[:-1]]

    def with_draft(self, draft: Draft) -> Draft:
        """All that would be lost: what waits for the end of a turn, then the draft."""
        waiting = [message.draft for message in self.queue]
        return joined([*waiting, draft] if draft.text else waiting) if waiting else draft

    def given_back(self, draft: Draft, *, types_on: bool) -> Draft:
        """What waited before the draft; the cursor at its start, but not under the fingers of who types on."""
        waiting = [message.draft for message in (*self.told, *self.queue)]
        whole = joined([*waiting, draft] if draft.text else waiting)
        self.queue, self.told = [], []
        return at(whole, len(whole.text) - len(draft.text) + draft.cursor if types_on else 0)
