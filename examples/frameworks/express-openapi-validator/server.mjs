// Express with express-openapi-validator. Usage: node server.mjs DOCUMENT PORT [stock | glue]

import express from "express";
import * as OpenApiValidator from "express-openapi-validator";
import { Refused, callerOf, create, error } from "../backups.mjs";

const [document, port, stage = "glue"] = process.argv.slice(2);
const app = express();

app.use(express.json({ limit: "2mb" }));
app.use(
  OpenApiValidator.middleware({
    apiSpec: document,
    validateSecurity: { handlers: { token: (request) => callerOf(request.get("X-Auth-Token")) !== undefined } },
  }),
);
app.post("/v1/:project/providers/:provider/checkpoints", (request, response) => {
  const { project, provider } = request.params;
  response.json(create(callerOf(request.get("X-Auth-Token")), project, provider, request.body));
});

// The glue: every error has the body of the contract.
if (stage !== "stock") {
  app.use((problem, request, response, next) => {
    const status = problem.status ?? 500;
    if (status === 405) response.set("Allow", "POST");
    const text = status < 500 ? problem.message : "Internal error.";
    response.status(status).json(problem instanceof Refused ? problem.body : error(status, text));
  });
}

app.listen(Number(port), "127.0.0.1");
