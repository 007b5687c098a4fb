// The client of OpenAPI Generator for typescript-fetch.
import { CheckpointsApi, Configuration, ErrorBodyFromJSON, ResponseError } from './client';
import { make } from './calls';

make(async (url, call) => {
    const api = new CheckpointsApi(new Configuration({ basePath: url, apiKey: call.token, headers: call.headers }));
    try {
        const { checkpoint } = await api.createCheckpoint({
            projectId: call.project_id,
            providerId: call.provider_id,
            checkpointRequest: {
                checkpoint: {
                    planId: call.plan_id,
                    parameters: { autoTrigger: call.parameters.auto_trigger, resources: call.parameters.resources },
                },
            },
        });
        return {
            id: checkpoint.id,
            status: checkpoint.status,
            created_at: checkpoint.createdAt,
            resource_graph: checkpoint.resourceGraph,
            plan: checkpoint.protectionPlan.id,
            resources: checkpoint.protectionPlan.resources.map((each) => [each.id, each.extraInfo ?? null]),
            extra_info: checkpoint.extraInfo ?? null,
        };
    } catch (error) {
        if (!(error instanceof ResponseError)) {
            throw error;
        }
        const body = ErrorBodyFromJSON(await error.response.json());
        return { status: error.response.status, error_code: body.errorCode, error_msg: body.errorMsg };
    }
});
