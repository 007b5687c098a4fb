// The client of oazapfts, on fetch. It knows no security scheme: the token is a header like others.
import { createCheckpoint, defaults } from './client/client';
import { make } from './calls';

make(async (url, call) => {
    defaults.baseUrl = url;
    const answer = await createCheckpoint(
        call.project_id,
        call.provider_id,
        { checkpoint: { plan_id: call.plan_id, parameters: call.parameters } },
        { headers: { 'X-Auth-Token': call.token, ...call.headers } },
    );
    if (answer.status !== 200) {
        return { status: answer.status, error_code: answer.data.error_code, error_msg: answer.data.error_msg };
    }
    const { checkpoint } = answer.data;
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
