"""`gallra policy`: is the policy file right, what does it leave open, and what may it say."""

from __future__ import annotations

from typing import Annotated

import typer

from console.options import AsJson
from console.output import Exit, failures, print_json, say, table

app = typer.Typer(help="The policy files.", no_args_is_help=True)


@app.command()
def check(
    controllers: Annotated[
        list[str] | None, typer.Argument(help="Which policies; default: all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check policy files: what is wrong, line by line, and which decisions are open.

    Example:  gallra policy check academedia
    """
    from lifecycle.configuration.problems import PolicyError
    from lifecycle.policy.check import open_decisions as find_open
    from lifecycle.policy.load import known_policies
    from tasks.settings import Settings
    from tasks.wiring import read_policy

    with failures(as_json=as_json):
        settings = Settings.from_environment()
        result = {}
        wrong = False
        for name in controllers or known_policies(settings.policies):
            try:
                policy = read_policy(settings, name)
            except PolicyError as error:
                wrong = True
                result[name] = {"ok": False, "problems": [str(p) for p in error.problems]}
                continue
            open_decisions = [
                {"id": d.id, "about": list(d.about), "question": d.question, "until": d.until_then}
                for d in find_open(policy)
            ]
            result[name] = {"ok": True, "sha256": policy.sha256, "open": open_decisions}
        if as_json:
            print_json(result)
        else:
            _show(result)
        if wrong:
            raise typer.Exit(Exit.MISCONFIGURED)


def _show(result: dict[str, dict[str, object]]) -> None:
    for name, found in result.items():
        problems = found.get("problems")
        if isinstance(problems, list):
            say(f"{name}: {len(problems)} problem(s)")
            for problem in problems:
                say(f"  {problem}")
            continue
        say(f"{name}: in order (sha256 {found['sha256']})")
        decisions = found.get("open")
        if isinstance(decisions, list):
            table(
                "Open decisions", ["id", "question"], [[d["id"], d["question"]] for d in decisions]
            )


@app.command()
def schema() -> None:
    """Print the JSON Schema of policy files, for editors.

    Example:  gallra policy schema > policies/policy.schema.json
    """
    from lifecycle.policy.schema import policy_schema

    print_json(policy_schema())
