"""Reading one HTTP/1.1 answer as its bytes come; the grammar is llhttp's, through `httptools`.

It reads strictly: what is not HTTP, or could be read in two ways, is refused, never
guessed at. What a server says beyond its answer is noted, never read as the next one.
"""

from __future__ import annotations

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from octavo.http.head import AnswerHead, BadMessage, Header

_LARGEST_WITHOUT_CONTENT = 100 * 1024
"""Bytes that a server may send one after another without a byte of content: heads, sizes of chunks, trailers."""


class Answer:
    """The answer to one request with `method`; `head` is there once it is whole."""

    def __init__(self, method: str) -> None:
        self.head: AnswerHead | None = None
        self.is_whole = False
        """Whether nothing more belongs to it."""
        self.has_surplus = False
        """Whether more came than belongs to it."""
        self._has_body = method != "HEAD"
        self._parser = HttpResponseParser(self)
        self._headers: list[Header] = []
        self._content: list[bytes] = []
        self._without_content = 0
        self._fault = ""

    def feed(self, data: bytes) -> None:
        """Go on with bytes that came. Raises `BadMessage`."""
        if self.is_whole:
            self.has_surplus = self.has_surplus or bool(data)
            return
        self._without_content += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            raise BadMessage("the server wants to speak another protocol") from None
        except HttpParserError as error:
            if not self.is_whole:
                raise BadMessage(f"the answer is not HTTP/1.1: {error}") from None
            self.has_surplus = True
        if self._fault:
            raise BadMessage(self._fault)
        if self._without_content > _LARGEST_WITHOUT_CONTENT and not self.is_whole:
            raise BadMessage("the answer's headers are too large")

    def end(self) -> None:
        """The connection is over. Raises `BadMessage` when the answer is not whole."""
        head = self.head
        if head is None or head.values(b"content-length") or head.values(b"transfer-encoding"):
            raise BadMessage("the server closed the connection in the middle of the body")
        self.is_whole = True

    def take(self) -> bytes:
        """The content that came since it was taken last."""
        content = b"".join(self._content)
        self._content.clear()
        return content

    # --- called by the parser ----------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A status line begins: that of the answer, of what a server says before it, or of something unasked for."""
        self.has_surplus = self.is_whole
        self._headers.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; one behind the body means nothing to anybody."""
        self._headers.append((name.lower(), value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        """The head is whole; one below 200 only says that the answer is to come."""
        status = self._parser.get_status_code()
        if self.is_whole or status < 200:
            return
        self.head = AnswerHead(status, tuple(self._headers), self._parser.get_http_version())
        self.is_whole = not self._has_body
        if not self.head.version.startswith("1."):
            self._fault = "the answer is not HTTP/1.1"
        if self.head.values(b"transfer-encoding") not in ([], [b"chunked"]):
            self._fault = "the answer has a transfer encoding that was not asked for"

    def on_body(self, content: bytes) -> None:
        """A piece of the content."""
        self._without_content = 0
        if self._has_body and not self.is_whole:
            self._content.append(content)

    def on_message_complete(self) -> None:
        """The end of the answer, or of what came before it."""
        self.is_whole = self.head is not None
