"""aiohttp with openapi-core. Usage: python server.py DOCUMENT PORT [stock | glue | fixed]."""

import sys
from pathlib import Path

from aiohttp import web
from openapi_core import OpenAPI
from openapi_core.contrib.aiohttp import AIOHTTPOpenAPIWebRequest
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from openapi_core.templating.security.exceptions import SecurityNotFound

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from backups import Refused, caller_of, create, error

DOCUMENT, PORT, STAGE = [*sys.argv[1:], "fixed"][:3]
OPENAPI = OpenAPI.from_file_path(DOCUMENT)


async def create_checkpoint(request):
    """Execute a policy; openapi-core checks that there is a token, and not which."""
    received = AIOHTTPOpenAPIWebRequest(request, body=await request.read())
    result = OPENAPI.unmarshal_request(received)
    result.raise_for_errors()
    caller = caller_of(request.headers.get("X-Auth-Token"))
    if caller is None:
        raise Refused(401, "Authentication failed.")
    place = request.match_info
    return web.json_response(create(caller, place["project_id"], place["provider_id"], result.body))


@web.middleware
async def refusals(request, handler):
    """Return what is refused; openapi-core leaves its errors to the application."""
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response(refused.body, status=refused.status)
    except OpenAPIError as failure:
        cause = failure.__cause__ or failure
        status = {SecurityNotFound: 401, MediaTypeNotFound: 415}.get(type(cause), 400)
        return web.json_response(error(status, str(cause)), status=status)


@web.middleware
async def errors(request, handler):
    """Give every other error the body of the contract, too: the glue."""
    try:
        return await handler(request)
    except web.HTTPException as failure:
        headers = {"Allow": "POST"} if failure.status == 405 else {}
        return web.json_response(
            error(failure.status, failure.reason), status=failure.status, headers=headers
        )


@web.middleware
async def unreadable(request, handler):
    """Blame a body that cannot be decoded on the client: the fix."""
    try:
        return await handler(request)
    except (RecursionError, ValueError, web.RequestPayloadError):
        return web.json_response(error(400, "The body cannot be read."), status=400)


LAYERS = {"stock": [refusals], "glue": [errors, refusals], "fixed": [errors, unreadable, refusals]}
app = web.Application(middlewares=LAYERS[STAGE], client_max_size=2**21)
app.router.add_post("/v1/{project_id}/providers/{provider_id}/checkpoints", create_checkpoint)
web.run_app(app, host="127.0.0.1", port=int(PORT), print=None, access_log=None)
