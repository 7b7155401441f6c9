"""Whatever is typed, sent, queued, interrupted and taken back: each text is in one place, and in one only."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from typist import Typist

from octavo.frontends.terminal.composer.draft import expanded, pictures
from octavo.frontends.terminal.effects.composer import Interrupt, Submit, UserShell
from octavo.frontends.terminal.effects.screen import Quit

STEPS = ("type", "type", "shell", "paste", "picture", "newline", "enter", "enter", "escape", "alt-up", "ctrl-c", "up")
ENDS = ("completed", "interrupted")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from((*STEPS, *ENDS)), max_size=40))
def test_no_text_is_lost_or_doubled(steps: list[str]) -> None:
    typist = Typist(bursts=False)
    words: list[str] = []
    sent: list[str] = []
    images: list[str] = []
    thrown_away = 0
    for step in steps:
        composer = typist.composer
        match step:
            case "type" | "shell":
                words.append(f"<{len(words)}>")
                typist.keys("ctrl-end").type(("!" if step == "shell" and not typist.text else "") + words[-1])
            case "paste":
                words.append(f"<{len(words)}>")
                typist.keys("ctrl-end").paste(words[-1] + "." * 1000)
            case "picture":
                typist.keys("ctrl-end").paste("/ws/shot.png")
            case "newline":
                typist.keys("ctrl-j")
            case "completed" if composer.busy:
                typist.asked += composer.turn_ended()
            case "interrupted" if composer.busy:
                typist.asked += composer.turn_ended(interrupted=True)
            case "enter" | "escape" | "alt-up" | "ctrl-c" | "up":
                replaced = step == "ctrl-c" or (step == "alt-up" and composer.waiting.queue)
                thrown_away += bool(replaced and typist.text)
                typist.keys(step)
        for effect in typist.take():
            if isinstance(effect, Submit):
                sent.append(effect.text)
                images += effect.images
            elif isinstance(effect, UserShell):
                sent.append(effect.command)
            else:
                assert isinstance(effect, Interrupt | Quit) or step == "escape" or "!" in typist.text
        everywhere = [*sent, *(expanded(message.draft) for message in composer.waiting.queue), expanded(typist.draft)]
        if thrown_away or "up" in steps:
            continue
        whole = "\n".join(everywhere)
        assert [word for word in words if whole.count(word) != 1] == []
        if "shell" in steps:
            continue  # there a picture is its path
        waiting = [path for message in composer.waiting.queue for path in pictures(message.draft)]
        assert whole.count("[shot.png 7x5]") == len([*images, *waiting, *pictures(typist.draft)])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(STEPS[:8]), min_size=1, max_size=12))
def test_what_alt_up_replaces_and_ctrl_c_throws_away_comes_back_with_up(steps: list[str]) -> None:
    typist = Typist(bursts=False)
    typist.composer.busy = True
    typist.type("waiting").keys("enter").type("draft")
    for step in steps:
        typist.keys("ctrl-c" if step == "type" else "alt-up") if step in ("type", "enter") else typist.keys("ctrl-end")
    found = {typist.text, *(message.draft.text for message in typist.composer.waiting.queue)}
    for _ in range(6):
        if typist.text and typist.draft.cursor:
            typist.keys("ctrl-c")
        typist.keys("up")
        found.add(typist.text)
    assert {"waiting", "draft"} <= found
