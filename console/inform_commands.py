"""`gallra inform`: what people are told, in every language, and whether all of it is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, local_time, print_json, refuse, say, table

if TYPE_CHECKING:
    from lifecycle.policy.model import Policy
    from lifecycle.policy.notices import Language
    from tasks.house.settings import Settings

app = typer.Typer(help="What people are told about their data.", no_args_is_help=True)

Notice = Annotated[str, typer.Argument(help="The notice's id in the policy file.")]
Kind = Annotated[
    str | None, typer.Option("--for", help="Which kind of person; default: the first, or all.")
]
Spoken = Annotated[
    str | None, typer.Option("--language", "-l", help="Default: the one that governs, or all.")
]
Unit = Annotated[str | None, typer.Option(help="Whose cameras, where the notice is about them.")]
Folder = Annotated[Path, typer.Option("--out", help="The folder to write into.", file_okay=False)]


@app.command("list")
def list_(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """List the policy's notices: for whom, in which languages, when they are given.

    Example:  gallra inform list -c tommerup
    """
    with failures(as_json=as_json):
        _, policy = _policy(controller)
        found = [
            {
                "id": notice.id,
                "about": notice.about,
                "for": list(notice.subjects),
                "languages": list(notice.languages),
                "governs": notice.governs,
                "when": list(notice.when),
            }
            for notice in policy.notices
        ]
        if as_json:
            print_json(found)
            return
        heads = ["id", "for", "languages", "governs", "when"]
        rows = [[_cell(each[head]) for head in heads] for each in found]
        table("Notices", heads, rows)


@app.command()
def show(
    notice: Notice,
    kind: Kind = None,
    language: Spoken = None,
    unit: Unit = None,
    facts: Annotated[
        bool, typer.Option("--facts", help="The facts as JSON, to compare with later.")
    ] = False,
    html: Annotated[bool, typer.Option("--html", help="As the HTML of a mail.")] = False,
    controller: Controller = CONTROLLER,
) -> None:
    """Show what one kind of person is told: as text, as a mail's HTML, or as facts.

    Example:  gallra inform show standard --for participant --language ar
    """
    from lifecycle.notice.pages import mail
    from lifecycle.notice.plain import plain
    from tasks.informing.notice_texts import read_notice

    with failures():
        settings, policy = _policy(controller)
        named = policy.notice(notice)
        chosen = _language(policy, notice, language)
        built = read_notice(
            settings.policies,
            policy,
            notice,
            kind or named.subjects[0],
            unit=unit,
            languages=(chosen,),
        )
        if facts:
            say(built.facts.canonical)
            return
        text = built.text(chosen)
        say((mail(text) if html else plain(text)).rstrip("\n"))


@app.command()
def page(
    notice: Notice,
    out: Folder,
    unit: Unit = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Write the notice as web pages: one for each kind of person and language, and an index.

    Example:  gallra inform page standard --out notices
    """
    from tasks.informing.notice_texts import write_pages

    with failures():
        settings, policy = _policy(controller)
        written = write_pages(out, settings.policies, policy, notice, unit=unit)
        say(f"{len(written)} pages under {out}; begin with {written[-1].name}.")


