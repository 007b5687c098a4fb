"""The environment's proxy, and the servers that NO_PROXY exempts from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checkpoint_conformance.transport.endpoint import Endpoint
from checkpoint_conformance.transport.socket_transport import SocketTransport
from mutants.service.server import Server, running

from conformance.transport.forwarding import proxy
from conformance.transport.peers import GET

if TYPE_CHECKING:
    from checkpoint_conformance.transport.proxy import Proxy


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("http_proxy", "http://127.0.0.1:{}"),
        ("HTTP_PROXY", "http://127.0.0.1:{}"),
        ("http_proxy", "127.0.0.1:{}"),
    ],
)
def test_the_environment_names_the_proxy(monkeypatch: pytest.MonkeyPatch, name: str, form: str) -> None:
    """The usual variables count, also without a scheme, as other clients take them."""
    for variable in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    with proxy() as (port, heard):
        monkeypatch.setenv(name, form.format(port))
        with SocketTransport(Endpoint("http://csbs.example.com"), 10).connect() as connection:
            assert connection.exchange(GET).status == 200
    assert heard[0].startswith(b"GET http://csbs.example.com/v1/x ")


@pytest.mark.parametrize(("exempt", "configured"), [("127.0.0.1", None), ("*", None), ("", "")])
def test_no_proxy_and_the_target_file_switch_the_proxy_off(
    monkeypatch: pytest.MonkeyPatch, exempt: str, configured: str | None
) -> None:
    """A host in NO_PROXY, or `proxy = ""`, goes straight to the server."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", exempt)
    with (
        running(Server) as table,
        SocketTransport(Endpoint(table["url"], proxy=configured), 10).connect() as connection,
    ):
        assert connection.exchange(GET).status == 404


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("*", "http://csbs.example.com"),
        ("csbs.example.com", "http://csbs.example.com"),
        ("EXAMPLE.com", "http://csbs.example.COM:8080"),
        (".example.com", "http://csbs.example.com"),
        (".example.com", "http://example.com"),
        ("*.example.com", "http://csbs.example.com"),
        ("example.com.", "http://csbs.example.com"),
        ("csbs.example.com:8443", "http://csbs.example.com:8443"),
        (".example.com:80", "http://csbs.example.com"),
        ("127.0.0.1", "http://127.0.0.1:9"),
        ("127.0.0.1:9", "http://127.0.0.1:9"),
        ("10.0.0.0/8", "http://10.1.2.3"),
        ("10.9.9.9/8", "http://10.1.2.3"),
        ("::1", "http://[::1]:9"),
        ("[::1]", "http://[::1]:9"),
        ("[::1]:9", "http://[::1]:9"),
        ("0:0:0:0:0:0:0:1", "http://[::1]:9"),
        ("fd00::/8", "http://[fd12::1]"),
        ("other.org, example.com", "http://csbs.example.com"),
        ("other.org example.com", "http://csbs.example.com"),
    ],
)
def test_no_proxy_names_a_server(monkeypatch: pytest.MonkeyPatch, entry: str, url: str) -> None:
    """Domains, addresses, networks, ports, brackets, dots and stars count as in other clients."""
    assert via(monkeypatch, entry, url) is None


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("", "http://csbs.example.com"),
        (",", "http://csbs.example.com"),
        (".", "http://csbs.example.com"),
        ("example.com", "http://badexample.com"),
        ("csbs.example.com", "http://example.com"),
        ("example", "http://example.com"),
        ("csbs.example.com:8443", "http://csbs.example.com"),
        ("127.0.0.1:9", "http://127.0.0.1:10"),
        ("[::1]:9", "http://[::1]:10"),
        ("10.0.0.0/8", "http://11.1.2.3"),
        ("10.0.0.0/8", "http://csbs.example.com"),
        ("10.0.0.0/99", "http://10.1.2.3"),
        ("0.0.0.1", "http://10.0.0.1"),
        ("fd00::/8", "http://10.1.2.3"),
        ("::1", "http://[::2]"),
    ],
)
def test_no_proxy_names_another_server(monkeypatch: pytest.MonkeyPatch, entry: str, url: str) -> None:
    """What the list does not name goes through the proxy."""
    assert str(via(monkeypatch, entry, url)) == "the proxy proxy.example.com:3128"


def via(monkeypatch: pytest.MonkeyPatch, exemptions: str, url: str) -> Proxy | None:
    """Return the proxy for a server, with NO_PROXY given."""
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:3128")
    monkeypatch.setenv("no_proxy", exemptions)
    return Endpoint(url).proxy
