// The client of openapi-typescript, with openapi-fetch.
import createClient from 'openapi-fetch';
import type { components, paths } from './client/schema';
import { make } from './calls';

make(async (url, call) => {
    const client = createClient<paths>({ baseUrl: url, headers: { 'X-Auth-Token': call.token } });
    const parameters: components['schemas']['CheckpointParameters'] = call.parameters;
    const { data, error, response } = await client.POST('/v1/{project_id}/providers/{provider_id}/checkpoints', {
        params: { path: { project_id: call.project_id, provider_id: call.provider_id } },
        headers: call.headers,
        body: { checkpoint: { plan_id: call.plan_id, parameters } },
    });
    if (error) {
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
