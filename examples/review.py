"""A review as a value: which findings, how bad. Ends with 1 where one is."""

import sys
from dataclasses import dataclass
from typing import Literal

from octavo import SyncAgent


@dataclass
class Finding:
    file: str
    line: int
    severity: Literal["low", "high"]
    why: str


@dataclass
class Report:
    summary: str
    findings: list[Finding]


with SyncAgent(sandbox="read-only", instructions="Only real mistakes, no matters of taste.") as agent:
    report = agent.run("Review the changes since the last commit.", output=Report).output

print(report.summary)
for finding in report.findings:
    print(f"{finding.file}:{finding.line}: {finding.severity}: {finding.why}")
sys.exit(any(finding.severity == "high" for finding in report.findings))
