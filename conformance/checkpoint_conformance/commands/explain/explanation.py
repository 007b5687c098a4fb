"""Short explanations of requirements, errors, rules and verdict words, as printed by `explain`."""

from __future__ import annotations

import re

from checkpoint_openapi.load import Condition, Requirement, document, errors, requirements
from checkpoint_openapi.suggestion import nearest

from checkpoint_conformance.language import retold, tr
from checkpoint_conformance.verdict.outcome import OUTCOMES, REASONS, VERDICTS, Verdict, exit_code

__all__ = ["UnknownCodeError", "explain_code", "explanation", "known_codes"]

_BASIS = {
    "S": "the source documentation requires it",
    "P": "another published page or a real client requires it",
    "A": "an assumption of this project",
}
_ERROR = re.compile(r"(?:([1-5][0-9]{2})\s+)?([A-Za-z]+\.[0-9]{4})")
_WORDS = {str(name): text for name, text in (*VERDICTS.items(), *REASONS.items(), *OUTCOMES.items())}
"""The meaning of each word; a word that names both a verdict and an outcome means the outcome."""


class UnknownCodeError(Exception):
    """The name is unknown; the message suggests a similar one."""


def explain_code(code: str) -> str:
    """Explain a requirement id, a probe, an error with or without its status, a rule or a verdict word.

    Raises UnknownCodeError if the name is unknown.
    """
    known = {requirement.id: requirement for requirement in requirements()}
    if code.upper() in known:
        return explanation(known[code.upper()])
    if match := _ERROR.fullmatch(code):
        found = _error(int(match[1]) if match[1] else None, match[2])
        if found:
            return found
    if told := _probe(code):
        return told
    for find in (_word, _lint_rule, _diff_rule):
        if found := find(code.lower()):
            return found
    raise UnknownCodeError(_near(code))


def explanation(requirement: Requirement) -> str:
    """Return a few lines: what is required, how binding it is, why, and where it is specified."""
    basis = tr("; ").join(tr(_BASIS[label]) for label in requirement.basis)
    lines = [
        tr(
            "{id} ({level}, profile {profile}, since {since})",
            id=requirement.id,
            level=requirement.level,
            profile=requirement.profile_names,
            since=requirement.since,
        ),
        f"  {tr(requirement.text)}",
        "  " + tr("Clause: {clause}", clause=requirement.clause),
        "  " + tr("Basis: {basis}", basis=basis),
    ]
    if requirement.needs:
        needs = (
            "Needs the target's fixture `{fixture}`; without it the verdict is partial"
            if requirement.level == "MUST"
            else "Needs the target's fixture `{fixture}`; without it this is skipped"
        )
        lines.append("  " + tr(needs, fixture=requirement.needs))
    if requirement.status != "active":
        lines.append("  " + tr("Status: {status}", status=requirement.status))
    if requirement.not_tested:
        lines.append("  " + tr("Not tested: {reason}", reason=requirement.not_tested))
    return "\n".join(lines)


def _error(status: int | None, code: str) -> str:
    """Explain each matching pair of status and code, whatever the status if None; empty if there is none."""
    catalogue, spelled = errors(), code.casefold()
    lines = [
        _labelled(f"{entry['status']} {entry['code']}", tr(entry["meaning"]))
        for entry in document("errors.yaml")["published"]
        if entry["code"].casefold() == spelled and status in (None, entry["status"])
    ]
    for condition in catalogue.conditions.values():
        if condition.code.casefold() == spelled and status in (None, condition.status):
            lines.append(_condition(condition))
    if not lines and re.fullmatch(catalogue.gateway_pattern, code.upper()):
        told = "{code}: a code of the API gateway in front of the service, under any status."
        lines.append(tr(told, code=code.upper()))
    return "\n".join(lines)


def _condition(condition: Condition) -> str:
    operations = tr(", ").join(condition.operations)
    answer, basis = f"{condition.status} {condition.code}", tr(_BASIS[condition.label])
    told = tr("{answer} from {names}; {basis}", answer=answer, names=operations, basis=basis)
    return f"  {_labelled(condition.id, tr(condition.text))}\n    {told}"


def _labelled(label: str, text: str) -> str:
    return f"{label}{tr(': ')}{text}"


def _probe(name: str) -> str:
    from checkpoint_conformance.commands.explain.probe_names import spelled, summary_of

    probe = spelled(name)
    summary = summary_of(probe)
    if not summary:
        return ""
    told = tr("{name}, a probe: {summary}", name=tr(probe), summary=retold(summary))
    known = {requirement.id: requirement for requirement in requirements()}
    group = probe.partition("/")[0]
    return f"{told}\n{explanation(known[group])}" if group in known else told


def _word(name: str) -> str:
    if name not in _WORDS:
        return ""
    meaning = _labelled(tr(name), tr(_WORDS[name]))
    if name in OUTCOMES or name in REASONS:
        return meaning
    return f"{meaning}{tr(' ')}{tr('Exit code {code}.', code=int(exit_code(Verdict(name))))}"


def _lint_rule(name: str) -> str:
    from checkpoint_openapi.lint import FOLDER_RULES, RULES

    found = next((rule for rule in (*RULES, *FOLDER_RULES) if rule.id == name), None)
    if found is None:
        return ""
    told = "{id} ({severity}, a rule of `lint`): it finds {what}."
    return tr(told, id=name, severity=found.severity.name.lower(), what=tr(found.about))


def _diff_rule(name: str) -> str:
    from checkpoint_openapi.diff.findings.rules import RULES, Side

    rule = RULES.get(name)
    if rule is None:
        return ""
    about = "{id} ({severity}, a rule of `diff`): {what}"
    told = tr(about, id=name, severity=rule.severity.name.lower(), what=retold(rule.summary))
    severity = rule.of(Side.IMPLEMENTERS, event=False).value
    return f"{told}{tr(' ')}{tr('For implementers: {severity}.', severity=severity)}"


def known_codes() -> list[str]:
    """Return every name that `explain_code` knows: requirements, errors, verdict words, rules."""
    from checkpoint_openapi.diff.findings.rules import RULES as DIFF
    from checkpoint_openapi.lint import FOLDER_RULES
    from checkpoint_openapi.lint import RULES as LINT

    ids = [requirement.id for requirement in requirements()]
    codes = sorted({pair[1] for pair in errors().published})
    return [*ids, *codes, *_WORDS, *(rule.id for rule in (*LINT, *FOLDER_RULES)), *DIFF]


def _near(code: str) -> str:
    """Suggest the closest known name."""
    near = nearest(code, known_codes())
    hint = f"Did you mean {near}?" if near else "`checkpoint-contract list` shows the requirements."
    return f"unknown name {code!r}. {hint}"
