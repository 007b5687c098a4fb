"""aiohttp with rororo. Usage: python server.py DOCUMENT PORT [stock | glue | fixed]."""

import sys
from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from aiohttp_middlewares import error_context
from rororo import OperationTableDef, openapi_context, setup_openapi
from rororo.openapi import SecurityError, ValidationError

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from backups import Refused, caller_of, create, error

DOCUMENT, PORT, STAGE = [*sys.argv[1:], "fixed"][:3]
operations = OperationTableDef()


@operations.register("createCheckpoint")
async def create_checkpoint(request):
    """Execute a policy; rororo checks that there is a token, and not which."""
    caller = caller_of(request.headers.get("X-Auth-Token"))
    if caller is None:
        raise Refused(401, "Authentication failed.")
    with openapi_context(request) as context:
        if STAGE == "fixed" and context.data is None:
            raise Refused(400, "The body is null.")  # rororo validates everything but this
        place = request.match_info
        return web.json_response(create(caller, place["project_id"], place["provider_id"], context.data))


async def problem(request):
    """Give every error the body of the contract: the glue."""
    with error_context(request) as context:
        failure = context.err
    if isinstance(failure, Refused):
        return web.json_response(failure.body, status=failure.status)
    status = getattr(failure, "status", 500)
    if isinstance(failure, SecurityError):
        status = 401
    elif isinstance(failure, ValidationError):
        status = 400
    elif STAGE == "fixed" and isinstance(failure, (RecursionError, ValueError, web.RequestPayloadError)):
        status = 400  # the fix: a body that cannot be decoded is the fault of the client
    headers = {"Allow": "POST"} if status == 405 else {}
    return web.json_response(error(status, HTTPStatus(status).phrase), status=status, headers=headers)


app = web.Application(client_max_size=2**21)
settings = {} if STAGE == "stock" else {"error_middleware_kwargs": {"default_handler": problem}}
setup_openapi(app, DOCUMENT, operations, **settings)
web.run_app(app, host="127.0.0.1", port=int(PORT), print=None, access_log=None)
