"""Connexion. Usage: python server.py DOCUMENT PORT [stock | glue | fixed]."""

import json
import os
import sys
from pathlib import Path

import connexion
import uvicorn
from connexion.lifecycle import ConnexionResponse

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from backups import Refused, caller_of, create, error

DOCUMENT, PORT, STAGE = [*sys.argv[1:], "fixed"][:3]


def authenticate(token, required_scopes=None):
    """Return what the token stands for, or None for 401."""
    caller = caller_of(token)
    return caller and {"sub": "user", **caller}


async def create_checkpoint(project_id, provider_id, body, token_info):
    """Execute a policy."""
    if STAGE == "fixed" and not isinstance(body, dict):
        raise Refused(415, "The body has no content type.")
    return create(token_info, project_id, provider_id, body)


def problem(request, failure):
    """Give every error the body of the contract: the glue."""
    status = getattr(failure, "status_code", getattr(failure, "status", 500))
    if STAGE == "fixed" and isinstance(failure, (RecursionError, ValueError)):
        status = 400
    body = getattr(failure, "body", None) or error(status, str(getattr(failure, "detail", "Internal error.")))
    headers = {"Allow": "POST"} if status == 405 else {}
    return ConnexionResponse(status, headers=headers, content_type="application/json", body=json.dumps(body))


os.environ["APIKEYINFO_FUNC"] = f"{__name__}.authenticate"  # or `x-apikeyInfoFunc` in the document
app = connexion.AsyncApp(__name__, specification_dir=str(Path(DOCUMENT).parent))
if STAGE != "stock":
    for kind in (Exception, connexion.exceptions.ProblemException, Refused):
        app.add_error_handler(kind, problem)
    for status in (404, 405):
        app.add_error_handler(status, problem)
resolver = connexion.Resolver({"createCheckpoint": create_checkpoint}.__getitem__)
app.add_api(Path(DOCUMENT).name, resolver=resolver)
uvicorn.run(app, host="127.0.0.1", port=int(PORT), log_level="error")
