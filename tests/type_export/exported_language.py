"""A client of the app server made from nothing but its exported schemas: it says and takes only what they allow."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jsonschema import Draft7Validator  # type: ignore[import-untyped]

OCTAVO = (sys.executable, "-m", "octavo")
BUNDLE = "codex_app_server_protocol.schemas.json"

Message = dict[str, Any]


def export(folder: Path, *words: str) -> Path:
    subprocess.run([*OCTAVO, *words, "--out", str(folder)], check=True, capture_output=True)
    return folder


class Language:
    """The exported schemas, by name."""

    def __init__(self, folder: Path) -> None:
        self.definitions: dict[str, Any] = json.loads((folder / BUNDLE).read_text())["definitions"]

    def check(self, name: str, value: Any) -> None:
        schema = {"$ref": f"#/definitions/{name}", "definitions": self.definitions}
        Draft7Validator(schema).validate(value)

    def methods(self, name: str) -> dict[str, Any]:
        """The variants of `ClientRequest` and its like, by method."""
        variants = self.definitions[name]["oneOf"]
        return {variant["properties"]["method"]["enum"][0]: variant for variant in variants}

    def result_of(self, method: str) -> str:
        """The name of the type of a method's result: it begins like the method or like its params."""
        params = self.methods("ClientRequest")[method]["properties"]["params"].get("$ref", "")
        stems = [params.rpartition("/")[2].removesuffix("Params"), method[0].upper() + method[1:]]
        names = [f"{stem}Response" for stem in stems if stem]
        names += [name.replace("ListenerResponse", "SubscriptionResponse") for name in names]
        return next(name for name in names if name in self.definitions)


class GeneratedClient:
    """Has a method for every request: `client.new_conversation(cwd=...)`. Approves whatever it is asked."""

    def __init__(self, language: Language, home: Path, workspace: Path) -> None:
        self.language = language
        self.events: list[str] = []
        self.questions: list[Message] = []
        self._last_id = 0
        for method in language.methods("ClientRequest"):
            setattr(self, re.sub(r"(?<=[a-z])(?=[A-Z])|/", "_", method).lower(), self._request_of(method))
        environ = {"PATH": os.environ["PATH"], "HOME": str(home), "CODEX_HOME": str(home)}
        self._process = subprocess.Popen(
            [*OCTAVO, "app-server"],
            cwd=workspace,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=30)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def until(self, event: str) -> None:
        while event not in self.events:
            self._take()

    def _request_of(self, method: str) -> Any:
        def request(**params: Any) -> Any:
            self._last_id += 1
            line = {"method": method, "id": self._last_id, "params": params}
            self.language.check("ClientRequest", line)
            self._say(line)
            while (answer := self._take()).get("id") != line["id"] or "method" in answer:
                pass
            self.language.check(self.language.result_of(method), answer["result"])
            return answer["result"]

        return request

    def _say(self, line: Message) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(line).encode() + b"\n")
        self._process.stdin.flush()

    def _take(self) -> Message:
        assert self._process.stdout
        line: Message = json.loads(self._process.stdout.readline())
        self.language.check("JSONRPCMessage", line)
        if "method" in line and "id" in line:
            self.language.check("ServerRequest", line)
            self.questions.append(line)
            answer = {"decision": "approved"}
            self.language.check(f"{line['method'][0].upper()}{line['method'][1:]}Response", answer)
            self._say({"id": line["id"], "result": answer})
        elif line.get("method", "").startswith("codex/event/"):
            self.language.check("EventParams", line["params"])
            self.events.append(line["params"]["msg"]["type"])
        elif "method" in line:
            self.language.check("ServerNotification", line)
        return line
