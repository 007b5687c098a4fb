"""The parts of Connexion that this server uses, imported in one place and typed by `framework.pyi`."""

# The stub belongs to this module.
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # Connexion's imports raise deprecation warnings that an operator can do nothing about.
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
