"""The tokens and policies of the Python servers, and what they do with a valid request."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path

TABLE = json.loads(Path(__file__).with_name("backups.json").read_text())
PROVIDER = "fc4d5750-22e7-4798-8a46-f48f62c4c1da"
CODES = {
    400: "CSBS.9001",
    401: "APIGW.0301",
    403: "APIGW.0302",
    404: "APIGW.0101",
    405: "APIGW.0101",
    413: "APIGW.0201",
}


class Refused(Exception):
    """Raised for a request that is refused, with the status and the code of the contract's error table."""

    def __init__(self, status, text, code=None):
        super().__init__(text)
        self.status = status
        self.body = error(status, text, code)


def error(status, text, code=None):
    """Return the body of an error; a validator's text may repeat the whole value that it refuses."""
    return {"error_code": code or CODES.get(status, "CSBS.9001"), "error_msg": text[:200]}


def caller_of(token):
    """Return the project and the permission that a token stands for, or None."""
    return TABLE["tokens"].get(token or "")


def create(caller, project, provider, body):
    """Execute a policy, and return the body of the response."""
    if caller["project"] != project or not caller["may_write"]:
        raise Refused(403, "No permission for this operation.")
    if provider != PROVIDER:
        raise Refused(400, "The provider is not supported.")
    order = body["checkpoint"]
    policy = TABLE["policies"][project].get(order["plan_id"])
    if policy is None:
        raise Refused(404, "The policy does not exist.", "CSBS.3000")
    chosen = order["parameters"].get("resources") or [each["id"] for each in policy["resources"]]
    known = {each["id"]: each for each in policy["resources"]}
    if not known.keys() >= set(chosen):
        raise Refused(400, "A resource does not belong to the policy.", "CSBS.6000")
    by = "operation-engine" if order["parameters"].get("auto_trigger") else "manual"
    plan = {
        "id": order["plan_id"],
        "name": policy["name"],
        "resources": [known[name] for name in dict.fromkeys(chosen)],
    }
    return {
        "checkpoint": {
            "id": str(uuid.uuid4()),
            "status": "protecting",
            "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
            "resource_graph": None,
            "project_id": project,
            "protection_plan": plan,
            "extra_info": json.dumps({"created_by": by}),
        }
    }
