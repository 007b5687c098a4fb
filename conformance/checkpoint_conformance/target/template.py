"""The target file that `target init` writes."""

from __future__ import annotations

__all__ = ["TEMPLATE"]

TEMPLATE = """\
# The target of `checkpoint-contract verify`. Every accepted call creates a real backup, up to `max_creates`.
# Any value can come from an environment variable, { env = "CSBS_TOKEN" }, or from the one line of a file,
# { file = "token.txt" }.

url = "https://csbs.example.com"        # the origin and an optional prefix; /v1/... is appended
project_id = "b942cc8342734d15bcb246babb1953cf"
provider_id = "fc4d5750-22e7-4798-8a46-f48f62c4c1da"
token = { env = "CSBS_TOKEN" }          # a token of the project that may execute the policy

max_creates = 100                       # hard limit on the checkpoints that a run creates; with fewer than
                                        # `target check` names, some requirements get fewer calls
timeout = 10.0                          # seconds for a whole exchange (HTTP-1)
# patience = 60.0                       # seconds to wait for a running policy, a 503 or a 429 to pass
# settle_within = 30.0                  # seconds after which a checkpoint has ended (OBS-3)
# network = "reliable"                  # nothing is lost on the way; default: only on this machine
# connections = 4                       # how many carry independent requests at the same time, up to 16
# rate = 5.0                            # maximum number of requests per second
# proxy = "http://proxy.example.com:3128"   # default: the environment's; "" for none
# headers = { X-Api-Key = "..." }       # additional headers for every request
# sign = "python3 sign.py"              # a command that prints the headers which sign a request
profiles = []                           # beyond core: discovery, observation, deletion, conflict

[policy]
id = "62171999-3df1-42f7-9513-6f9b1bea4744"
resources = [                           # the ids of ALL resources of the policy; use at least two
  "7a32a8b5-7977-4e24-b5da-e0eb457db75b",
  "b2b433bf-7dd6-4a74-aa8f-85673dfbda48",
]

# If a fixture is missing, its requirement is skipped, and the verdict is partial.
[fixtures]
# expired_token = { env = "CSBS_EXPIRED_TOKEN" }       # AUTH-3
# read_only_token = { env = "CSBS_READ_ONLY_TOKEN" }   # AUTH-5

# [fixtures.second_project]             # another project on the same server
# project_id = "0d8c7a5e91f24b6c8e3f1a2b4c5d6e7f"
# token = { env = "CSBS_SECOND_TOKEN" } # AUTH-4
# policy_id = "6a6cda7e-7b89-4b14-8e5c-3b6821a97d2c"   # NF-2; executed once

[implementation]                        # name of the server in the report
name = "my server"
version = "1.0"
# vendor = "Example Ltd"
# url = "https://example.com"

# [deviations]
# resource_extra_info = "object"        # a resource's extra_info is a bare object

# [tls]
# ca_file = "ca.pem"                    # a private certificate authority
# client_certificate = "client.pem"
# client_key = "client.key"
# client_key_passphrase = { file = "client.pass" }
# verify = true
"""
"""The text that `target init` writes."""
