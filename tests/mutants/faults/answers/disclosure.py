"""Mutants of HTTP-5: errors that disclose too much."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from ...framework.mutant import REFUSALS, condition_name, register
from ...service.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.refusals import Condition
    from ...service.wire import Request, Response

_PYTHON = """Traceback (most recent call last):
  File "/opt/csbs/api/handlers.py", line 88, in create
    plan = body["checkpoint"]["plan_id"]
KeyError: 'plan_id'"""
_JAVA = """java.lang.NullPointerException: plan
\tat com.huawei.csbs.api.CheckpointController.create(CheckpointController.java:88)
\tat org.springframework.web.servlet.FrameworkServlet.service(FrameworkServlet.java:897)"""
_GO = """panic: runtime error: invalid memory address or nil pointer dereference
goroutine 34 [running]:
main.(*Server).create(0xc0000b2000)
\t/go/src/csbs/server.go:88 +0x1d"""
_NODE = """TypeError: Cannot read properties of undefined (reading 'plan_id')
    at create (/usr/src/app/checkpoints.js:88:17)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"""
_DOTNET = """System.NullReferenceException: Object reference not set to an instance of an object.
   at Csbs.Api.CheckpointController.Create(Request r) in C:\\build\\Csbs\\CheckpointController.cs:line 88"""
_PHP = "PHP Fatal error: Uncaught TypeError in /var/www/html/checkpoint.php:88\nStack trace:\n#0 {main}"
_RUBY = "checkpoints_controller.rb:88:in `create': undefined method `[]' for nil:NilClass (NoMethodError)"
_RUST = "thread 'main' panicked at 'called `Option::unwrap()` on a `None` value', src/checkpoint.rs:88:17"
_SQL = "SELECT id FROM policies WHERE id = 'x' AND project_id = 'b942cc83'"


def _discloses(
    name: str,
    fault: str,
    text: Callable[[Request], str],
    conditions: str = "",
    place: str = "error_msg",
    **options: Any,
) -> None:
    """Register a server that adds `text` at `place` to the errors of `conditions` (default: all)."""

    def refused(self: Server, request: Request, condition: Condition) -> Response:
        response = Server.refused(self, request, condition)
        if conditions and condition_name(condition) not in conditions.split():
            return response
        body = self.error_body(condition)
        if place == "header":
            response.header("X-Debug", text(request).replace("\n", " | ").replace("\t", " "))
        else:
            body[place] = f"{body[place]} {text(request)}" if place in body else text(request)
            response.body = self.encode(body)
        return response

    options = {"shows": REFUSALS, **options}
    register(name, "HTTP-5", fault, type(name, (Server,), {"refused": refused, "__doc__": fault}), **options)


def _token(request: Request) -> str:
    return f"token {request.header('x-auth-token')} is not valid for this"


def _writing(write: Callable[[str], str]) -> Callable[[Request], str]:
    return lambda request: f"sent {write(request.header('x-auth-token') or '')}"


def _in_base64(token: str) -> str:
    return b64encode(token.encode()).decode()


def _in_hexadecimal(token: str) -> str:
    return token.encode().hex()


def _percent_encoded(token: str) -> str:
    return "".join(f"%{octet:02x}" for octet in token.encode())


def _says(text: str) -> Callable[[Request], str]:
    return lambda _: text


for _name, _fault, _text in (
    ("python-traceback", "Errors hold a traceback of Python.", _PYTHON),
    ("java-stack-trace", "Errors hold a stack trace of Java.", _JAVA),
    ("go-panic", "Errors hold a panic of Go.", _GO),
    ("node-stack", "Errors hold a stack of Node.", _NODE),
    ("dotnet-stack-trace", "Errors hold a stack trace of .NET.", _DOTNET),
    ("php-fatal-error", "Errors hold a fatal error of PHP.", _PHP),
    ("ruby-backtrace", "Errors hold a line of Ruby's backtrace.", _RUBY),
    ("rust-panic", "Errors hold a panic of Rust.", _RUST),
    ("unix-path", "Errors name a file of the server.", "in /usr/lib/python3.11/site-packages/csbs/api.py"),
    (
        "windows-path",
        "Errors name a file of the server, on Windows.",
        r"in D:\csbs\service\handlers\checkpoint.dll",
    ),
    ("configuration-path", "Errors name the configuration.", "cannot read /etc/csbs/csbs.conf"),
    ("sql-select", "Errors hold the query.", _SQL),
    (
        "sql-insert",
        "Errors hold the statement that failed.",
        "INSERT INTO checkpoints (id, plan_id) VALUES (1, 'x')",
    ),
    (
        "sql-error",
        "Errors hold the message of the database.",
        'psycopg2.errors.UndefinedTable: relation "policies" does not exist',
    ),
    ("go-sql-error", "Errors hold the message of Go's database package.", "sql: no rows in result set"),
    (
        "go-decoding-error",
        "Errors hold the message of Go's decoder.",
        "json: cannot unmarshal string into Go struct field Parameters.auto_trigger of type bool",
    ),
    (
        "dotnet-exception",
        "Errors hold the name of an exception of .NET.",
        "System.Text.Json.JsonException: The JSON value could not be converted to System.Boolean.",
    ),
    (
        "rails-exception",
        "Errors hold the name of an exception of Rails.",
        "ActiveRecord::RecordNotFound: Couldn't find Policy",
    ),
    (
        "laravel-exception",
        "Errors hold the name of an exception of Laravel.",
        "Illuminate\\Database\\Eloquent\\ModelNotFoundException: No query results",
    ),
    (
        "javascript-error",
        "Errors hold the name of an error of JavaScript.",
        "SyntaxError: Unexpected token } in JSON at position 12",
    ),
    (
        "spring-exception",
        "Errors hold the name of an exception of Spring, without its package.",
        "nested exception is HttpMessageNotReadableException",
    ),
    (
        "mysql-error",
        "Errors hold MySQL's message.",
        "You have an error in your SQL syntax; check the manual near ''x''' at line 1",
    ),
    (
        "mysql-column",
        "Errors hold what MySQL says of a value that does not fit.",
        "Data too long for column 'resource_id' at row 1",
    ),
    (
        "postgresql-conversion",
        "Errors hold what PostgreSQL says of a value that it cannot read.",
        'invalid input syntax for type uuid: "x"',
    ),
    ("database-address", "Errors hold where the database is.", "no connection to jdbc:postgresql://db/csbs"),
    (
        "python-none",
        "Errors hold the text of an exception of Python.",
        "'NoneType' object is not subscriptable",
    ),
    ("python-repr", "Errors hold an object as Python shows it.", "<csbs.Policy object at 0x7f3a2b1c4d90>"),
    (
        "dotnet-null-reference",
        "Errors hold the text of an exception of .NET.",
        "Object reference not set to an instance of an object.",
    ),
    ("php-warning", "Errors hold a warning of PHP.", 'Undefined array key "checkpoint"'),
    (
        "java-decoding-error",
        "Errors hold the text of Java's decoder.",
        "Cannot deserialize value of type `int`",
    ),
    ("node-connection", "Errors hold what Node says of a connection.", "connect ECONNREFUSED 10.0.3.7:5432"),
    (
        "go-connection",
        "Errors hold what Go says of a connection.",
        "dial tcp 10.0.3.7:5432: connect: refused",
    ),
    ("ruby-nil", "Errors hold the text of an exception of Ruby.", "undefined method 'fetch' for nil"),
):
    _discloses(_name, _fault, _says(_text))
for _name, _fault, _text, _conditions in (
    (
        "traceback-for-invalid-body",
        "Only the error for an invalid body holds a traceback.",
        _PYTHON,
        "invalid-request",
    ),
    (
        "sql-for-unknown-policy",
        "Only the error for an unknown policy holds the query.",
        _SQL,
        "policy-not-found",
    ),
    (
        "path-without-route",
        "Only the router's 404 names the file that was looked for.",
        "no file /srv/www/v1/x.json",
        "no-route",
    ),
    ("java-for-other-method", "Only the 405 holds a stack trace.", _JAVA, "method-not-allowed"),
    (
        "path-for-large-body",
        "Only the 413 names the spool file.",
        "spooled to /var/spool/csbs/body-88",
        "too-large",
    ),
    (
        "go-for-unknown-provider",
        "Only the error for another provider holds a panic.",
        _GO,
        "unknown-provider",
    ),
    (
        "sql-for-outside-resource",
        "Only the error for a resource outside holds the query.",
        _SQL,
        "resource-not-in-policy",
    ),
    ("node-for-bad-token", "Only the 401 holds a stack.", _NODE, "unauthenticated"),
    ("python-for-missing-permission", "Only the 403 holds a traceback.", _PYTHON, "forbidden"),
):
    _discloses(_name, _fault, _says(_text), _conditions)
_discloses("token-echoed", "Errors repeat the token.", _token)
_discloses("bad-token-echoed", "A 401 repeats the token that was sent.", _token, "unauthenticated")
_discloses("forbidden-token-echoed", "A 403 repeats the token.", _token, "forbidden")
_discloses(
    "token-echoed-for-invalid-body",
    "An error for an invalid body repeats the token.",
    _token,
    "invalid-request",
)
_discloses(
    "token-in-member",
    "A further member of errors repeats the headers of the request.",
    _token,
    place="request",
)
_discloses("stack-in-member", "A further member of errors holds a stack trace.", _says(_JAVA), place="stack")
for _name, _fault, _write in (
    ("token-in-base64", "Errors hold the token in Base64.", _in_base64),
    ("token-percent-encoded", "Errors hold the token percent-encoded.", _percent_encoded),
    (
        "token-in-hexadecimal",
        "Errors hold the token in hexadecimal digits.",
        _in_hexadecimal,
    ),
):
    _discloses(_name, _fault, _writing(_write))
_discloses("token-in-header", "A header of errors repeats the token.", _token, place="header")
_discloses("traceback-in-header", "A header of errors holds a traceback.", _says(_PYTHON), place="header")
_discloses("sql-in-code-member", "A further member of errors holds the query.", _says(_SQL), place="detail")
