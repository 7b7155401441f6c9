"""A command that prints without end costs time, not all memory."""

from __future__ import annotations

from octavo.process.run import KeptOutput


def test_what_fits_is_kept_to_the_byte() -> None:
    kept = KeptOutput(20)
    pieces = [b"0123456789", b"abc", b"defg", b"xyz"]
    for piece in pieces:
        kept.add(piece)
    assert kept.joined() == b"".join(pieces)


def test_of_more_the_beginning_and_the_end_are_kept() -> None:
    kept = KeptOutput(20)
    for number in range(100):
        kept.add(b"%02d" % number)
    assert kept.joined() == b"0001020304\n[... 180 bytes left out ...]\n9596979899"
