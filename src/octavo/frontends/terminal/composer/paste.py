"""What a paste becomes: text, a label, or pictures that it names (`docs/terminal-composer.md`, "Pasting")."""

from __future__ import annotations

from octavo.frontends.terminal.composer.draft import Draft, Picture, labelled, replaced
from octavo.frontends.terminal.composer.pictures import Found, ReadSize, named_pictures

LONGEST_SHOWN = 1000
"""Characters; more become a label."""


def pasted(text: str, folder: str, first_number: int, read_size: ReadSize) -> Draft:
    """The paste, to be inserted; pictures are numbered from `first_number`."""
    text = with_line_feeds(text)
    if len(text) > LONGEST_SHOWN:
        return labelled(f"[Pasted Content {len(text)} chars]", text)
    found = named_pictures(text, folder, read_size) if len(text) > 1 else []
    return attached(found, first_number) if found else Draft(text, len(text))


def attached(found: list[Found], first_number: int) -> Draft:
    """Labels for pictures, a blank behind each."""
    whole = Draft()
    for number, picture in enumerate(found, first_number):
        label = labelled(picture.label, Picture(picture.path, number))
        whole = replaced(whole, len(whole.text), len(whole.text), label)
        whole = replaced(whole, len(whole.text), len(whole.text), Draft(" "))
    return whole


def with_line_feeds(text: str) -> str:
    """One `\\n` for each of the three line ends: terminals send CR for all, files hold CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
