// The client of @hey-api/openapi-ts, on fetch.
import { createCheckpoint } from './client';
import { createClient } from './client/client';
import { make } from './calls';

make(async (url, call) => {
    const client = createClient({ baseUrl: url, auth: call.token });
    const { data, error, response } = await createCheckpoint({
        client,
        path: { project_id: call.project_id, provider_id: call.provider_id },
        headers: call.headers,
        body: { checkpoint: { plan_id: call.plan_id, parameters: call.parameters } },
    });
    if (error !== undefined) {
        if (response === undefined) {
            throw error;
        }
        return { status: response.status, error_code: error.error_code, error_msg: error.error_msg };
    }
    const { checkpoint } = data;
    return {
        id: checkpoint.id,
        status: checkpoint.status,
        created_at: checkpoint.created_at,
        resource_graph: checkpoint.resource_graph,
        plan: checkpoint.protection_plan.id,
        resources: checkpoint.protection_plan.resources.map((each) => [each.id, each.extra_info ?? null]),
        extra_info: checkpoint.extra_info ?? null,
    };
});
