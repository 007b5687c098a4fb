// fastify with fastify-openapi-glue. Usage: node server.mjs DOCUMENT PORT [stock | glue | fixed]

import Fastify from "fastify";
import openapiGlue from "fastify-openapi-glue";
import { Refused, callerOf, create, error } from "../backups.mjs";

const [document, port, stage = "fixed"] = process.argv.slice(2);

// In its strict mode, Ajv refuses the keyword `example` of the document.
const options = { strict: false };
// The glue: no coercion of types, no removal of unknown members, and every error has the body of the contract.
if (stage !== "stock") Object.assign(options, { coerceTypes: false, removeAdditional: false });
const answer = (problem, request, reply) => {
  const status = problem.statusCode ?? problem.status ?? 500;
  const text = status < 500 ? problem.message : "Internal error.";
  reply.code(status).send(problem instanceof Refused ? problem.body : error(status, text));
};
const app = Fastify({
  ajv: { customOptions: options },
  bodyLimit: 2 ** 21,
});
if (stage !== "stock") {
  app.setErrorHandler(answer);
  app.setNotFoundHandler((request, reply) => {
    const known = request.url.endsWith("/checkpoints");
    if (known) reply.header("Allow", "POST");
    const status = known ? 405 : 404;
    reply.code(status).send(error(status, "There is nothing of this kind."));
  });
}
if (stage === "fixed") {
  app.removeContentTypeParser("text/plain"); // the fix: fastify reads it, and does not validate what it read
  app.addHook("preValidation", async ({ method, body }) => {
    if (method === "POST" && body === undefined) throw new Refused(400, "There is no body.");
  });
}

app.register(openapiGlue, {
  specification: document,
  securityHandlers: {
    token: (request) => {
      request.caller = callerOf(request.headers["x-auth-token"]);
      if (!request.caller) throw new Refused(401, "Authentication failed.");
    },
  },
  serviceHandlers: {
    createCheckpoint: async ({ caller, params, body }) => create(caller, params.project_id, params.provider_id, body),
  },
});
app.listen({ port: Number(port), host: "127.0.0.1" });
