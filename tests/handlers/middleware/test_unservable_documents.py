"""Documents that cannot be served: the start is refused, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from checkpoint_handlers.errors import StartError
from checkpoint_handlers.operations.service import Service

from handlers.in_process import OPERATION, answers, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable


def rename_operation(edited: dict[str, Any]) -> None:
    """Give the operation a name that the table does not have."""
    edited["paths"][OPERATION]["post"]["operationId"] = "makeCheckpoint"


def drop_security(edited: dict[str, Any]) -> None:
    """Take the security away."""
    del edited["security"]


def need_no_token(edited: dict[str, Any]) -> None:
    """Let a request do without a token."""
    edited["security"].append({})


def need_two_tokens(edited: dict[str, Any]) -> None:
    """Ask for two tokens at once."""
    schemes = edited["components"]["securitySchemes"]
    schemes["other"] = schemes["token"] | {"name": "X-Other-Token"}
    edited["security"] = [{"token": [], "other": []}]


def take_xml(edited: dict[str, Any]) -> None:
    """Let the request be XML."""
    content = edited["components"]["requestBodies"]["CreateCheckpoint"]["content"]
    content["application/xml"] = content.pop("application/json")


def lose_project(edited: dict[str, Any]) -> None:
    """Serve the operation outside of any project."""
    path = OPERATION.replace("{project_id}", "x")
    edited["paths"][path] = edited["paths"].pop(OPERATION)


def write_3_1(edited: dict[str, Any]) -> None:
    """Claim a version that Connexion does not read."""
    edited["openapi"] = "3.1.0"


def break_pattern(edited: dict[str, Any]) -> None:
    """Write a pattern that is no regular expression."""
    schema_of(edited, "CheckpointOrder")["properties"]["plan_id"]["pattern"] = "["


def dangle(edited: dict[str, Any]) -> None:
    """Refer to a schema that is not there."""
    schema_of(edited, "CheckpointRequest")["properties"]["checkpoint"]["$ref"] = "#/components/schemas/None"


@pytest.mark.parametrize(
    ("edit", "word"),
    [
        (rename_operation, "makeCheckpoint"),
        (drop_security, "no security"),
        (need_no_token, "exactly one"),
        (need_two_tokens, "exactly one"),
        (take_xml, "application/xml"),
        (lose_project, "project_id"),
        (write_3_1, "3.1.0"),
        (break_pattern, "regex"),
        (dangle, "None"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_document_that_cannot_be_served_stops_the_start(
    service: Service, edit: Callable[[dict[str, Any]], None], word: str
) -> None:
    """What is wrong with a document is one line at the start, and nothing at the first request."""
    with pytest.raises(StartError, match=word) as caught:
        answers(service, edit=edit)
    assert "\n" not in str(caught.value)
