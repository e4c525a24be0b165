"""One paragraph of the policy each, run and watched in Prefect."""