@app.command()
def pdf(
    notice: Notice,
    out: Folder,
    kind: Kind = None,
    language: Spoken = None,
    unit: Unit = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Write the notice as PDF, to print and hand out: every kind of person and language, or one.

    Example:  gallra inform pdf standard --out notices --for pupil --language ti
    """
    from tasks.house.clock import utc_now
    from tasks.informing.notice_texts import write_pdfs

    with failures():
        settings, policy = _policy(controller)
        written = write_pdfs(
            out,
            settings.policies,
            policy,
            notice,
            on=utc_now().astimezone(policy.controller.zone).date(),
            subjects=None if kind is None else (kind,),
            languages=None if language is None else (_language(policy, notice, language),),
            unit=unit,
        )
        say(f"{len(written)} files under {out}.")


@app.command()
def check(
    controllers: Annotated[
        list[str] | None, typer.Argument(help="Which policies; default: all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every notice in every language: what is missing, out of date, not reviewed, undecided.

    Example:  gallra inform check academedia
    """
    from tasks.house.settings import Settings
    from tasks.house.wiring import list_policies, read_policy
    from tasks.informing.notice_texts import check_notices

    with failures(as_json=as_json):
        settings = Settings.from_environment()
        result: dict[str, list[dict[str, Any]]] = {}
        for name in controllers or list_policies(settings):
            checked = check_notices(settings.policies, read_policy(settings, name))
            result[name] = [
                {
                    "notice": each.notice,
                    "to_mend": [finding._asdict() for finding in each.findings],
                    "not_reviewed": list(each.unreviewed),
                    "undecided": [fact._asdict() for fact in each.undecided],
                    "whole": each.whole,
                }
                for each in checked
            ]
        if as_json:
            print_json(result)
        else:
            _show_checked(result)
        if any(each["to_mend"] for notices in result.values() for each in notices):
            raise typer.Exit(Exit.MISCONFIGURED)
        if any(each["undecided"] for notices in result.values() for each in notices):
            raise typer.Exit(Exit.ATTENTION)


@app.command("changes")
def changes_(
    notice: Notice,
    since: Annotated[
        Path, typer.Option(help="Facts kept by `show --facts` (.json), or an earlier policy file.")
    ],
    kind: Kind = None,
    unit: Unit = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show what a notice says otherwise than before, and who must be told again.

    Example:  gallra inform changes standard --for pupil --since kept.json
    """
    from tasks.informing.notice_texts import changes_in_words, earlier_facts, read_notice

    with failures(as_json=as_json):
        if not since.is_file():
            refuse("There is no such file; give the one that `gallra inform show --facts` wrote.")
        settings, policy = _policy(controller)
        named = policy.notice(notice)
        who = kind or named.subjects[0]
        languages = (named.governs,)
        built = read_notice(settings.policies, policy, notice, who, unit=unit, languages=languages)
        before = earlier_facts(since, notice, who, unit=unit)
        found = [
            {
                "section": change.section,
                "answers": list(change.answers),
                "no_longer": gone,
                "now": come,
            }
            for change, gone, come in changes_in_words(before, built)
        ]
        told = {"before": before.sha256, "now": built.facts.sha256, "tell_again": bool(found)}
        if as_json:
            print_json(told | {"kind": who, "changes": found})
            return
        if not found:
            say("The facts are the same: nobody has to be told again.")
        for each in found:
            say(f"{each['section']} ({', '.join(each['answers'])})")
            for sign, sentences in (("-", each["no_longer"]), ("+", each["now"])):
                for sentence in sentences:
                    say(f"  {sign} {sentence}")
        if found:
            say(f"Everybody of this kind is told again: {policy.subjects[who].called}.")


@app.command()
def status(controller: Controller = CONTROLLER, as_json: AsJson = False) -> None:
    """Show how many know what they are to be told, and who is late.

    Example:  gallra inform status
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.informing.informing import standing, written_to

        with open_house(controller) as house:
            found = [one for name in written_to(house) for one in standing(house, name)]
        if as_json:
            print_json([one._asdict() for one in found])
        elif not found:
            say("No notice is given to each person: the policy publishes them.")
        else:
            heads = ["notice", "for", "version", "people", "know", "by hand", "not told", "late"]
            table("Who is told", heads, [list(one) for one in found])
        if any(one.late for one in found):
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def given(
    person: Annotated[str, typer.Argument(help="S-…, as `gallra find` shows.")],
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show what one person was told: which version, when, in which languages, and how.

    Example:  gallra inform given S-0123456789ABC
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.informing.informing import given_to

        with open_house(controller) as house:
            found = given_to(house, person)
            zone = house.policy.controller.time_zone
        if as_json:
            print_json([one._asdict() for one in found])
        elif not found:
            say("Nobody has told that person anything yet, as far as Gallra knows.")
        else:
            table(
                "What they were told",
                ["letter", "notice", "version", "why", "how", "state", "when", "languages"],
                [
                    [
                        *(one.ref, one.notice, one.version[:12], one.occasion),
                        *(one.channel or one.reason or "by hand", one.state.replace("_", " ")),
                        *(local_time(one.done_at or one.opened_at, zone), one.languages),
                    ]
                    for one in found
                ],
            )


@app.command()
def send(
    notices: Annotated[
        list[str] | None, typer.Argument(help="Of the policy; default: all that are written.")
    ] = None,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Write to everybody who is to be told today, each once; whom no mail reaches by a work order.

    Example:  gallra inform send standard
    """
    with failures(as_json=as_json):
        from tasks.house.wiring import open_house
        from tasks.informing.informing import inform, written_to

        with open_house(controller) as house:
            done = {name: inform(house, name) for name in notices or written_to(house)}
        if as_json:
            print_json(
                {
                    name: one.written._asdict()
                    | {"standing": [each._asdict() for each in one.standing]}
                    for name, one in done.items()
                }
            )
        for name, one in done.items() if not as_json else ():
            said = one.written
            say(f"{name}: {said.sent} sent, {said.by_person} by hand, {said.later} later")
            if said.failure:
                say(f"! {said.failure}")
        if any(one.written.failure for one in done.values()):
            raise typer.Exit(Exit.ATTENTION)


def _policy(controller: str) -> tuple[Settings, Policy]:
    from tasks.house.settings import Settings
    from tasks.house.wiring import read_policy

    settings = Settings.from_environment()
    return settings, read_policy(settings, controller)


def _language(policy: Policy, notice: str, language: str | None) -> Language:
    named = policy.notice(notice)
    if language is not None and language not in named.languages:
        refuse(f"The policy gives this notice in: {', '.join(named.languages)}.")
    return next((each for each in named.languages if each == language), named.governs)


def _cell(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


def _show_checked(result: dict[str, list[dict[str, Any]]]) -> None:
    for controller, notices in result.items():
        for each in notices:
            mend, left = each["to_mend"], each["undecided"]
            states = [f"{len(mend)} to mend"] if mend else []
            states += [f"{len(left)} fact(s) undecided"] if left else []
            state = f"NOT WHOLE, {' and '.join(states)}" if states else "whole in every language"
            say(f"{controller}, {each['notice']}: {state}")
            for finding in mend:
                say(f"  {finding['language']}: {finding['where']} {finding['what']}")
            for fact in left:
                waits = f", waits for the decision {fact['decision']}" if fact["decision"] else ""
                say(f"  undecided, art. {', '.join(fact['points'])}: {fact['where']}{waits}")
                say(f"    missing for: {', '.join(fact['subjects'])}")
            if each["not_reviewed"]:
                languages = ", ".join(each["not_reviewed"])
                say(f"  Not reviewed by anybody whose mother tongue it is: {languages}")
