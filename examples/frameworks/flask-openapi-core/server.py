"""Flask with openapi-core. Usage: python server.py DOCUMENT PORT [stock | glue | fixed]."""

import sys
from pathlib import Path

from flask import Flask, request
from openapi_core import OpenAPI
from openapi_core.contrib.flask.decorators import FlaskOpenAPIViewDecorator
from openapi_core.contrib.flask.handlers import FlaskOpenAPIErrorsHandler
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from backups import Refused, caller_of, create, error

DOCUMENT, PORT, STAGE = [*sys.argv[1:], "fixed"][:3]
app = Flask(__name__)


class Errors(FlaskOpenAPIErrorsHandler):
    """The glue: errors of the validation have the body of the contract."""

    def __call__(self, errors):
        """Return the response to a request that does not fit the document."""
        told = max((self.format_openapi_error(each) for each in errors), key=self.get_error_status)
        status = 401 if "Security" in told["class"] else told["status"]
        return app.make_response((error(status, told["title"]), status))


openapi = FlaskOpenAPIViewDecorator(
    OpenAPI.from_file_path(DOCUMENT),
    errors_handler_cls=FlaskOpenAPIErrorsHandler if STAGE == "stock" else Errors,
)


@app.post("/v1/<project_id>/providers/<provider_id>/checkpoints")
@openapi
def create_checkpoint(project_id, provider_id):
    """Execute a policy; openapi-core checks that there is a token, and not which."""
    caller = caller_of(request.headers.get("X-Auth-Token"))
    if caller is None:
        raise Refused(401, "Authentication failed.")
    return create(caller, project_id, provider_id, request.openapi.body)


@app.errorhandler(Refused)
def refused(failure):
    """Return a refusal of the handler."""
    return failure.body, failure.status


if STAGE != "stock":

    @app.errorhandler(HTTPException)
    def problem(failure):
        """Give every other error the body of the contract, too: the glue."""
        headers = {"Allow": "POST"} if failure.code == 405 else {}
        return error(failure.code, failure.description), failure.code, headers


if STAGE == "fixed":

    @app.errorhandler(ValueError)
    @app.errorhandler(RecursionError)
    def unreadable(failure):
        """Blame a body that cannot be decoded on the client: the fix."""
        return error(400, "The body cannot be read."), 400


WSGIRequestHandler.protocol_version = "HTTP/1.1"
make_server("127.0.0.1", int(PORT), app, threaded=True).serve_forever()
