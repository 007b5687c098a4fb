"""Threads and sockets: one thread per connection, which handles its requests in turn."""

# ruff: noqa: ARG002 - the arguments of a step are for subclasses that override it

from __future__ import annotations

import abc
import itertools
import socket
import threading

from ..service.refusals import CONDITIONS, Condition
from ..service.wire import Connection, Malformed, Request, Response, compose

__all__ = ["Listener"]


class Listener(abc.ABC):
    """Accepts connections on a free loopback port, reads requests and sends responses."""

    largest_body = 512 * 1024
    """The largest accepted body in bytes; a larger one is read, discarded and refused."""
    version = "HTTP/1.1"
    """The HTTP version in the status line of a response."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self._numbers = itertools.count(1)
        self.crashes: list[BaseException] = []
        self._socket: socket.socket | None = None
        self.ended = False
        """Whether it refuses connections."""
        self._ending = threading.Lock()
        self._returning: threading.Timer | None = None
        self._threads: dict[threading.Thread, Connection] = {}
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    @property
    def authority(self) -> str:
        """The address and port; only the address if the server is not listening."""
        return "127.0.0.1" + (f":{self._socket.getsockname()[1]}" if self._socket else "")

    def start(self) -> None:
        """Listen on a free port and start accepting connections."""
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._acceptor.start()

    def stop(self) -> None:
        """Close everything and wait for the threads; raise the first exception of any of them."""
        self.closing.set()
        assert self._socket is not None, "start() comes first"
        if self._returning:
            self._returning.join()
        if not self.ended:
            socket.create_connection(self._socket.getsockname()).close()
            self._acceptor.join()
        for thread, connection in list(self._threads.items()):
            connection.abort()
            thread.join()
        if self.crashes:
            raise self.crashes[0]

    def _accept(self) -> None:
        assert self._socket is not None
        while True:
            sock, _ = self._socket.accept()
            if self.closing.is_set() or self.ended:
                sock.close()
                self._socket.close()
                return
            connection = Connection(sock, self.largest_body)
            thread = threading.Thread(target=self._run, args=(connection,), daemon=True)
            self._threads[thread] = connection
            thread.start()

    def _run(self, connection: Connection) -> None:
        try:
            self.serve(connection)
        except ConnectionError:
            pass  # the client has disconnected
        except Exception as error:  # raised by stop()
            self.crashes.append(error)
        finally:
            connection.close()
            self._threads.pop(threading.current_thread(), None)

    def serve(self, connection: Connection) -> None:
        """Handle the requests of `connection` until one side closes it."""
        while not self.closing.is_set():
            try:
                request = self.read(connection)
            except Malformed:
                self.malformed(connection)
                return
            if request is None:
                return
            response = self.respond(request)
            if not request.keep_alive:
                response.close = True
            self.finish(request, response)
            self.send(request, response)
            if response.close:
                return

    def read(self, connection: Connection) -> Request | None:
        """Return the next request with its body, or None if the client has closed."""
        request = connection.read_request()
        if request is not None:
            connection.read_body(request)
            self.count(request)
        return request

    def count(self, request: Request) -> None:
        """Assign the request its number."""
        request.number = next(self._numbers)

    def linger(self, seconds: float | None) -> bool:
        """Keep a call in flight for some real time; return True early if the server stops."""
        return self.closing.wait(seconds)

    def end(self, seconds: float | None = None) -> None:
        """End as a process does: refuse connections from now on, or for some seconds; drop the others."""
        assert self._socket is not None
        address = self._socket.getsockname()
        with self._ending:
            if self.ended:
                return
            self.ended = True
            socket.create_connection(address).close()  # wakes the acceptor, which then closes the port
            self._acceptor.join()
        for thread, connection in list(self._threads.items()):
            if thread is not threading.current_thread():
                connection.abort()
        if seconds is not None:
            self._returning = threading.Timer(seconds, self._come_back, [address])
            self._returning.start()

    def _come_back(self, address: tuple[str, int]) -> None:
        self._socket = socket.create_server(address, backlog=128)
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self.ended = False
        self._acceptor.start()

    def malformed(self, connection: Connection) -> None:
        """Respond to bytes that are not a request, and close."""
        request = Request("GET", "/", [], connection, keep_alive=False)
        response = self.refused(request, CONDITIONS["invalid-request"])
        response.close = True
        self.finish(request, response)
        self.send(request, response)

    @abc.abstractmethod
    def respond(self, request: Request) -> Response:
        """Return the response to `request`."""

    @abc.abstractmethod
    def refused(self, request: Request, condition: Condition) -> Response:
        """Return the error response for `condition`."""

    def finish(self, request: Request, response: Response) -> None:
        """Add the headers that frame the response."""
        response.header("Content-Length", str(len(response.body)))
        if response.close:
            response.header("Connection", "close")

    def send(self, request: Request, response: Response) -> None:
        """Send the response."""
        body = b"" if request.method == "HEAD" else response.body
        request.connection.socket.sendall(compose(response, self.version) + body)
