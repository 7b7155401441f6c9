"""Writes `model.jsonl`, the recorded side of the model for the demonstration.

Each line is what the model streams back for one request. Run it again after a
change here: `python demo/record.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Event = dict[str, Any]

PATCH = """*** Begin Patch
*** Update File: timespan/format.py
@@ def format_span(seconds: int) -> str:
     for unit, size in UNITS.items():
         count, seconds = divmod(seconds, size)
-        if count > 1:
+        if count:
             parts.append(f"{count}{unit}")
     return " ".join(parts) or "0s"
*** End Patch"""


def item(**fields: Any) -> Event:
    return {"type": "response.output_item.done", "item": fields}


def thought(text: str) -> Event:
    return item(type="reasoning", id="rs", summary=[{"type": "summary_text", "text": text}])


def says(text: str) -> Event:
    return item(type="message", role="assistant", id="msg", content=[{"type": "output_text", "text": text}])


def runs(call_id: str, script: str) -> Event:
    arguments = json.dumps({"command": ["bash", "-lc", script], "timeout_ms": 60000})
    return item(type="function_call", name="shell", arguments=arguments, call_id=call_id)


def plans(call_id: str, *states: str) -> Event:
    steps = ["Run the tests", "Read the code that fails", "Mend it", "Run the tests again"]
    plan = [{"step": step, "status": state} for step, state in zip(steps, states, strict=True)]
    return item(type="function_call", name="update_plan", arguments=json.dumps({"plan": plan}), call_id=call_id)


def patches(call_id: str, patch: str) -> Event:
    return item(type="custom_tool_call", name="apply_patch", input=patch, call_id=call_id)


def answer(number: int, *events: Event) -> list[Event]:
    tokens = 2000 + 400 * number
    usage = {
        "input_tokens": tokens,
        "input_tokens_details": {"cached_tokens": tokens - 400},
        "output_tokens": 120,
        "output_tokens_details": {"reasoning_tokens": 30},
        "total_tokens": tokens + 120,
    }
    head = {"type": "response.created", "response": {"id": f"resp-{number}"}}
    return [head, *events, {"type": "response.completed", "response": {"id": f"resp-{number}", "usage": usage}}]


ANSWERS = [
    answer(
        1,
        thought("**Running the tests first**"),
        plans("call-1", "in_progress", "pending", "pending", "pending"),
        runs("call-2", "ls && python3 -m unittest 2>&1 | tail -n 25"),
    ),
    answer(
        2,
        thought("**Reading the formatter**"),
        says("The text for 5400 seconds loses its hour, so the fault is in how spans are written. I read that code."),
        runs("call-3", "cat timespan/format.py timespan/parse.py"),
    ),
    answer(
        3,
        thought("**A comparison that drops units that occur once**"),
        plans("call-4", "completed", "completed", "in_progress", "pending"),
        patches("call-5", PATCH),
    ),
    answer(
        4,
        plans("call-6", "completed", "completed", "completed", "in_progress"),
        runs("call-7", "python3 -m unittest 2>&1 | tail -n 6 && git diff --stat"),
    ),
    answer(
        5,
        says(
            "`format_span` left out every unit that occurs exactly once, because it tested `count > 1`. "
            "It now keeps each unit that occurs at all. All five tests pass."
        ),
    ),
]


def main() -> None:
    lines = [json.dumps({"events": events}, ensure_ascii=False) for events in ANSWERS]
    Path(__file__).with_name("model.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
