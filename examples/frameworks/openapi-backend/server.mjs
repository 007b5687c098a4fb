// openapi-backend under Express. Usage: node server.mjs DOCUMENT PORT [stock | glue | fixed]

import express from "express";
import { OpenAPIBackend } from "openapi-backend";
import { Refused, callerOf, create, error } from "../backups.mjs";

const [document, port, stage = "fixed"] = process.argv.slice(2);
const app = express();
const api = new OpenAPIBackend({ definition: document });

api.registerSecurityHandler("token", (context, request) => callerOf(request.get("X-Auth-Token")));
api.register({
  createCheckpoint: ({ security, request: { params } }, request, response) =>
    response.json(create(security.token, params.project_id, params.provider_id, request.body)),
  validationFail: ({ validation }, request, response) => response.status(400).json({ err: validation.errors }),
  notFound: (context, request, response) => response.status(404).json({ err: "not found" }),
  methodNotAllowed: (context, request, response) => response.status(405).json({ err: "method not allowed" }),
  unauthorizedHandler: (context, request, response) => response.status(401).json({ err: "unauthorized" }),
});

// The glue: every error has the body of the contract.
if (stage !== "stock") {
  api.register({
    validationFail: ({ validation }) => { throw new Refused(400, validation.errors[0].message); },
    notFound: () => { throw new Refused(404, "There is no such address.", "APIGW.0101"); },
    methodNotAllowed: () => { throw new Refused(405, "The method is not allowed."); },
    unauthorizedHandler: () => { throw new Refused(401, "Authentication failed."); },
  });
}

app.use(express.json({ limit: "2mb" }));
app.use((request, response) => api.handleRequest(request, request, response));
if (stage !== "stock") {
  app.use((problem, request, response, next) => {
    const ofClient = stage === "fixed" && problem instanceof URIError; // the fix: a path that cannot be decoded
    const status = ofClient ? 400 : (problem.status ?? 500);
    if (status === 405) response.set("Allow", "POST");
    const text = status < 500 ? problem.message : "Internal error.";
    response.status(status).json(problem instanceof Refused ? problem.body : error(status, text));
  });
}
api.init().then(() => app.listen(Number(port), "127.0.0.1"));
