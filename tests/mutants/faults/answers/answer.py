"""Mutants of RESP-1, RESP-3, RESP-5, RESP-6, RESP-10 and RESP-12: members of the response."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...framework.edits import MEANING, answers, automatic, by_hand, dropping, on_occasions, selected, setting
from ...framework.mutant import replaces
from ...framework.shots import BASE, parameters
from ...service.server import Server
from ...service.world import POLICY, SECOND_PROJECT, stable_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...service.world import Checkpoint


def _hyphenless(value: str) -> str:
    return value.replace("-", "")


def _roots(rows: dict[str, tuple[str, Callable[[Any], Any]]]) -> None:
    for name, (fault, change) in rows.items():

        def then(server: Server, checkpoint: Checkpoint, change: Any = change) -> Any:
            return change(Server.checkpoint_body(server, checkpoint))

        replaces("RESP-1", name, fault, "root_body", then)


_roots(
    {
        "root-second-member": (
            "A request id stands beside checkpoint at the root.",
            lambda body: {"checkpoint": body, "request_id": stable_id("request")},
        ),
        "root-links-member": (
            "The root carries a list of links beside checkpoint.",
            lambda body: {"checkpoint": body, "links": []},
        ),
        "root-without-checkpoint": ("The members of checkpoint stand at the root.", lambda body: body),
        "root-is-list": ("The root is a list of one.", lambda body: [{"checkpoint": body}]),
        "root-member-capitalised": ("The root member is Checkpoint.", lambda body: {"Checkpoint": body}),
        "root-member-plural": (
            "The root member is checkpoints, a list.",
            lambda body: {"checkpoints": [body]},
        ),
        "root-in-data-envelope": (
            "A common envelope wraps every answer in data.",
            lambda body: {"data": {"checkpoint": body}},
        ),
        "checkpoint-null": ("The member checkpoint is null.", lambda _: {"checkpoint": None}),
        "checkpoint-list": ("The member checkpoint is a list of one.", lambda body: {"checkpoint": [body]}),
        "checkpoint-id-only": (
            "The member checkpoint is only the id.",
            lambda body: {"checkpoint": body["id"]},
        ),
        "checkpoint-double-encoded": (
            "The member checkpoint is a string that holds the object as JSON.",
            lambda body: {"checkpoint": json.dumps(body)},
        ),
        "root-empty": ("The answer is an empty object, as of an operation that only starts.", lambda _: {}),
    }
)

_OWN = {
    "id": "RESP-2",
    "status": "RESP-3",
    "created_at": "RESP-4",
    "project_id": "RESP-5",
    "resource_graph": "RESP-10",
    "protection_plan.id": "RESP-6",
}
for _path, _requirement in _OWN.items():
    _name = _path.replace(".", "-").replace("_", "-")
    answers(
        "RESP-1",
        {f"{_name}-absent": (f"The answer has no {_path}.", dropping(_path))},
        also={_requirement: f"{_requirement} is about this member"},
    )
answers(
    "RESP-1",
    {
        "plan-absent": ("The answer has no protection_plan.", dropping("protection_plan")),
        "plan-null": ("The protection_plan is null.", setting("protection_plan", None)),
        "plan-is-id": ("The protection_plan is only its id.", setting("protection_plan", POLICY.id)),
        "plan-is-list": (
            "The protection_plan is a list of one.",
            setting("protection_plan", lambda plan: [plan]),
        ),
        "plan-name-absent": ("The protection_plan has no name.", dropping("protection_plan.name")),
        "plan-name-null": ("The name of the protection_plan is null.", setting("protection_plan.name", None)),
        "plan-name-number": (
            "A policy's name of digits is sent as a number.",
            setting("protection_plan.name", 7),
        ),
        "plan-resources-absent": (
            "The protection_plan has no resources.",
            dropping("protection_plan.resources"),
        ),
        "plan-resources-null": ("The resources are null.", setting("protection_plan.resources", None)),
        "plan-resources-object": (
            "The resources are an object with their ids as names.",
            setting("protection_plan.resources", lambda listed: {each["id"]: each for each in listed}),
        ),
    },
)
answers(
    "RESP-1",
    {
        "single-resource-not-in-list": (
            "A single resource is not wrapped in a list, as XML converters do.",
            setting("protection_plan.resources", lambda listed: listed[0]),
        )
    },
    when=lambda _, checkpoint: len(checkpoint.resources) == 1,
    shows=parameters({"resources": [POLICY.resources[0].id]}),
)
answers(
    "RESP-1",
    {"status-absent-when-automatic": ("An automatic run's answer has no status.", dropping("status"))},
    when=automatic,
    also={"RESP-3": "RESP-3 is about this member"},
)
on_occasions(
    "RESP-1", "plan-name-null", "the name of the plan is null.", setting("protection_plan.name", None)
)

answers(
    "RESP-3",
    {
        "status-upper-case": ("The status is PROTECTING.", setting("status", "PROTECTING")),
        "status-of-another-service": ("The status is creating.", setting("status", "creating")),
        "status-empty": ("The status is empty.", setting("status", "")),
        "status-underscore": (
            "The status is error_deleting, not error-deleting.",
            setting("status", "error_deleting"),
        ),
        "status-with-blank": (
            "The status ends in a blank, a padded column.",
            setting("status", "protecting "),
        ),
    },
)
answers(
    "RESP-1",
    {
        "status-null": ("The status is null.", setting("status", None)),
        "status-number": ("The status is the number of an enumeration.", setting("status", 1)),
        "status-list": ("The status is a list.", setting("status", ["protecting"])),
        "status-object": ("The status is an object.", setting("status", {"value": "protecting"})),
    },
    also={"RESP-3": MEANING},
)
on_occasions("RESP-3", "status-unknown", "the status is running.", setting("status", "running"))
answers(
    "RESP-3",
    {
        "status-available-at-once": ("The status is available at creation.", setting("status", "available")),
        "status-error-at-once": ("The status is error at creation.", setting("status", "error")),
        "status-deleted-at-once": ("The status is deleted at creation.", setting("status", "deleted")),
    },
    level="SHOULD",
)

answers(
    "RESP-5",
    {
        "project-of-another": ("The project is another's.", setting("project_id", SECOND_PROJECT)),
        "project-empty": ("The project is empty.", setting("project_id", "")),
        "project-hyphenated": (
            "The project is written as a hyphenated UUID.",
            setting("project_id", "b942cc83-4273-4d15-bcb2-46babb1953cf"),
        ),
        "project-is-provider": (
            "The project is the provider's id.",
            setting("project_id", stable_id("provider")),
        ),
        "project-name": ("The project is its name.", setting("project_id", "eu-de_backup")),
        "project-shortened": (
            "The project is cut to 31 characters.",
            setting("project_id", lambda text: text[:-1]),
        ),
    },
)
answers(
    "RESP-1",
    {
        "project-null": ("The project is null.", setting("project_id", None)),
        "project-number": ("The project is the number of a row.", setting("project_id", 17)),
    },
    also={"RESP-5": MEANING},
)
answers(
    "RESP-6",
    {
        "plan-id-of-another": (
            "The plan's id is another policy's.",
            setting("protection_plan.id", stable_id("weekly")),
        ),
        "plan-id-is-name": ("The plan's id is its name.", setting("protection_plan.id", "backup")),
        "plan-id-hyphenless": ("The plan's id has no hyphens.", setting("protection_plan.id", _hyphenless)),
        "plan-id-empty": ("The plan's id is empty.", setting("protection_plan.id", "")),
        "plan-id-shortened": ("The plan's id is cut.", setting("protection_plan.id", lambda text: text[:-1])),
        "plan-id-of-checkpoint": (
            "The plan's id is the checkpoint's.",
            lambda body: body["protection_plan"].update(id=body["id"]),
        ),
    },
)
answers(
    "RESP-1",
    {
        "plan-id-answered-null": ("The plan's id is null.", setting("protection_plan.id", None)),
        "plan-id-answered-number": (
            "The plan's id is the number of a row.",
            setting("protection_plan.id", 42),
        ),
    },
    also={"RESP-6": MEANING},
)
on_occasions(
    "RESP-5", "project-of-another", "the project is another's.", setting("project_id", SECOND_PROJECT)
)
on_occasions(
    "RESP-6",
    "plan-id-of-another",
    "the plan's id is another policy's.",
    setting("protection_plan.id", stable_id("weekly")),
)

answers(
    "RESP-10",
    {
        "graph-empty-object": ("The resource_graph is an empty object.", setting("resource_graph", {})),
        "graph-empty-list": ("The resource_graph is an empty list.", setting("resource_graph", [])),
        "graph-list": ("The resource_graph is a list of edges.", setting("resource_graph", [["a", "b"]])),
        "graph-false": ("The resource_graph is false.", setting("resource_graph", False)),
        "graph-number": ("The resource_graph is 0.", setting("resource_graph", 0)),
    },
)
on_occasions(
    "RESP-10",
    "graph-object",
    "the resource_graph is an object.",
    setting("resource_graph", {"0": []}),
    "with-several",
    "when-automatic",
    "once-in-five",
)

_BY = "extra_info"
answers(
    "RESP-12",
    {
        "created-by-engine": (
            "A call by hand is shown as the engine's.",
            setting(_BY, '{"created_by": "operation-engine"}'),
        ),
        "created-by-user": (
            "A call by hand is shown with the user's name.",
            setting(_BY, '{"created_by": "admin"}'),
        ),
        "created-by-capitalised": (
            "A call by hand is shown as Manual.",
            setting(_BY, '{"created_by": "Manual"}'),
        ),
        "created-by-missing": ("A call by hand has an extra_info without created_by.", setting(_BY, "{}")),
    },
    when=by_hand,
)
answers(
    "RESP-12",
    {
        "created-by-engine-when-selected": (
            "A call by hand that selects resources is shown as the engine's.",
            setting(_BY, '{"created_by": "operation-engine"}'),
        )
    },
    when=lambda server, checkpoint: by_hand(server, checkpoint) and selected(server, checkpoint),
)
answers(
    "RESP-12",
    {
        "created-by-engine-after-automatic": (
            "After an automatic call, calls by hand are shown as the engine's too.",
            setting(_BY, '{"created_by": "operation-engine"}'),
        )
    },
    when=lambda server, _: any(each.auto_trigger for each in server.store.of_project(POLICY.project)),
    shows=(parameters({"auto_trigger": True}), BASE),
)
