"""An answer while it comes: a paragraph is said once it is whole, so that it is read once."""

from __future__ import annotations

from octavo.frontends.terminal.cells.agent import AgentText
from octavo.frontends.terminal.plain.words import agent_lines, flow_lines
from octavo.frontends.terminal.text.wrapping import Flow


class Paragraphs:
    """Pieces in, whole paragraphs out, the first of a message behind the name of who speaks."""

    def __init__(self) -> None:
        self._flows: list[Flow] = []
        self._is_named = False

    def add(self, piece: AgentText) -> list[str]:
        """The paragraphs that are whole with this piece."""
        said = self.end() if piece.begins else []
        self._flows += piece.flows
        blanks = [index for index, flow in enumerate(self._flows) if not flow.text.text.strip()]
        cut = blanks[-1] + 1 if blanks else 0
        whole, self._flows = self._flows[:cut], self._flows[cut:]
        return said + self._say(whole)

    def whole(self) -> list[str]:
        """What is left, as a paragraph that is known to be whole."""
        flows, self._flows = self._flows, []
        return self._say(flows)

    def end(self) -> list[str]:
        """What is left, at the end of the message or where something else comes between."""
        said = self.whole()
        self._is_named = False
        return said

    def _say(self, flows: list[Flow]) -> list[str]:
        lines = flow_lines(flows)
        while lines and not lines[-1]:
            lines.pop()
        while lines and not lines[0]:
            del lines[0]
        if not lines:
            return []
        named, self._is_named = self._is_named, True
        return ["", *(lines if named else agent_lines(lines))]
