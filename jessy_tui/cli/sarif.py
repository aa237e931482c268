"""Findings as SARIF 2.1.0, which editors and code hosts show beside the lines they are about."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import orjson

from jessy_tui import __version__
from jessy_tui.dataset.checks import ALL_CHECKS, Finding

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def print_sarif(findings: Iterable[Finding], *, complete: bool) -> None:
    """One SARIF log with one run: all checks as rules, the findings as results, as they come."""
    numbers = {check.name: number for number, check in enumerate(ALL_CHECKS)}
    rules = [
        {
            "id": check.name,
            "shortDescription": {"text": check.about},
            "defaultConfiguration": {"level": check.severity},
        }
        for check in ALL_CHECKS
    ]
    driver = {"name": "jessy", "semanticVersion": __version__, "rules": rules}
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": complete}],
                "results": [],
            }
        ],
    }
    head, tail = orjson.dumps(log).rsplit(b"[]", 1)
    sys.stdout.flush()
    out = sys.stdout.buffer
    out.write(head + b"[")
    separator = b"\n"
    for finding in findings:
        out.write(separator + orjson.dumps(_result(finding, numbers[finding.check])))
        separator = b",\n"
    out.write(b"]" + tail + b"\n")
    out.flush()


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [_location(finding, finding.file)] if finding.file else [],
    }
    properties = {"fix": finding.fix, "span": finding.span}
    if known := {name: value for name, value in properties.items() if value is not None}:
        result["properties"] = known
    return result


def _location(finding: Finding, file: Path) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _uri(file)}}}
    if finding.line is not None:
        location["physicalLocation"]["region"] = {"startLine": finding.line}
    if finding.index is not None:
        field = f".{finding.field}" if finding.field else ""
        # Probes are named from the top of their file, and so is all there is to say of them.
        name = field[1:] if field.startswith(".probes[") else f"[{finding.index}]{field}"
        location["logicalLocations"] = [{"fullyQualifiedName": name}]
    return location


def _uri(file: Path) -> str:
    """The path as a URI, relative as it was given, whatever bytes are in it."""
    if file.is_absolute():
        return file.as_uri()
    return quote(os.fsencode(file.as_posix()), safe="/")
