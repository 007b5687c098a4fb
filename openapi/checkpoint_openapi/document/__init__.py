"""An OpenAPI document and everything it refers to: read, located and resolved for lint, diff and docs."""
