"""Mutants that tolerate unknown members of some names, or take a member under another name."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ...framework.mutant import breaks, replaces
from ...framework.shots import BASE, checkpoint, document, parameters
from ...service.server import Server
from ...service.world import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...framework.shots import Shot

_GOOD = document()["checkpoint"]


def _tolerates(name: str, fault: str, passes: Callable[[str, str], bool], shows: Shot) -> None:
    """Register a server that looks away from unknown members whose place and name `passes`."""

    def step(server: Server, place: str, members: dict[str, Any], known: set[str]) -> None:
        left = {each: value for each, value in members.items() if not passes(place, each)}
        Server.check_unknown(server, place, left, known)

    replaces("REQ-14", name, fault, "check_unknown", step, shows=shows)


for _name, _fault, _passes, _shows in (
    (
        "private-names-tolerated",
        "A name that begins with an underscore is left to the client.",
        lambda _, name: name.startswith("_"),
        checkpoint({**_GOOD, "_note": 1}),
    ),
    (
        "private-names-at-the-root-tolerated",
        "At the root, a name that begins with an underscore is left to the client.",
        lambda place, name: place == "root" and name.startswith("_"),
        BASE.but(body={**document(), "_note": 1}),
    ),
    (
        "dotted-names-tolerated",
        "A name with a dot is taken for a path, which leads nowhere.",
        lambda _, name: "." in name,
        checkpoint({**_GOOD, "parameters.auto_trigger": False}),
    ),
    (
        "dotted-parameters-tolerated",
        "Within parameters, a name with a dot is taken for a path, which leads nowhere.",
        lambda place, name: place == "parameters" and "." in name,
        parameters({"resources.0": POLICY.resources[0].id}),
    ),
    (
        "camel-case-tolerated",
        "A name in camel case is left out beside the member that it stands for.",
        lambda _, name: re.search("[a-z][A-Z]", name) is not None,
        checkpoint({**_GOOD, "planId": POLICY.id}),
    ),
    (
        "annotations-tolerated",
        "A name with a sign in front is taken for an annotation.",
        lambda _, name: name[:1] in ("$", "@"),
        checkpoint({**_GOOD, "$note": 1}),
    ),
    (
        "members-of-parameters-tolerated-above",
        "In checkpoint, members of parameters are left out.",
        lambda place, name: place == "checkpoint" and name in ("auto_trigger", "resources"),
        checkpoint({**_GOOD, "auto_trigger": False}),
    ),
    (
        "members-of-checkpoint-tolerated-above",
        "At the root, members of checkpoint are left out.",
        lambda place, name: place == "root" and name in ("plan_id", "parameters"),
        BASE.but(body={**document(), "parameters": {}}),
    ),
):
    _tolerates(_name, _fault, _passes, _shows)


class _Renaming(Server):
    """Reads members under other names, too."""

    def renamed(self, name: str) -> str:
        """Return the name that is meant."""
        raise NotImplementedError

    def parse(self, body: bytes) -> Any:
        """Return the JSON value with each member under the name that is meant."""
        document = super().parse(body)

        def meant(members: dict[str, Any]) -> dict[str, Any]:
            return {self.renamed(name): value for name, value in members.items()}

        return json.loads(json.dumps(document), object_hook=meant)


@breaks("REQ-9", shows=checkpoint({"planId": POLICY.id, "parameters": {}}))
class CamelCaseTaken(_Renaming):
    """A member in camel case is as good as the documented one."""

    def renamed(self, name: str) -> str:
        """Return the name in snake case."""
        return re.sub("(?<=[a-z])[A-Z]", lambda match: f"_{match[0].lower()}", name)


@breaks("REQ-8", shows=BASE.but(body={"Checkpoint": _GOOD}))
class NamesWithoutCase(_Renaming):
    """The case of a name does not matter."""

    def renamed(self, name: str) -> str:
        """Return the name in lower case."""
        return name.lower()
