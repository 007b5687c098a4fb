"""TLS: which certificates to trust and to present, and what a failed handshake means."""

from __future__ import annotations

import ssl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from checkpoint_conformance.transport.errors import EndpointError, Step

__all__ = ["TlsSettings", "handshake_error", "is_alert"]

_NOT_TLS = ("WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")
"""OpenSSL's reasons for a first record that is not TLS; they vary with its version."""


@dataclass(frozen=True)
class TlsSettings:
    """How to verify the server's certificate, and which client certificate to present."""

    verify: bool = True
    ca_file: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    client_key_passphrase: str | None = None

    def context(self) -> ssl.SSLContext:
        """Build the context. Raises OSError if a file cannot be used, for example an encrypted key."""
        with _named(f"ca_file {self.ca_file}"):
            context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.client_certificate:
            key = f", client_key {self.client_key}" if self.client_key else ""
            with _named(f"client_certificate {self.client_certificate}{key}"):
                context.load_cert_chain(self.client_certificate, self.client_key, self._passphrase)
        return context

    def _passphrase(self) -> str:
        """Return the passphrase of an encrypted key; an empty one keeps OpenSSL from asking for it."""
        return self.client_key_passphrase or ""


def handshake_error(error: OSError, server: str) -> EndpointError:
    """Return the error for a handshake that failed; `server` names the server and the way there."""
    match error:
        case ssl.SSLCertVerificationError():
            return EndpointError(
                Step.TLS,
                f"the certificate of {server} is not trusted: {error.verify_message}",
                "If it is from your own certificate authority, set [tls] `ca_file`; "
                "if it is for another host, check `url`.",
            )
        case ssl.SSLError() if error.reason in _NOT_TLS:
            return EndpointError(
                Step.TLS,
                f"{server} does not speak TLS at this port",
                "Check the port, or start `url` with http://.",
            )
        case ssl.SSLError() if is_alert(error):
            return EndpointError(
                Step.TLS,
                f"{server} refused the TLS handshake: {_words(error)}",
                "If it asks for a client certificate, check [tls] `client_certificate` and `client_key`.",
            )
        case TimeoutError():
            return EndpointError(
                Step.TLS, f"{server} did not complete the TLS handshake in time", "Check the port in `url`."
            )
        case _:
            return EndpointError(
                Step.TLS,
                f"no TLS connection to {server}: {_words(error)}",
                "Check the port in `url`, and that the server is running.",
            )


def is_alert(error: OSError) -> bool:
    """Return whether the other side ended TLS with an alert (RFC 8446, 6.2)."""
    return isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or "")


def _words(error: OSError) -> str:
    """Return OpenSSL's reason in words, or the system's."""
    reason = error.reason if isinstance(error, ssl.SSLError) else None
    return reason.lower().replace("_", " ") if reason else str(error.strerror or error)


@contextmanager
def _named(files: str) -> Generator[None]:
    """Add to an error which files could not be used."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{files}: {error.strerror or error}") from error
