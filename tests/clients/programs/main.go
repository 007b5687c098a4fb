// The client of OpenAPI Generator for Go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"

	client "example.com/checkpoint/client"
)

type call struct {
	ProjectID  string            `json:"project_id"`
	ProviderID string            `json:"provider_id"`
	Token      string            `json:"token"`
	PlanID     string            `json:"plan_id"`
	Parameters parameters        `json:"parameters"`
	Headers    map[string]string `json:"headers"`
}

type parameters struct {
	AutoTrigger *bool    `json:"auto_trigger"`
	Resources   []string `json:"resources"`
}

type created struct {
	ID            string       `json:"id"`
	Status        string       `json:"status"`
	CreatedAt     string       `json:"created_at"`
	ResourceGraph *string      `json:"resource_graph"`
	Plan          string       `json:"plan"`
	Resources     [][2]*string `json:"resources"`
	ExtraInfo     *string      `json:"extra_info"`
}

type refused struct {
	Status    int    `json:"status"`
	ErrorCode string `json:"error_code"`
	ErrorMsg  string `json:"error_msg"`
}

func send(url string, given call) any {
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: url}}
	configuration.DefaultHeader = given.Headers
	api := client.NewAPIClient(configuration).CheckpointsAPI
	keys := map[string]client.APIKey{"token": {Key: given.Token}}
	ctx := context.WithValue(context.Background(), client.ContextAPIKeys, keys)

	// Not NewCheckpointParameters(), which sends the default of auto_trigger.
	parameters := client.CheckpointParameters{
		AutoTrigger: given.Parameters.AutoTrigger,
		Resources:   given.Parameters.Resources,
	}
	order := client.NewCheckpointOrder(given.PlanID, parameters)
	answer, response, err := api.CreateCheckpoint(ctx, given.ProjectID, given.ProviderID).
		CheckpointRequest(*client.NewCheckpointRequest(*order)).Execute()
	if err != nil {
		var refusal *client.GenericOpenAPIError
		if !errors.As(err, &refusal) {
			log.Fatal(err)
		}
		body := refusal.Model().(client.ErrorBody)
		return refused{response.StatusCode, body.ErrorCode, body.ErrorMsg}
	}
	checkpoint := answer.Checkpoint
	resources := [][2]*string{}
	for _, each := range checkpoint.ProtectionPlan.Resources {
		resources = append(resources, [2]*string{&each.Id, each.ExtraInfo.Get()})
	}
	return created{
		checkpoint.Id, checkpoint.Status, checkpoint.CreatedAt, checkpoint.ResourceGraph.Get(),
		checkpoint.ProtectionPlan.Id, resources, checkpoint.ExtraInfo.Get(),
	}
}

func main() {
	var given struct {
		URL   string `json:"url"`
		Calls []call `json:"calls"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		log.Fatal(err)
	}
	outcomes := []any{}
	for _, each := range given.Calls {
		outcomes = append(outcomes, send(given.URL, each))
	}
	if err := json.NewEncoder(os.Stdout).Encode(outcomes); err != nil {
		log.Fatal(err)
	}
}
