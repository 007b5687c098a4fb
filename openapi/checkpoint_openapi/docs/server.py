"""The live preview server: the page at `/`, its parts under `/_preview/`, a mock everywhere else."""

from __future__ import annotations

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from checkpoint_openapi.docs.examples.checks import UnusableSchemaError
from checkpoint_openapi.docs.mock.answers import REASON, Answer
from checkpoint_openapi.docs.mock.server import Request
from checkpoint_openapi.docs.page import ASSETS, asset, render_page
from checkpoint_openapi.docs.preview import Preview
from checkpoint_openapi.document.source import DocumentError

__all__ = ["PreviewServer"]

_OWN = "/_preview/"
_LARGEST = 1 << 20
"""The largest request body, in bytes."""
_HEARTBEAT = 10.0
"""Seconds after which a silent stream sends a heartbeat, which also detects that its client has gone."""
_LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


class PreviewServer(ThreadingHTTPServer):
    """Serves one preview on the loopback interface, with one thread per connection."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, preview: Preview, port: int) -> None:
        """Listen on a port, or on any free one for 0; raises `OSError` if it is taken."""
        self.preview = preview
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.server_port}/"

    def end(self) -> None:
        """Close the preview and stop serving; returns once the port is free."""
        self.preview.close()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a connection that its client closed; report every other error."""
        import sys

        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "checkpoint-contract-preview"
    sys_version = ""
    # Head and body of a response are two writes; the second would wait for the first one's acknowledgement.
    disable_nagle_algorithm = True

    @property
    def _preview(self) -> Preview:
        assert isinstance(self.server, PreviewServer)
        return self.server.preview

    def __getattr__(self, name: str) -> Any:
        """Handle every method, since a document may define any."""
        if name.startswith("do_"):
            return self._respond
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Log nothing: a designer looks at the page."""

    def _respond(self) -> None:
        path = urlsplit(self.path).path
        self._unread = self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers
        host = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host")
        if host not in _LOOPBACK:
            # A page of another site could reach the preview through a name that resolves to this machine.
            self._send(_text(HTTPStatus.FORBIDDEN, "The preview responds only at its loopback address."))
        elif self.command in ("GET", "HEAD") and path == "/":
            self._send(self._page())
        elif self.command in ("GET", "HEAD") and path == f"{_OWN}events":
            self._stream()
        elif path.startswith(_OWN):
            self._send(_part(path.removeprefix(_OWN)))
        else:
            self._send(self._mocked())

    def _page(self) -> Answer:
        build = self._preview.current
        return Answer(
            HTTPStatus.OK,
            {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"},
            render_page(build.content, build).encode(),
        )

    def _stream(self) -> None:
        """Send the number of each build as a server-sent event, the current one first."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        preview, sent = self._preview, 0
        while not self._preview.closed.is_set():
            number = preview.current.number
            self.wfile.write(
                b": here\n\n" if number == sent else f"event: build\ndata: {number}\n\n".encode()
            )
            self.wfile.flush()
            sent = number
            preview.wait(sent, _HEARTBEAT)

    def _mocked(self) -> Answer:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            return _text(HTTPStatus.LENGTH_REQUIRED, "The preview accepts a body only with its length.")
        if int(length) > _LARGEST:
            return _text(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than 1 MiB.")
        body = self.rfile.read(int(length))
        self._unread = False
        mock = self._preview.current.mock
        if mock is None:
            return _text(HTTPStatus.SERVICE_UNAVAILABLE, "There is no readable version of the document yet.")
        headers = {
            name.lower(): ("; " if name.lower() == "cookie" else ", ").join(self.headers.get_all(name, []))
            for name in self.headers
        }
        try:
            return mock.answer(Request(self.command, self.path, headers, body))
        except (DocumentError, UnusableSchemaError) as error:
            return _text(HTTPStatus.NOT_IMPLEMENTED, str(error))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status >= HTTPStatus.OK and answer.status not in (
            HTTPStatus.NO_CONTENT,
            HTTPStatus.NOT_MODIFIED,
        ):
            self.send_header("Content-Length", str(len(answer.body)))
        if self._unread:
            # The rest of the request would be read as the next one.
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


def _part(name: str) -> Answer:
    if name not in ASSETS:
        return _text(HTTPStatus.NOT_FOUND, f"The preview has no page {name}.")
    headers = {"Content-Type": f"{ASSETS[name][1]}; charset=utf-8", "Cache-Control": "max-age=3600"}
    return Answer(HTTPStatus.OK, headers, asset(name).encode())


def _text(status: HTTPStatus, reason: str) -> Answer:
    """Return a response from the preview itself."""
    line = reason.encode("ascii", "replace").decode().replace("\n", " ")
    headers = {"Content-Type": "application/json", REASON: line[:1000]}
    return Answer(status, headers, json.dumps({"preview": reason}).encode())
