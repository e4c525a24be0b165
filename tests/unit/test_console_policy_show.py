"""`gallra policy show`: every name that an option asks for, and what is bound to it."""

import json

import pytest
from typer.testing import CliRunner

from console.main import app
from console.output import Exit
from tests.factories.notices import policy_of


def shown(controller: str, *words: str) -> str:
    done = CliRunner().invoke(app, ["policy", "show", "-c", controller, *words])
    assert done.exit_code == Exit.DONE
    return done.stdout


@pytest.mark.parametrize(
    "controller", ["academedia", "behandlingsskolerne", "bergqvist", "tommerup"]
)
def test_every_name_of_the_policy_is_there(controller: str) -> None:
    policy, found = policy_of(controller), json.loads(shown(controller, "--json"))
    names = {part: [each["name"] for each in found[part]] for part in found if part not in
             {"controller", "contacts"}}  # fmt: skip
    assert names["purposes"] == list(policy.purposes)
    assert names["subjects"] == list(policy.subjects)
    assert names["categories"] == list(policy.categories)
    assert names["roles"] == list(policy.roles)
    assert names["questions"] == [one.id for one in policy.consents]
    assert set(policy.systems) <= set(names["systems"])
    if policy.sharing is not None:
        assert names["recipients"] == list(policy.sharing.recipients)
        assert set(policy.sharing.channels) <= set(names["channels"])
    assert found["contacts"]["company"] == policy.controller.company
    assert found["contacts"]["privacy_mailbox"] == policy.controller.privacy_mailbox


def test_what_is_bound_stands_beside_the_name() -> None:
    found = json.loads(shown("bergqvist", "--json"))
    bound = {each["name"]: each["bound"] for each in found["systems"]}
    assert bound["schoolity"] == "sql"
    assert bound["clinic-cabinet"] == "manual"
    assert bound["gallra"] == "gallra"


def test_the_page_names_them_for_whoever_types() -> None:
    page = shown("tommerup")
    assert "kontor@tfe.dk" in page
    for part in ("Purposes", "Categories", "Recipients", "Questions", "Roles"):
        assert part in page


def test_a_controller_without_bindings_is_shown_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("GALLRA_SYSTEMS", str(tmp_path))
    found = json.loads(shown("bergqvist", "--json"))
    assert {each["bound"] for each in found["systems"]} == {"", "gallra"}
