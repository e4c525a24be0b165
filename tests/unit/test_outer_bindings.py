"""Every system of a policy is bound once, and a binding that means something else is told so."""

from __future__ import annotations

from pathlib import Path

import pytest

from lifecycle.bindings import Absent, Bindings, Manual, Sql, load_bindings, parse_bindings
from lifecycle.configuration.problems import BindingsError
from lifecycle.policy import Policy, load_policy, policy_directory

SYSTEMS = Path(__file__).parents[2] / "deployments" / "systems"
CONTROLLERS = ("academedia", "behandlingsskolerne", "bergqvist", "tommerup")
ENVIRONMENT = {"GALLRA_HOME": "/srv/gallra"}
TEXT = (SYSTEMS / "tommerup.yaml").read_text(encoding="utf-8")
HTTP = """
  uni-login:
    kind: http
    url: "https://uni.example.dk/api"
    token: {env: GALLRA_UNI_TOKEN}
    resources:
      - resource: users
        kind: pupil
        list: /users
        items: data
        paging: {next: links.next}
        one: "/users/{key}"
        erase: {path: "/users/{key}"}
        key: id
        identifiers: {national_id: cpr}
        match: [national_id]
        categories:
          identity: {name: name, national_id: cpr}
          contact: {email: mail}
          enrolment: {current_grade: grade}
          study: {uni_login: login}
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(policy_directory() / "tommerup.yaml")


def parse(text: str, policy: Policy) -> Bindings:
    return parse_bindings(
        text.encode(), name="tommerup.yaml", policy=policy, environment=ENVIRONMENT
    )


def told(text: str, policy: Policy) -> dict[str, str]:
    with pytest.raises(BindingsError) as refused:
        parse(text, policy)
    assert "hunter2" not in str(refused.value)
    assert all(problem.line > 0 for problem in refused.value.problems)
    return {problem.path: problem.message for problem in refused.value.problems}


def over_http(text: str = TEXT) -> str:
    """The file with UNI-Login as a JSON interface."""
    before, _, rest = text.partition("  uni-login:\n")
    _, _, after = rest.partition("  # Weeded: at the turn of the year.\n")
    return before + HTTP.removeprefix("\n") + after


@pytest.mark.parametrize("controller", CONTROLLERS)
def test_every_system_and_place_of_the_policy_is_bound(controller: str) -> None:
    policy = load_policy(policy_directory() / f"{controller}.yaml")
    bindings = load_bindings(SYSTEMS / f"{controller}.yaml", policy=policy, environment=ENVIRONMENT)
    outer = {n: s for n, s in policy.systems.items() if s.role in {"system", "place"}}
    assert set(bindings.systems) == set(outer)
    for name, system in outer.items():
        by_hand = isinstance(bindings.systems[name], Manual)
        assert by_hand == (system.reached == "by_hand"), name
    files = [b.url for b in bindings.systems.values() if isinstance(b, Sql)]
    assert len(set(files)) == len(files)
    assert all(url.startswith("sqlite:////srv/gallra/systems/") for url in files)


def test_a_json_interface_is_bound_in_the_place_of_a_database(policy: Policy) -> None:
    bindings = parse(over_http(), policy)
    assert bindings.systems["uni-login"].kind == "http"
    assert "uni.example.dk" not in repr(bindings.systems["uni-login"])


def test_a_system_that_the_company_does_not_have(policy: Policy) -> None:
    text = TEXT.replace(
        "ungedatabasen: {kind: manual, where: Ungedatabasen}",
        "ungedatabasen: {kind: absent, reason: skolen indberetter ikke}",
    )
    absent = parse(text, policy).systems["ungedatabasen"]
    assert isinstance(absent, Absent)
    right = told(text.replace(", reason: skolen indberetter ikke", ""), policy)
    assert "is missing" in right["systems.ungedatabasen.reason"]


@pytest.mark.parametrize(
    ("old", "new", "path", "right"),
    [
        ("  skoleintra:\n", "  skoleintar:\n", "systems.skoleintar", "'skoleintra'?"),
        ("  skoleintra:\n", "  skoleintar:\n", "systems", "'skoleintra' of the policy"),
        (
            "  event-list: {kind: manual, where: kontorets lister over tilmeldte}\n",
            "",
            "systems",
            "'event-list' of the policy is not bound",
        ),
        ("kind: manual, where: Unge", "kind: manuel, where: Unge", "systems.ungedatabasen", "man"),
        ("        kind: waiting", "        kind: wating", "systems.waiting-list", "'waiting'?"),
        ("          ppr: {", "          pprs: {", "systems.school-administration", "'ppr'"),
        ("{ppr_assessment: ", "{ppr_asessment: ", "systems.school-admin", "'ppr_assessment'?"),
        (
            "anchors: {latest_visit: ",
            "anchors: {last_visit: ",
            "systems.website-statistics",
            "'latest_visit'?",
        ),
        (
            "        anchors: {latest_visit: seneste_besøg}\n",
            "",
            "systems.website-statistics",
            "visitor.two-years counts from 'latest_visit'",
        ),
        ("key: elevnummer", "key: cpr", "systems.school-administration", "pupil.accounts empties"),
        ("key: bevisnummer", 'key: "bevis nummer"', "systems.certificate-archive", "not a table"),
        ("key: bevisnummer", 'key: "a\\"; DROP TABLE b; --"', "systems.certificate", "not a tab"),
        ("key_is: integer", "key_is: number", "systems.school-administration", "text, integer"),
        ("match: [national_id]", "match: [case_reference]", "systems.school", "not among"),
        ("match: [national_id]", "match: [name]", "systems.school-administration", "not known"),
        ("email: email}\n        match", "email: mail}\n        match", "systems.sch", "no categ"),
        ("table: elever, through", "table: elev, through", "systems.school-adm", "not bound here"),
        (", own: forælder_id, other: elevnummer", "", "systems.school-admin", "through with own"),
        (
            "    stand_in: true",
            "    stand_in: ja",
            "systems.school-administration",
            "not true or false",
        ),
    ],
)
def test_a_wrong_word_is_met_with_the_right_one(
    policy: Policy, old: str, new: str, path: str, right: str
) -> None:
    assert old in TEXT
    found = told(TEXT.replace(old, new, 1), policy)
    assert any(p.startswith(path) and right in m for p, m in found.items()), found


def test_a_key_that_a_rule_empties_is_no_key(policy: Policy) -> None:
    text = TEXT.replace("key: elevnummer\n        key_is: integer", "key: email", 1)
    found = told(text, policy)
    right = "pupil.turn-of-year-register empties 'email': name a key that says nothing of a person"
    assert found["systems.school-administration.tables[0].key"] == right


def test_a_category_that_nobody_mapped_is_told(policy: Policy) -> None:
    line = "          citizenship: {citizenship: statsborgerskab}\n"
    assert line in TEXT
    found = told(TEXT.replace(line, ""), policy)
    right = "'citizenship' of a relative lies here by the policy, but is not mapped"
    assert found["systems.school-administration"] == right


def test_by_hand_and_by_machine_are_the_policys_words(policy: Policy) -> None:
    hand = TEXT.replace("kind: manual, where: Ungedatabasen", "kind: memory")
    assert "write kind: manual" in told(hand, policy)["systems.ungedatabasen.kind"]
    before, _, rest = TEXT.partition("  uni-login:\n")
    _, _, after = rest.partition("  # Weeded: at the turn of the year.\n")
    machine = f"{before}  uni-login: {{kind: manual, where: her}}\n{after}"
    assert "by_machine" in told(machine, policy)["systems.uni-login.kind"]


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("postgresql://gallra:hunter2@db.example.dk/skole?sslmode=verify-full", "password: {env"),
        ("postgresql://db.example.dk/skole?sslmode=require&password=hunter2", "password: {env"),
        ("postgresql://gallra@db.example.dk/skole", "sslmode=verify-full"),
        ("postgresql://gallra@db.example.dk/skole?sslmode=prefer", "sslmode=verify-full"),
        ("mysql://gallra:hunter2@localhost/skole", "or postgresql://user@host"),
        ("sqlite:///skole.db", "from the root"),
        ("sqlite:///${NOWHERE}/skole.db", "NOWHERE is not set"),
        ("postgresql://[hunter2/skole", "or postgresql://user@host"),
    ],
)
def test_an_address_that_would_leak_or_leads_nowhere(policy: Policy, url: str, right: str) -> None:
    old = 'url: "sqlite:///${GALLRA_HOME}/systems/tommerup/uni-login.db"'
    assert old in TEXT
    found = told(TEXT.replace(old, f'url: "{url}"'), policy)
    assert right in found["systems.uni-login.url"]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://gallra@db.example.dk/skole?sslmode=verify-full",
        "postgresql://gallra@localhost:5433/skole",
        "postgresql:///skole?host=/run/postgresql",
    ],
)
def test_a_server_may_be_elsewhere_if_encrypted(policy: Policy, url: str) -> None:
    old = '    url: "sqlite:///${GALLRA_HOME}/systems/tommerup/uni-login.db"\n    stand_in: true\n'
    assert old in TEXT
    bindings = parse(TEXT.replace(old, f'    url: "{url}"\n'), policy)
    assert bindings.systems["uni-login"].kind == "sql"


@pytest.mark.parametrize(
    ("old", "new", "path", "right"),
    [
        ("https://uni.example.dk/api", "http://uni.example.dk/api", "url", "https only"),
        ("https://uni.example.dk/api", "https://u:hunter2@uni.example.dk", "url", "without a user"),
        ("https://uni.example.dk/api", "https://uni.example.dk?t=hunter2", "url", "question mark"),
        ("token: {env: GALLRA_UNI_TOKEN}", "token: hunter2", "token", "by name only"),
        ('one: "/users/{key}"', 'one: "/users"', "resources[0].one", "needs {key} once"),
        ('one: "/users/{key}"', 'one: "/u/{key}/{id}"', "resources[0].one", "needs {key} once"),
        ("list: /users", "list: users", "resources[0].list", "is not a path"),
        ("{next: links.next}", "{next: links.next, page: p}", "resources[0].paging", "either"),
        ("{next: links.next}", "{next: links..next}", "resources[0].paging.next", "JSON object"),
        ("key: id", "key: cpr", "resources[0].key", "no problem"),
    ],
)
def test_a_wrong_word_about_an_interface(
    policy: Policy, old: str, new: str, path: str, right: str
) -> None:
    text = over_http()
    assert old in text
    if right == "no problem":
        # Everything of the record goes at once: no rule empties its key before.
        parse(text.replace(old, new, 1), policy)
        return
    found = told(text.replace(old, new, 1), policy)
    assert right in found[f"systems.uni-login.{path}"]


def test_an_interface_that_cannot_empty_fields_where_a_rule_needs_it(policy: Policy) -> None:
    start = TEXT.index("  school-administration:\n")
    end = TEXT.index("  # Weeded: five years after the accounting year.\n")
    interface = HTTP.replace("  uni-login:", "  school-administration:").replace("users", "pupils")
    found = told(TEXT[:start] + interface.lstrip("\n") + TEXT[end:], policy)
    assert any("empties fields of these records" in message for message in found.values())
