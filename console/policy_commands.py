"""`gallra policy`: is the policy file right, what does it leave open, and what may it say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from console import policy_show_command, trace_command
from console.options import AsJson
from console.output import Exit, failures, print_json, say, table

if TYPE_CHECKING:
    from tasks.house.settings import Settings

app = typer.Typer(help="The policy files.", no_args_is_help=True)
trace_command.register(app)
policy_show_command.register(app)


@app.command()
def check(
    controllers: Annotated[
        list[str] | None, typer.Argument(help="Which policies; default: all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check policy files: what is wrong, line by line, and which decisions are open.

    Where there are bindings of the outer systems for the same controller, they are checked too.

    Example:  gallra policy check academedia
    """
    from tasks.house.settings import Settings
    from tasks.house.wiring import list_policies

    with failures(as_json=as_json):
        settings = Settings.from_environment()
        names = controllers or list_policies(settings)
        result = {name: _checked(settings, name) for name in names}
        if as_json:
            print_json(result)
        else:
            _show(result)
        if not all(found["ok"] for found in result.values()):
            raise typer.Exit(Exit.MISCONFIGURED)


def _checked(settings: Settings, name: str) -> dict[str, Any]:
    from lifecycle.configuration.problems import ConfigurationError
    from lifecycle.placement.wording import load_wording
    from lifecycle.policy.check import open_decisions
    from tasks.house.wiring import has_bindings, read_bindings, read_policy

    found: dict[str, Any] = {"ok": False, "policies": str(settings.policies)}
    try:
        policy = read_policy(settings, name)
        found["sha256"] = policy.sha256
        found["open"] = [
            {
                "id": d.id,
                "about": list(d.about),
                "question": d.question,
                "until": d.until_then,
                "waiting": list(d.waiting),
            }
            for d in open_decisions(policy)
        ]
        if policy.placement is not None:
            load_wording(settings.policies, policy.controller.country)
        if has_bindings(settings, name):
            found["bindings"] = str(settings.systems)
            read_bindings(settings, policy)
    except ConfigurationError as error:
        return found | {"problems": [str(problem) for problem in error.problems]}
    return found | {"ok": True}


def _show(result: dict[str, dict[str, Any]]) -> None:
    for name, found in result.items():
        if problems := found.get("problems"):
            where = found.get("bindings") or found["policies"]
            say(f"{name}: {len(problems)} problem(s) under {where}")
            for problem in problems:
                say(f"  {problem}")
            continue
        say(f"{name}: in order (sha256 {found['sha256']})")
        if "bindings" not in found:
            say("  No bindings of outer systems yet: no file of that name under GALLRA_SYSTEMS.")
        table(
            "Open decisions",
            ["id", "about", "question"],
            [[d["id"], ", ".join(d["about"]), d["question"]] for d in found["open"]],
        )


@app.command()
def schema() -> None:
    """Print the JSON Schema of policy files, for editors.

    Example:  gallra policy schema > policies/policy.schema.json
    """
    from lifecycle.policy.schema import policy_schema

    print_json(policy_schema())
