"""Connexion as far as this server uses it, imported in one place; `framework.pyi` gives it types."""

# The stub is this module's own.
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # Connexion imports what its own libraries announce to change. That is nothing to an operator who starts
    # the server.
    warnings.simplefilter("ignore")
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
