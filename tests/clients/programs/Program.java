// The client of OpenAPI Generator for Java, with java.net.http and Jackson.
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.CheckpointsApi;
import org.openapitools.client.model.Checkpoint;
import org.openapitools.client.model.CheckpointOrder;
import org.openapitools.client.model.CheckpointParameters;
import org.openapitools.client.model.CheckpointRequest;
import org.openapitools.client.model.ErrorBody;
import org.openapitools.client.model.Resource;

public class Program {
    private static final ObjectMapper JSON = new ObjectMapper();

    static Map<String, Object> send(String url, JsonNode call) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(url);
        // It knows no security scheme: the token is a header like others.
        Map<String, String> headers = new HashMap<>(Map.of("X-Auth-Token", call.get("token").textValue()));
        call.get("headers").fields().forEachRemaining(each -> headers.put(each.getKey(), each.getValue().textValue()));

        JsonNode given = call.get("parameters");
        // null leaves out a member whose default would be sent.
        CheckpointParameters parameters = new CheckpointParameters().autoTrigger(null);
        if (given.has("auto_trigger")) {
            parameters.setAutoTrigger(given.get("auto_trigger").booleanValue());
        }
        if (given.hasNonNull("resources")) {
            given.get("resources").forEach(each -> parameters.addResourcesItem(each.textValue()));
        }
        CheckpointOrder order = new CheckpointOrder().planId(call.get("plan_id").textValue()).parameters(parameters);

        Map<String, Object> outcome = new LinkedHashMap<>();
        try {
            Checkpoint checkpoint = new CheckpointsApi(client)
                .createCheckpoint(
                    call.get("project_id").textValue(),
                    call.get("provider_id").textValue(),
                    new CheckpointRequest().checkpoint(order),
                    headers)
                .getCheckpoint();
            outcome.put("id", checkpoint.getId());
            outcome.put("status", checkpoint.getStatus());
            outcome.put("created_at", checkpoint.getCreatedAt());
            outcome.put("resource_graph", checkpoint.getResourceGraph());
            outcome.put("plan", checkpoint.getProtectionPlan().getId());
            List<Object> resources = new ArrayList<>();
            for (Resource each : checkpoint.getProtectionPlan().getResources()) {
                List<String> resource = new ArrayList<>();
                resource.add(each.getId());
                resource.add(each.getExtraInfo());
                resources.add(resource);
            }
            outcome.put("resources", resources);
            outcome.put("extra_info", checkpoint.getExtraInfo());
        } catch (ApiException refusal) {
            ErrorBody body = client.getObjectMapper().readValue(refusal.getResponseBody(), ErrorBody.class);
            outcome.put("status", refusal.getCode());
            outcome.put("error_code", body.getErrorCode());
            outcome.put("error_msg", body.getErrorMsg());
        }
        return outcome;
    }

    public static void main(String[] arguments) throws Exception {
        JsonNode given = JSON.readTree(System.in);
        List<Object> outcomes = new ArrayList<>();
        for (JsonNode call : given.get("calls")) {
            outcomes.add(send(given.get("url").textValue(), call));
        }
        JSON.writeValue(System.out, outcomes);
    }
}
