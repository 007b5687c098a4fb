"""JUnit: one test case per requirement, in the form that common readers count correctly.

They know passed, failed, errored and skipped. An undecided MUST is an error, because readers would count
anything else as passed, or overlook it.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as Xml

from checkpoint_conformance.reports.writers.text import (
    by_number,
    in_short,
    message,
    printable,
    repetition,
    sightings,
    subject,
)

__all__ = ["junit"]


def junit(report: dict[str, Any]) -> str:
    """Return the XML: one suite per profile, and one for the waivers if there are any."""
    header = report["header"]
    root = Xml.Element("testsuites", name=f"checkpoint contract {header['contract']['version']}")
    profiles = dict.fromkeys(item["profile"] for item in report["requirements"])
    for profile in profiles:
        suite = _suite(root, f"{subject(report)}: {profile}", report)
        for requirement in report["requirements"]:
            if requirement["profile"] == profile:
                _case(suite, requirement, report)
    if report["waivers"]:
        suite = _suite(root, f"{subject(report)}: waivers", report)
        for waiver in report["waivers"]:
            _waiver(suite, waiver)
    for suite in root:
        _count(suite, [suite])
    _count(root, list(root))
    root.set("time", f"{report['footer']['elapsed']:.3f}")
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


def _suite(root: Xml.Element, name: str, report: dict[str, Any]) -> Xml.Element:
    header = report["header"]
    started = header["started"].removesuffix("+00:00")
    suite = Xml.SubElement(root, "testsuite", name=printable(name), timestamp=started)
    properties = Xml.SubElement(suite, "properties")
    for key, value in {
        "verdict": report["verdict"],
        "contract": header["contract"]["version"],
        "contract.sha256": header["contract"]["sha256"],
        "suite": header["suite"],
        "target": header["target"]["url"],
    }.items():
        Xml.SubElement(properties, "property", name=key, value=printable(value))
    return suite


def _case(suite: Xml.Element, requirement: dict[str, Any], report: dict[str, Any]) -> None:
    outcome, level = requirement["outcome"], requirement["level"]
    case = Xml.SubElement(
        suite,
        "testcase",
        classname=f"checkpoint-contract.{requirement['profile']}",
        name=printable(f"{requirement['id']} {requirement['text']}"),
        time=f"{requirement.get('elapsed_ms', 0) / 1000:.3f}",
    )
    evidence = _evidence(requirement, report)
    if outcome == "fail":
        Xml.SubElement(case, "failure", type=level, message=in_short(requirement)).text = evidence
    elif outcome == "error" or (outcome == "inconclusive" and level == "MUST"):
        Xml.SubElement(case, "error", type=outcome, message=printable(requirement["detail"])).text = evidence
    elif outcome in ("skip", "inconclusive"):
        reason = requirement["reason"] or outcome
        Xml.SubElement(case, "skipped", type=reason, message=printable(f"{reason}: {requirement['detail']}"))
    elif outcome == "warn":
        Xml.SubElement(case, "system-out").text = evidence


def _waiver(suite: Xml.Element, waiver: dict[str, Any]) -> None:
    where = f"{waiver['requirement']} {waiver['probe'] or ''}".strip()
    case = Xml.SubElement(
        suite, "testcase", classname="checkpoint-contract.waivers", name=printable(where), time="0"
    )
    text = f"{waiver['state']}: {waiver['reason']} ({waiver['link']}, until {waiver['expires']})"
    if waiver["state"] in ("stale", "expired"):
        Xml.SubElement(case, "failure", type=waiver["state"], message=printable(text))
    else:
        Xml.SubElement(case, "skipped", type=waiver["state"], message=printable(text))


def _evidence(requirement: dict[str, Any], report: dict[str, Any]) -> str:
    exchanges = by_number(report)
    lines = [f"Clause: {requirement['clause']}", *filter(None, [requirement["detail"]])]
    for finding in requirement["findings"]:
        seen = sightings(finding)
        lines += [
            "",
            f"Probe: {finding['probe']}{f' ({seen})' if seen else ''}",
            f"Expected: {finding['expected']}",
            f"Actual: {finding['actual']}",
        ]
        for number in finding["exchanges"][-1:]:
            exchange = exchanges[number]
            lines.append(f"Repeat: {repetition(finding, exchanges)}")
            response = exchange["response"]
            if response:
                start = f"HTTP/{response['http_version']} {response['status']} {response['reason']}"
                lines += ["", message(start, response["headers"], response["body"])]
    return printable("\n".join(lines))


def _count(element: Xml.Element, suites: list[Xml.Element]) -> None:
    cases = [case for suite in suites for case in suite.iter("testcase")]
    element.set("tests", str(len(cases)))
    for attribute, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    element.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")
