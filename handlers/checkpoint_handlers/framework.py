"""Connexion as far as this server uses it, imported in one place; `framework.pyi` gives it types."""

# The stub is this module's own.
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # Connexion imports Starlette's test client, which announces that it will want another HTTP library.
    # That is nothing to an operator who starts the server.
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    from connexion.middleware import ConnexionMiddleware
    from connexion.middleware.abstract import RoutedAPI, RoutedMiddleware
    from connexion.middleware.routing import RoutingMiddleware
    from connexion.middleware.security import SecurityMiddleware
    from connexion.resolver import Resolver
    from connexion.security import ApiKeySecurityHandler

__all__ = [
    "ApiKeySecurityHandler",
    "ConnexionMiddleware",
    "Resolver",
    "RoutedAPI",
    "RoutedMiddleware",
    "RoutingMiddleware",
    "SecurityMiddleware",
]
