"""An exchange is stored without its secrets, comes back as it was, and can be repeated with curl."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_conformance.reports.curl import curl_line
from checkpoint_conformance.reports.evidence import body_bytes, exchange_data, exchange_from, with_context
from checkpoint_conformance.reports.files import prepare, write_all
from checkpoint_conformance.reports.writers.junit import junit
from checkpoint_conformance.reports.writers.terminal import terminal
from checkpoint_conformance.reports.writers.text import repetition
from checkpoint_conformance.target.secrets import Secrets
from checkpoint_conformance.target.target import Target
from checkpoint_conformance.transport.endpoint import Endpoint
from checkpoint_conformance.transport.exchange import (
    Exchange,
    FaultKind,
    Framing,
    Request,
    Response,
    TransportFault,
)
from checkpoint_conformance.transport.socket_transport import SocketTransport

from conformance.runs import Broken, report

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "s3cret'to\"ken-0123456789"
TARGET = Target("http://127.0.0.1:1", "p", TOKEN, "plan", ("r",), expired_token="old-0123456789")
JSON = ("Content-Type", "application/json")
REQUESTS = {
    "plain": Request("POST", "/v1/a?b[c]=%zz&'d'", (JSON, ("X-Auth-Token", TOKEN)), b'{"it": "\'s"}\n'),
    "every-byte": Request("POST", "/v1/%2e%2e/../a", (JSON,), bytes(range(256))),
    "no-body": Request("POST", "/v1/a", (("Accept", "*/*"), JSON)),
    "get": Request("GET", "/v1/a", (("Accept", "*/*"), ("User-Agent", "x"))),
    "latin-1": Request("POST", "/v1/a", (("X-Odd", "caf\xe9 \xff"),), "\u20ac \u202e".encode()),
    "twice": Request("PUT", "/v1/a", (JSON, JSON), b"@file"),
    "chunked": Request("POST", "/v1/a", (JSON,), b"{}", Framing.CHUNKED),
    "other-token": Request("POST", "/v1/a", (("X-Auth-Token", "old-0123456789"),), b"x"),
}
EXCHANGES = {
    "answered": Exchange(
        REQUESTS["plain"], Response(200, (JSON, JSON), b'{"a": "\xc3\xa9"}', "OK"), None, 1.5, 0.25, 3, 7
    ),
    "not-utf-8": Exchange(
        REQUESTS["every-byte"], Response(400, (), b"\xff\x00\r\n", "", "1.0"), None, 1e9, 0.1, 1, 1
    ),
    "lost": Exchange(
        REQUESTS["get"], None, TransportFault(FaultKind.DROPPED, "closed", b"\xfe"), 1.7e9 + 1e-6, 0.0, 1, 1
    ),
}


@pytest.mark.parametrize("name", EXCHANGES)
def test_an_exchange_comes_back_as_it_was(name: str) -> None:
    """What a report keeps of an exchange is all of it, the secrets put back."""
    secrets = Secrets(TARGET)
    data = json.loads(json.dumps(exchange_data(EXCHANGES[name], TARGET.url, secrets)))
    assert TOKEN not in json.dumps(data)
    again = exchange_from(data, secrets)
    original = EXCHANGES[name]
    assert (again.request, again.response, again.fault) == (
        original.request,
        original.response,
        original.fault,
    )
    assert again.number == original.number
    assert again.started == pytest.approx(original.started, abs=1e-6)


def test_what_is_needed_to_repeat_an_exchange_comes_with_it() -> None:
    """The context is what came before on the connection and what was under way at once, nothing later."""

    def exchange(number: int, connection: int, started: float, elapsed: float = 0.5) -> Exchange:
        return Exchange(REQUESTS["get"], None, None, started, elapsed, connection, number)

    exchanges = [
        exchange(1, 1, 1),
        exchange(2, 1, 2),
        exchange(3, 1, 3),
        exchange(4, 2, 5, 2),
        exchange(5, 3, 6, 2),
        exchange(6, 4, 9),
    ]
    assert with_context([2], exchanges) == {1, 2}
    assert with_context([4], exchanges) == {4, 5}
    assert with_context([6], exchanges) == {6}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_curl_call_sends_the_bytes_that_the_suite_sent(name: str) -> None:
    """Pasted into a shell that knows the secrets, the call sends the same bytes; curl chooses its chunks."""
    request, secrets = REQUESTS[name], Secrets(TARGET)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        call = exchange_data(Exchange(request, None, None, 0, 0), url, secrets)["curl"]
        assert TOKEN not in call
        environment = {
            "PATH": "/usr/bin:/bin",
            "CSBS_TOKEN": TOKEN,
            "CSBS_EXPIRED_TOKEN": "old-0123456789",
        }
        by_curl = _received(
            server,
            lambda: subprocess.run(["sh", "-c", call], env=environment, check=False, capture_output=True),
        )
        with SocketTransport(Endpoint(url, proxy=""), 5).connect() as connection:
            by_us = _received(server, lambda: connection.exchange(request))
    assert _in_one_chunk(by_curl) == _in_one_chunk(by_us)


def _in_one_chunk(sent: bytes) -> tuple[bytes, bytes]:
    """Return the head of a request and its body, without the framing of its chunks."""
    head, _, body = sent.partition(b"\r\n\r\n")
    if b"chunked" in head:
        body = b"".join(re.findall(rb"[0-9a-f]+\r\n(.*?)\r\n", body, re.DOTALL))
    return head, body


def test_a_curl_call_without_its_secret_sends_nothing() -> None:
    """In a shell that does not know the secret, the call names the variable and connects to nobody."""
    request = Request("POST", "/", (("X-Auth-Token", "{{expired-token}}"),), b"x")
    call, environment = curl_line("http://127.0.0.1:1", request), {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", call], env=environment, check=False, capture_output=True, text=True)
    assert done.returncode not in (0, 7)  # curl's code for a refused connection
    assert "CSBS_EXPIRED_TOKEN" in done.stderr


def test_a_long_body_comes_from_a_file_of_the_report(tmp_path: Path) -> None:
    """The call is short, and in the folder of the report it sends the same bytes."""
    data = report(Broken)
    write_all(tmp_path, data)
    long = [each for each in data["exchanges"] if len(body_bytes(each["request"]["body"])) > 1000]
    assert long
    for each in long:
        name = f"bodies/{each['number']}"
        assert f"--data-binary @{name}" in each["curl"]
        assert (tmp_path / name).read_bytes() == body_bytes(each["request"]["body"])
    prepare(tmp_path)
    assert not (tmp_path / "bodies").exists()
    call = curl_line("http://h", Request("POST", "/", (), b"x" * 200_000), 7)
    assert "--data-binary @bodies/7" in call
    assert "200000 bytes" in call
    assert len(call) < 1000


def test_a_long_command_is_a_script_of_the_report(tmp_path: Path) -> None:
    """What is shown instead runs in the folder of the report, and sends the same bytes."""
    data = report(Broken)
    finding = next(each for item in data["requirements"] for each in item["findings"] if each["exchanges"])
    number = finding["exchanges"][-1]
    exchange = next(each for each in data["exchanges"] if each["number"] == number)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        request = Request("POST", "/v1/" + "x" * 2000, (("X-Auth-Token", "t" * 3000),), b"\xff" * 700)
        exchange["curl"] = curl_line(url, request, number)
        shown = repetition(finding, {number: exchange})
        assert shown.startswith(f"sh bodies/{number}.sh  # in the folder of the report")
        assert shown in terminal(data)
        assert shown in junit(data)
        write_all(tmp_path, data)
        by_script = _received(
            server,
            lambda: subprocess.run(["sh", "-c", shown], cwd=tmp_path, check=False, capture_output=True),
        )
        with SocketTransport(Endpoint(url, proxy=""), 5).connect() as connection:
            by_us = _received(server, lambda: connection.exchange(request))
    assert by_script == by_us
    prepare(tmp_path)
    assert not (tmp_path / "bodies").exists()


def test_a_secret_that_is_cut_off_is_known_by_its_beginning() -> None:
    """An excerpt that ends inside a token shows the token's name."""
    secrets = Secrets(TARGET)
    assert secrets.redact_excerpt(f"got 'xx{TOKEN[:-3]}...'").startswith("got 'xx{{token}}")


def _received(server: socket.socket, send: Any) -> bytes:
    """Return all that a client sends; it is answered once it pauses."""
    received = bytearray()

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(0.1)
            try:
                while data := connection.recv(65536):
                    received.extend(data)
            except TimeoutError:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    send()
    thread.join()
    return bytes(received)
