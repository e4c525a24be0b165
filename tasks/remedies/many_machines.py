"""Several servers and workers that do not share what they must: what to do, code by code."""

from __future__ import annotations

from typing import Final

_NOTHING: Final = "Nothing was started and nothing was changed."

MANY_MACHINES: Final[dict[str, tuple[str, str, str]]] = {
    "prefect_api_missing": (
        "It is not said where the Prefect servers are that this machine is to work with.",
        _NOTHING,
        "Set GALLRA_PREFECT_API and GALLRA_PREFECT_AUTH_FILE. On a single machine use "
        "`gallra serve`: it needs neither.",
    ),
    "prefect_secrets_missing": (
        "A file is missing that every Prefect server of the group reads.",
        _NOTHING,
        "Set GALLRA_PREFECT_SECRETS to a folder with `prefect-database-url`, `prefect-redis-url` "
        "and `prefect-encryption-key`, the same for every server (docs/administration.md, *Past "
        "one machine*).",
    ),
    "prefect_database_not_shared": (
        "Several Prefect servers need one PostgreSQL database, and this is none.",
        _NOTHING,
        "Write postgresql://… into the file `prefect-database-url`.",
    ),
    "prefect_redis_not_shared": (
        "Several Prefect servers need one Redis, and this is none.",
        _NOTHING,
        "Write redis://… or rediss://… into the file `prefect-redis-url`.",
    ),
    "database_not_shared": (
        "Workers run on several machines, and the records or the keys are a file on this one.",
        _NOTHING,
        "Set GALLRA_DATABASE_URL and GALLRA_KEY_DATABASE_URL to PostgreSQL. Nothing moves there "
        "from a file: begin with an empty database.",
    ),
    "case_register_not_shared": (
        "Workers run on several machines, and the case register that comes with Gallra is a file "
        "on one.",
        _NOTHING,
        "Bind the real case system (docs/administration.md, *Binding Workbuster*), or keep all "
        "workers on one machine.",
    ),
    "home_not_shared": (
        "The state folder here is another one than that of the other workers.",
        "No run was taken: a folder that is empty here alone would have been proven empty.",
        "Mount the same volume as on the other machines and name it in GALLRA_HOME. Was the "
        "folder moved on purpose: stop every worker, delete the variable `gallra_home` in the "
        "Prefect UI, run `gallra deploy`.",
    ),
    "nothing_to_deploy": (
        "No deployment in prefect.yaml is for this controller.",
        _NOTHING,
        "Check the name, or copy the deployments in prefect.yaml and change `controller` there.",
    ),
    "pool_template_missing": (
        "The file that says how the containers of this pool are made is not there.",
        _NOTHING,
        "Take deployments/pools/docker.json or deployments/pools/kubernetes.json, fit it, and "
        "name it with `--template`.",
    ),
    "pool_image_missing": (
        "It is not said which image the containers of this pool are made of.",
        _NOTHING,
        "Name it with `--image`, best with its digest: registry.example.se/gallra@sha256:….",
    ),
}
