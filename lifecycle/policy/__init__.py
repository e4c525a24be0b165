"""Policy is data: what Gallra does for a controller stands in one file that people can read."""

from lifecycle.configuration.problems import PolicyError, Problem
from lifecycle.policy.check import OpenDecision, open_decisions
from lifecycle.policy.load import known_policies, load_policy, parse_policy, policy_directory
from lifecycle.policy.model import Policy
from lifecycle.policy.schema import policy_schema

__all__ = [
    "OpenDecision",
    "Policy",
    "PolicyError",
    "Problem",
    "known_policies",
    "load_policy",
    "open_decisions",
    "parse_policy",
    "policy_directory",
    "policy_schema",
]
