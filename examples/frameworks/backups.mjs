// The tokens and policies of the JavaScript servers, and what they do with a valid request.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

const table = JSON.parse(readFileSync(new URL("backups.json", import.meta.url)));
const PROVIDER = "fc4d5750-22e7-4798-8a46-f48f62c4c1da";
const CODES = { 400: "CSBS.9001", 401: "APIGW.0301", 403: "APIGW.0302", 404: "APIGW.0101", 405: "APIGW.0101", 413: "APIGW.0201" };

// A request that is refused, with the status and the body of the contract's error table.
export class Refused extends Error {
  constructor(status, text, code) {
    super(text);
    this.status = status;
    this.body = error(status, text, code);
  }
}

// The body of an error; a validator's text may repeat the whole value that it refuses.
export const error = (status, text, code = CODES[status] ?? "CSBS.9001") => ({
  error_code: code,
  error_msg: text.slice(0, 200),
});

// The project and the permission that a token stands for, or undefined.
export const callerOf = (token) => (Object.hasOwn(table.tokens, token ?? "") ? table.tokens[token] : undefined);

// Executes a policy, and returns the body of the response.
export function create(caller, project, provider, body) {
  if (caller.project !== project || !caller.may_write) throw new Refused(403, "No permission for this operation.");
  if (provider !== PROVIDER) throw new Refused(400, "The provider is not supported.");
  const { plan_id: id, parameters } = body.checkpoint;
  if (!Object.hasOwn(table.policies[project], id)) throw new Refused(404, "The policy does not exist.", "CSBS.3000");
  const { name, resources } = table.policies[project][id];
  const wanted = new Set(parameters.resources?.length ? parameters.resources : resources.map((each) => each.id));
  const chosen = resources.filter((each) => wanted.has(each.id));
  if (chosen.length !== wanted.size) throw new Refused(400, "A resource does not belong to the policy.", "CSBS.6000");
  return {
    checkpoint: {
      id: randomUUID(),
      status: "protecting",
      created_at: new Date().toISOString().replace("Z", ""),
      resource_graph: null,
      project_id: project,
      protection_plan: { id, name, resources: chosen },
      extra_info: JSON.stringify({ created_by: parameters.auto_trigger ? "operation-engine" : "manual" }),
    },
  };
}
