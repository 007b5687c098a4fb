"""Checks for every response, whatever the request: bytes (HTTP-2), disclosure (HTTP-5), error form (ERR)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from checkpoint_openapi.document.formats.strict_json import StrictJsonError
from checkpoint_openapi.load import ErrorCatalogue

from checkpoint_conformance.checks.shown import shown
from checkpoint_conformance.data import as_object
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.transport.exchange import Exchange, Framing, Response
from checkpoint_conformance.verdict.finding import Finding
from checkpoint_conformance.verdict.symptom import Symptom

__all__ = ["allow", "body_bytes", "condition_code", "disclosure", "error_code", "error_shape"]

_TOLERATED = 415
"""The status that others may send for an invalid content type, with the code of an invalid request."""
_BODILESS = frozenset({204, 205, 304})
_MEDIA_TYPE = re.compile(r"\s*application/json\s*(;.*)?", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_TOKEN = r"[\w!#$%&'*+.^`|~-]{1,256}"
_PARAMETERS = re.compile(rf"(?:\s*;(?:\s*{_TOKEN}=(?:{_TOKEN}|\"[^\"]*\"))?)*\s*")

_TITLE = re.compile(r"<title>\s*([^<]{1,80}?)\s*</title>", re.IGNORECASE)
_SEARCHED = 1 << 16
"""Characters of a part of an error in which internals are looked for."""
_SHORT = 500
"""Characters of a part that is likely to come again."""

# Each repetition is bounded, so that the search takes time linear in the length of the response.
_DISCLOSURES = {
    (Symptom.DISCLOSES_TRACE, "a stack trace"): re.compile(
        r"Traceback \(most recent call last\)"
        r"|File \"[^\"]{1,300}\", line \d"
        r"|\bat [\w$.<>/]{1,200}\([\w$]{1,100}\.(?:java|kt|scala|groovy)(?::\d{1,9})?\)"
        r"|\bat (?:[\w$.<>\[\] ]{1,200} )?\(?(?:file:|node:|[A-Za-z]:\\|/)[^\s()]{1,300}:\d{1,9}:\d{1,9}\)?"
        r"|\bat [A-Z][\w.]{1,200}\.\w{1,100}\([^)]{0,300}\) in "
        r"|\bgoroutine \d{1,9} \[|panic: runtime error|thread '[^']{0,200}' panicked"
        r"|\b[\w./-]{1,120}\.(?:py|rb|php|go|rs|ts|js|java|kt|cs|cpp):\d{1,9}\b"
        r"|\.(?:php|cs|rb|pl):? (?:on |at )?line \d{1,9}"
    ),
    (Symptom.DISCLOSES_EXCEPTION, "the name of an exception"): re.compile(
        r"(?:^|[^\w.:\\])(?:[A-Za-z_]\w{0,60}(?:\.|::|\\{1,2})){1,12}[A-Z]\w{0,80}(?:Error|Exception)\b"
        r"|\b(?:[A-Z][a-z]{1,30}){2,8}Exception\b"
        r"|\bActiveRecord::\w{1,40}|\bActionController::\w{1,40}"
        r"|\b(?:KeyError|TypeError|ValueError|AttributeError|IndexError|NameError|RecursionError|JSONDecodeError"
        r"|UnicodeDecodeError|ZeroDivisionError|AssertionError|OperationalError|IntegrityError"
        r"|ProgrammingError|ReferenceError|SyntaxError|RangeError|URIError|NoMethodError)\b"
    ),
    (Symptom.DISCLOSES_EXCEPTION, "the text of an exception"): re.compile(
        r"Cannot read propert(?:y|ies) of|undefined method [`']|object has no attribute"
        r"|into Go (?:struct field|value)\b|'NoneType' object|of type 'NoneType'|\bnot NoneType\b"
        r"|unsupported operand type|list index out of range|index out of range \[\d"
        r"|referenced before assignment"
        r"|invalid memory address|\bentry in nil map|\bstrconv\.\w{1,30}: |\bdial tcp \S"
        r"|\bE(?:CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|AI_AGAIN)\b|Max retries exceeded with url"
        r"|Cannot destructure property|undefined is not (?:a function|an object|iterable)"
        r"|undefined local variable or method"
        r"|Object reference not set to an instance|Sequence contains no elements"
        r"|Value cannot be null\. \(Parameter|could not be converted to \w{1,60}\.\w"
        r"|Undefined (?:index|array key|offset)\b|Call to a member function|Trying to access array offset"
        r"|\bexpects parameter \d|Cannot deserialize (?:value|instance) of|\[Source: \("
        r"|<(?:function )?[\w.]{1,200} (?:object )?at 0x[0-9a-f]|ErrorDetail\(string=|\bInvalid `prisma\."
        r"|\b(?:Sequelize|Prisma|Mongo)\w{0,60}Error\b|\bCastError\b|\*\* \(\w{1,60}Error\)"
    ),
    (Symptom.DISCLOSES_PATH, "a file path"): re.compile(
        r"(?<![\w:/.])/(?:usr|home|var|opt|srv|etc|tmp|root|mnt|proc|Users)/[\w.@+-]{1,200}"
        r"|(?<![\w:/.])(?:/[\w.@+-]{1,64}){1,20}\.(?:py|rb|php|go|rs|js|java|jar|class|so|conf|ini|ya?ml|sqlite3?"
        r"|db|log)\b"
        r"|\b[A-Za-z]:\\(?:\\)?[\w. -]{1,100}\\|\b(?:site|dist)-packages\b|\bnode_modules/"
    ),
    (Symptom.DISCLOSES_SQL, "SQL"): re.compile(
        r"\bSELECT\b.{1,300}?\bFROM\b|\bINSERT INTO\b|\bUPDATE\b.{1,100}?\bSET\b|\bDELETE FROM\b"
        r"|\b[Ss]elect [\w*,.\" `()]{1,200} from [\w.\"`]{1,80} (?:where|join|limit|order)\b"
        r"|\bsqlite3?[.:]|\bpsycopg\d?\b|\bsqlalchemy\b|\bSQLSTATE\b|\bORA-\d{5}\b|\bpymysql\b|\basyncpg\b"
        r"|\bsql: (?:no rows|database|connection|statement|transaction|Scan error)\b"
        r"|\bSQL(?:ite|Alchemy)?(?:Syntax)?(?:Error|Exception)\b"
        r"|near \"[^\"]{1,200}\": syntax error|syntax error at or near|error in your SQL syntax"
        r"|\b(?:UNIQUE|FOREIGN KEY|NOT NULL|CHECK) constraint failed"
        r"|violates \w{1,40}(?:[- ]\w{1,40}){0,4} constraint"
        r"|no such (?:table|column):|\brelation \"[^\"]{1,200}\" does not exist|duplicate key value violates",
        re.DOTALL,
    ),
    (Symptom.DISCLOSES_SQL, "the message of a database"): re.compile(
        r"Duplicate entry '|for column '[^']{1,100}' at row \d|\bTable '[^']{1,100}' doesn't exist"
        r"|Unknown column '|Deadlock found when trying|Lock wait timeout exceeded|could not serialize access"
        r"|current transaction is aborted|invalid input syntax for type \w|invalid input value for enum"
        r"|value too long for type|operator does not exist: |string literal cannot contain NUL"
        r"|could not execute (?:statement|query)|\bE11000 duplicate key|\bQueuePool limit of size"
        r"|\bdatabase (?:table |schema )?is locked\b|\bSQLITE_[A-Z]{2,20}\b"
        r"|\bER_(?:DUP_ENTRY|LOCK_DEADLOCK|DATA_TOO_LONG)\b"
        r"|\b(?:jdbc:\w{1,30}|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqp)://"
    ),
}
_ERROR_MEMBERS = {
    "error_code": (Symptom.ERROR_CODE_MISSING, Symptom.ERROR_CODE_INVALID),
    "error_msg": (Symptom.ERROR_MSG_MISSING, Symptom.ERROR_MSG_INVALID),
}
"""The symptoms of a missing member, and of one that is not a non-empty string."""


def allow(exchange: Exchange) -> Iterator[Finding]:
    """HTTP-4: a 405 lists the allowed methods (RFC 9110, 15.5.6), including POST."""
    assert exchange.response is not None
    values = exchange.response.values("Allow")
    methods = [method.strip() for value in values for method in value.split(",")]
    if "POST" not in methods:
        actual = f"Allow: {', '.join(values)}" if values else "no Allow"
        yield Finding.of_answer(
            exchange, "HTTP-4", Symptom.ALLOW_WITHOUT_POST, "an Allow that names POST", actual
        )


def body_bytes(exchange: Exchange) -> Iterator[Finding]:
    """HTTP-2: the body is strict JSON in UTF-8 with type `application/json`, and nothing follows it."""
    response, fault = exchange.response, exchange.fault
    assert response is not None
    # A server that does not read chunks takes them for the next request, and answers that too.
    if fault and exchange.request.framing is not Framing.CHUNKED:
        taker = "HTTP-4" if exchange.request.method == "HEAD" else "HTTP-2"  # no body of HEAD has an end
        expected = "nothing after the announced end"
        yield Finding.of_answer(exchange, taker, Symptom.SURPLUS, expected, fault.detail)
        return
    if response.status in _BODILESS or 300 <= response.status < 400 or exchange.request.method == "HEAD":
        return
    codings = [
        coding for coding in response.values("Content-Encoding") if coding.strip().lower() != "identity"
    ]
    if codings:
        expected = "no Content-Encoding, since the request accepts `identity` only (RFC 9110, section 12.5.3)"
        yield Finding.of_answer(exchange, "HTTP-2", Symptom.CONTENT_ENCODING, expected, ", ".join(codings))
        return
    problem = _content_type_problem(response)
    if problem:
        expected, actual = (
            "exactly one `Content-Type` field: application/json",
            _with_excerpt(problem, response),
        )
        yield Finding.of_answer(exchange, "HTTP-2", Symptom.CONTENT_TYPE, expected, actual)
        return
    try:
        _ = response.value
    except StrictJsonError as error:
        expected = "a body of strict JSON in UTF-8 (RFC 8259)"
        yield Finding.of_answer(exchange, "HTTP-2", Symptom.NOT_STRICT_JSON, expected, f"a body, but {error}")


def disclosure(exchange: Exchange, secrets: Secrets) -> Iterator[Finding]:
    """HTTP-5: no error discloses a stack trace, file path, SQL or token in its body or headers.

    Traces, paths and SQL are looked for in the first 64 KiB of the body and of each header, tokens in all.
    """
    response = exchange.response
    if response is None or response.status < 400:
        return
    body = response.body.decode("utf-8", "replace")
    parts = [*(f"{name}: {value}" for name, value in response.headers), _unescaped(body)]
    internals = [found for part in parts if (found := _internals(part))]
    for symptom, what in _DISCLOSURES if internals else ():
        texts = [found[symptom, what] for found in internals if (symptom, what) in found]
        disclosed = next((text for text in texts if not _sent_by_us(text, exchange)), None)
        if disclosed:
            actual = f"{what}: {disclosed[:120]!r}"
            yield Finding.of_answer(
                exchange, "HTTP-5", symptom, "an error that discloses no internal details", actual
            )
            return
    text = "\n".join(parts)
    secret = secrets.found_in(text, sent=exchange.request.header("X-Auth-Token"))
    if secret:
        yield Finding.of_answer(
            exchange,
            "HTTP-5",
            Symptom.DISCLOSES_TOKEN,
            "an error that discloses no internal details",
            f"it shows {secret}",
        )


def error_shape(exchange: Exchange) -> Iterator[Finding]:
    """ERR-1: `error_code` and `error_msg` are non-empty strings; an optional `request_id` is a string."""
    assert exchange.response is not None
    body = exchange.response.value
    expected = 'an object with non-empty strings "error_code" and "error_msg"'
    error = as_object(body)
    if error is None:
        yield Finding.of_answer(exchange, "ERR-1", Symptom.ERROR_IS_NO_OBJECT, expected, shown(body))
        return
    for name, (missing, invalid) in _ERROR_MEMBERS.items():
        if name not in error:
            yield Finding.of_answer(exchange, "ERR-1", missing, expected, f"no member {name}")
        elif not isinstance(error[name], str) or not error[name].strip():
            actual = f"the member {name} is {shown(error[name])}"
            yield Finding.of_answer(exchange, "ERR-1", invalid, expected, actual)
    if not isinstance(error.get("request_id", ""), str | None):
        actual = f"the member request_id is {shown(error['request_id'])}"
        yield Finding.of_answer(exchange, "ERR-1", Symptom.REQUEST_ID_INVALID, expected, actual)


def error_code(exchange: Exchange, errors: ErrorCatalogue) -> Iterator[Finding]:
    """ERR-2: (status, code) is a published pair, or the code belongs to a gateway."""
    assert exchange.response is not None
    status, code = exchange.response.status, exchange.response.value["error_code"]
    if (status, code) in errors.published or re.fullmatch(errors.gateway_pattern, code):
        return
    if status == _TOLERATED and code == errors.conditions["invalid-request"].code:
        return
    published = sorted(known for at, known in errors.published if at == status)
    yield Finding.of_answer(
        exchange,
        "ERR-2",
        Symptom.PAIR_NOT_PUBLISHED,
        f"a code published for {status} ({', '.join(published) or 'none'}), or a gateway's",
        f"the code {code} with {status}",
    )


def condition_code(
    exchange: Exchange, conditions: tuple[str, ...], errors: ErrorCatalogue
) -> Iterator[Finding]:
    """ERR-3: the condition gets its own code, or a gateway code that stands for no other condition."""
    assert exchange.response is not None
    status, code = exchange.response.status, exchange.response.value["error_code"]
    wanted = {errors.conditions[name].code for name in conditions if errors.conditions[name].status == status}
    if not wanted or code in wanted:
        return
    gateway = re.compile(errors.gateway_pattern)
    elsewhere = {condition.code for condition in errors.conditions.values()}
    if (
        code not in elsewhere
        and any(gateway.fullmatch(known) for known in wanted)
        and gateway.fullmatch(code)
    ):
        return
    yield Finding.of_answer(
        exchange,
        "ERR-3",
        Symptom.CODE_OF_ANOTHER_CONDITION,
        f"{status} {' or '.join(sorted(wanted))}",
        f"{status} {code}",
    )


def _content_type_problem(response: Response) -> str | None:
    values = response.values("content-type")
    if len(values) != 1:
        return "no Content-Type" if not values else f"{len(values)} Content-Type fields: {', '.join(values)}"
    match = _MEDIA_TYPE.fullmatch(values[0])
    if not match or not _PARAMETERS.fullmatch(match.group(1) or ""):
        return f"Content-Type: {values[0]}"
    charset = _CHARSET.search(values[0])
    if charset and charset.group(1).lower() not in ("utf-8", "utf8"):
        return f"Content-Type: {values[0]}"
    return None


def _with_excerpt(problem: str, response: Response) -> str:
    """Add the title of a page, or the beginning of any other body: it often names who responds."""
    if not response.body:
        return f"{problem}, with no body at all"
    text = response.body.decode("utf-8", "replace")
    title = _TITLE.search(text, 0, _SEARCHED)
    if title:
        return f"{problem}, on a page titled {title[1]!r}"
    return f"{problem}, with a body that begins {text[:60]!r}"


def _internals(text: str) -> dict[tuple[Symptom, str], str]:
    """Return the first text of each kind of internals. Servers repeat short texts: each is searched once."""
    return _searched_once(text) if len(text) <= _SHORT else _searched(text)


def _searched(text: str) -> dict[tuple[Symptom, str], str]:
    matches = {kind: pattern.search(text, 0, _SEARCHED) for kind, pattern in _DISCLOSURES.items()}
    return {kind: match.group() for kind, match in matches.items() if match}


_searched_once = lru_cache(maxsize=1024)(_searched)


def _unescaped(body: str) -> str:
    """Return the body with JSON escapes undone, as a person would read it, if it is JSON."""
    return body.replace("\\n", "\n").replace('\\"', '"').replace("\\/", "/")


def _sent_by_us(text: str, exchange: Exchange) -> bool:
    """Return whether the text merely echoes the request, so that it discloses nothing internal."""
    request = exchange.request
    return text.strip() in request.path or text.strip().encode() in request.body
