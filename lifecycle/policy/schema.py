"""The policy language for editors: completion and checking while a policy is being written."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from lifecycle.policy.model import Policy


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that `policies/policy.schema.json` publishes."""
    schema = Policy.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": "https://gallra.example/policy.schema.json",
        **schema,
        "title": "A controller's policy",
    }
