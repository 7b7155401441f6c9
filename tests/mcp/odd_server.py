"""An MCP server on stdio that behaves, or misbehaves, as its arguments say. It needs nothing but Python.

Run with any of the words of `habits`; the rest of the arguments mean nothing to it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

habits = set(sys.argv[1:])
EMPTY: Json = {"type": "object", "properties": {}}
late: list[Json] = []
grown: list[Json] = []


def tools() -> list[Json]:
    if "many" in habits:
        return [{"name": f"tool_{number:03}", "inputSchema": EMPTY} for number in range(500)]
    if "clash" in habits:
        # Both are so long that only a hash tells them apart, and they are the same.
        return [{"name": "same", "description": text, "inputSchema": EMPTY} for text in ("first", "second")]
    if "names" in habits:
        names = ["a.b", "a/b", "a_b", "with blank", "naïve", "查询", "删除", "x" * 80, "x" * 79 + "."]
        return [{"name": name, "inputSchema": EMPTY} for name in names]
    if "strange" in habits:
        deep: Json = EMPTY
        for _ in range(3000 if "deep" in habits else 5):
            deep = {"type": "object", "properties": {"x": deep}}
        return [
            {"name": "good", "inputSchema": EMPTY},
            {"name": "dated", "inputSchema": {"type": "object", "properties": {"x": {"type": "date"}}}},
            {"name": "nested", "inputSchema": deep},
            {"name": "naïve.name", "inputSchema": {"type": "object", "properties": {"z": True, "a": {"enum": [1]}}}},
            {"description": "has no name"},
        ]
    return [{"name": name, "inputSchema": EMPTY} for name in CALLS]


def page(cursor: str | None) -> Json:
    """A page of the tools: all of them, one by one, or with pages that lead nowhere."""
    found = tools() + grown
    if "no-list" in habits or ("no-list-again" in habits and grown):
        return {"tools": "none"}
    if "pages" in habits:
        place = int(cursor or 0)
        more = {"nextCursor": str(place + 1)} if place + 1 < len(found) else {}
        return {"tools": found[place : place + 1], **more}
    if "broken-pages" in habits and cursor:
        return {"tools": "none"}
    return {"tools": found, **({"nextCursor": "more"} if {"circles", "broken-pages"} & habits else {})}


def grow(arguments: Json) -> Json:
    """From now on there is a tool more."""
    grown.append({"name": f"grown_{len(grown)}", "inputSchema": EMPTY})
    send({"method": "notifications/tools/list_changed"})
    return text("grown")


def text(said: str) -> Json:
    return {"content": [{"type": "text", "text": said}]}


def die(arguments: Json) -> Json:
    os._exit(3)


def rubbish(arguments: Json) -> Json:
    write_line("Segmentation fault (core dumped)")
    os._exit(3)


def chatter(arguments: Json) -> Json:
    for line in ("Working...", "50 %", "{'almost': 'JSON'}", "\x00", "\ufeff"):
        write_line(line)
    return text("chattered")


def flood(arguments: Json) -> Json:
    for _ in range(2000):
        sys.stderr.write("x" * 1000 + "\n")
    sys.stderr.write("y" * 3_000_000)
    sys.stderr.flush()
    return text("flooded")


def notify(arguments: Json) -> Json:
    for number in range(5000):
        send({"method": "notifications/message", "params": {"level": "info", "data": number}})
    write_line("")
    write_line("[]")
    write_line('{"neither": "this nor that"}')
    return text("notified")


def ask(arguments: Json) -> Json:
    """What the client says to everything that a server may ask."""
    answers = []
    for number, method in enumerate(("ping", "elicitation/create", "roots/list", "sampling/createMessage", "x/y")):
        send({"id": f"q{number}", "method": method, "params": {"message": "?", "requestedSchema": EMPTY}})
        answer = json.loads(sys.stdin.readline())
        answers.append(answer.get("result", answer.get("error")))
    return text(json.dumps(answers))


def child(arguments: Json) -> Json:
    """Leaves a process behind that outlives its parent unless somebody ends it."""
    process = subprocess.Popen(["sleep", "1000", *sys.argv[1:][-1:]][:2], start_new_session=True)
    return text(str(process.pid))


def tell_progress(token: Any) -> None:
    """How far it is, under a token that nobody knows, and under that of the call."""
    send({"method": "notifications/progress", "params": {"progressToken": 999, "progress": 1}})
    send({"method": "notifications/progress", "params": {"progressToken": token, "progress": 1, "message": "halfway"}})


def picture(arguments: Json) -> Json:
    block = {"type": "image", "data": "QUJD", "mimeType": "image/png"}
    return {"content": [{"type": "text", "text": "look:"}, block]}


CALLS: dict[str, Callable[[Any], Any]] = {
    "echo": lambda given: {"content": [], "structuredContent": {"b": given, "a": 1}},
    "env": lambda given: text(json.dumps(dict(os.environ))),
    "meta": lambda given: {**text("done"), "_meta": {"n": 1}},
    "fail": lambda given: {**text("it broke"), "isError": True},
    "picture": picture,
    "progress": lambda given: text("done"),
    "big": lambda given: text("x" * given["bytes"]),
    "die": die,
    "rubbish": rubbish,
    "chatter": chatter,
    "flood": flood,
    "notify": notify,
    "ask": ask,
    "child": child,
    "never": lambda given: None,
    "late": lambda given: None,
    "error": lambda given: None,
    "shapeless": lambda given: None,
    "halves": lambda given: text("cut \ud83d here, \U0001f600 not, \\ud83d neither"),
    "grow": grow,
    "cwd": lambda given: text(os.getcwd()),
}


def call(message: Json) -> None:
    name, given = message["params"]["name"], message["params"].get("arguments")
    match name:
        case "error":
            send({"id": message["id"], "error": {"code": -32000, "message": "nope", "data": {"x": 1}}})
        case "shapeless":
            send({"id": message["id"], "result": [1, 2]})
        case "late":
            late.append(message)
        case "never":
            pass
        case "progress":
            tell_progress(message["params"]["_meta"]["progressToken"])
            send({"id": message["id"], "result": CALLS[name](given)})
        case _ if "names" in habits or name.startswith("grown"):
            send({"id": message["id"], "result": text(f"called {name}")})
        case _:
            send({"id": message["id"], "result": CALLS[name](given)})


def resources(params: Json) -> Json:
    if "circles" in habits:
        return {"resources": [], "nextCursor": "again"}
    if params.get("cursor") == "two":
        return {"resources": [{"uri": "mem://b", "name": "b"}]}
    return {"resources": [{"uri": "mem://a", "name": "a", "_meta": {}}], "nextCursor": "two"}


def answer(message: Json) -> None:
    method, params = message["method"], message.get("params") or {}
    match method:
        case "initialize":
            about = {"name": "odd", "version": "1"}
            version = "1999-01-01" if "old" in habits else params["protocolVersion"]
            send({"id": message["id"], "result": {"protocolVersion": version, "capabilities": {}, "serverInfo": about}})
        case "tools/list" if "no-method" in habits:
            send({"id": message["id"], "error": {"code": -32601, "message": "Method not found"}})
        case "tools/list" if "toolless" not in habits:
            send({"id": message["id"], "result": page(params.get("cursor"))})
        case "tools/call":
            call(message)
        case "resources/list":
            send({"id": message["id"], "result": resources(params)})
        case "resources/templates/list":
            template = {"uriTemplate": "mem://{x}", "name": "t"}
            send({"id": message["id"], "result": {"resourceTemplates": [template]}})
        case "resources/read":
            contents = [{"uri": params["uri"], "text": "hello"}]
            send({"id": message["id"], "result": {"contents": contents}})


def send(message: Json) -> None:
    write_line(json.dumps({"jsonrpc": "2.0", **message}))


def write_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    if "stubborn" in habits:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "no-json" in habits:
        write_line("\x1b]0;pwned\x07Welcome to my server!")
        write_line("Listening.")
    if "exits" in habits:
        sys.exit(1)
    for line in sys.stdin:
        if "SEEN" in os.environ:
            with open(os.environ["SEEN"], "a") as log:
                log.write(line)
        message = json.loads(line)
        while late:
            send({"id": late.pop()["id"], "result": text("too late")})
        if "silent" not in habits and "id" in message and "method" in message:
            answer(message)
    while "stubborn" in habits:
        signal.pause()


main()
