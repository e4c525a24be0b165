"""`gallra plan`: what goes, what stays, why and until when; rehearsed, drawn up, shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console.options import CONTROLLER, AsJson, Controller
from console.output import Exit, failures, print_json, refuse, say
from console.plan_output import (
    items_as_json,
    kind_name,
    plan_as_json,
    show_figures,
    show_head,
    show_list,
    show_people,
    warn_of_systems,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifecycle.plan import PlanItem, PlanKind
    from tasks.house.parts import House

app = typer.Typer(
    help="What goes, what stays and why: rehearsed, drawn up, shown.", no_args_is_help=True
)


@app.command()
def create(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Rehearse this day: nothing is stored."),
    ] = None,
    year_end: Annotated[
        bool, typer.Option("--year-end", help="The turn of this year, seen from today.")
    ] = False,
    person: Annotated[
        str | None, typer.Option(help="Somebody who asks to be erased, S-… (art. 17).")
    ] = None,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Show it and store nothing.")
    ] = False,
    by: Annotated[
        str, typer.Option(help="The officer who draws it up, and may not approve it then.")
    ] = "",
    everybody: Annotated[bool, typer.Option("--all", help="Show every person.")] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Draw up a plan of what is due; with --as-of or --rehearse, only show it.

    A plan changes nothing: it waits for approval. Drawing up the same plan again gives the same
    one.

    Example:  gallra plan create --year-end --rehearse
    """
    if person is not None and (year_end or as_of is not None):
        raise typer.BadParameter("somebody who asks is erased now: leave the other day out")
    with failures(as_json=as_json):
        from lifecycle.plan import PlanKind
        from tasks.house.today import local_today
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            kind = PlanKind.YEAR_END if year_end else PlanKind.RETENTION
            kind = PlanKind.REQUEST if person is not None else kind
            today = local_today(house)
            day = date(today.year, 12, 31) if year_end else today
            if as_of is not None:
                day = as_of.date()
            if rehearse or as_of is not None:
                late = _rehearse(house, kind, day, person, everybody=everybody, as_json=as_json)
            else:
                late = _draw(house, kind, day, person, by, everybody=everybody, as_json=as_json)
        if late:
            raise typer.Exit(Exit.ATTENTION)


@app.command()
def show(
    ref: Annotated[str, typer.Argument(help="The plan, P-…, as `gallra plan list` says.")],
    person: Annotated[str | None, typer.Option(help="Only this person, S-….")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Show every person.")] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """Show a plan: what goes where, by which sentence, by when; what stays and why.

    Nothing in it says who somebody is.

    Example:  gallra plan show P-0123456789ABC --all
    """
    with failures(as_json=as_json):
        from lifecycle.plan import PlanKind
        from lifecycle.references import PLAN, SUBJECT, from_reference
        from records import plans
        from records.engines import reading
        from tasks.erasing.plan_overview import overview
        from tasks.house.wiring import open_house

        number = from_reference(PLAN, ref)
        subject = from_reference(SUBJECT, person) if person is not None else None
        with open_house(controller) as house:
            with reading(house.engine) as connection:
                plan = plans.get(connection, controller=house.controller, number=number)
                stored = plans.items(connection, number, subject=subject)
            if plan.kind is PlanKind.DISCLOSURE:
                refuse(f"{plan.ref} is a disclosure: gallra share show {plan.ref}")
            if plan.kind is PlanKind.REVIEW:
                refuse(f"{plan.ref} is a review: gallra processor show {stored[0].item.system}")
            if plan.kind is PlanKind.INCIDENT:
                refuse(f"{plan.ref} is whom to tell of an incident: gallra incident list")
            if subject is not None and not stored:
                refuse(f"{plan.ref} does not speak of {person}.")
            told = overview(house, plan)
            items = [one.item for one in stored]
            if as_json:
                states = [str(one.state) for one in stored]
                print_json(
                    plan_as_json(house, plan) | items_as_json(house, items, told, states=states)
                )
                return
            show_head(house, plan)
            if subject is None:
                show_figures(told)
            show_people(house, items, everybody=everybody or subject is not None)


@app.command("list")
def list_plans(
    everything: Annotated[
        bool, typer.Option("--all", help="Those that are over too: proven, declined, void.")
    ] = False,
    controller: Controller = CONTROLLER,
    as_json: AsJson = False,
) -> None:
    """List the plans that wait for somebody or something, the newest first.

    Example:  gallra plan list
    """
    with failures(as_json=as_json):
        from records import plans
        from records.engines import reading
        from tasks.house.wiring import open_house

        with open_house(controller) as house:
            with reading(house.engine) as connection:
                found = plans.find(
                    connection,
                    controller=house.controller,
                    states=None if everything else plans.OPEN,
                    limit=100,
                )
            if as_json:
                print_json({"plans": [plan_as_json(house, plan) for plan in found]})
            elif not found:
                say("No plan waits.")
            else:
                show_list(house, found)


def _rehearse(
    house: House,
    kind: PlanKind,
    day: date,
    person: str | None,
    *,
    everybody: bool,
    as_json: bool,
) -> int:
    from lifecycle.references import SUBJECT, from_reference
    from tasks.erasing.plan_overview import overview_of
    from tasks.erasing.planning import rehearse

    about = from_reference(SUBJECT, person) if person is not None else 0
    derived = rehearse(house, kind=kind, as_of=day, about=about)
    told = overview_of(house, derived.items, as_of=day)
    if as_json:
        head = {"kind": str(kind), "as_of": day.isoformat(), "rehearsal": True}
        print_json(head | {"counts": derived.counts} | items_as_json(house, derived.items, told))
        return told.late
    say(f"Rehearsal of {day.isoformat()} ({kind_name(kind)}): nothing is stored.")
    if not derived.items:
        say(f"Nothing to do: of nobody anything is due by {day.isoformat()}.")
    warn_of_systems(house)
    show_figures(told)
    show_people(house, derived.items, everybody=everybody)
    return told.late


def _draw(
    house: House,
    kind: PlanKind,
    day: date,
    person: str | None,
    by: str,
    *,
    everybody: bool,
    as_json: bool,
) -> int:
    from lifecycle.errors import Refused
    from records import plans
    from records.engines import reading
    from tasks.erasing.plan_overview import overview, overview_of
    from tasks.erasing.planning import draw, rehearse
    from tasks.erasing.requests import ask_for_erasure
    from tasks.officers.registering import list_officers

    if by and by not in {officer.handle for officer in list_officers(house)}:
        raise Refused("officer_unknown")
    plan = (
        ask_for_erasure(house, person, created_by=by)
        if person is not None
        else draw(house, kind=kind, as_of=day, created_by=by)
    )
    if plan is None:
        items: Sequence[PlanItem] = rehearse(house, kind=kind, as_of=day).items
        told = overview_of(house, items, as_of=day)
    else:
        with reading(house.engine) as connection:
            items = [one.item for one in plans.items(connection, plan.number)]
        told = overview(house, plan)
    if as_json:
        head = plan_as_json(house, plan) if plan is not None else {"ref": None, "kind": str(kind)}
        print_json(head | items_as_json(house, items, told))
        return told.late
    if plan is None:
        say("Nothing to do: nothing goes, or it goes by a plan that is approved already.")
    else:
        show_head(house, plan)
    warn_of_systems(house)
    show_figures(told)
    show_people(house, items, everybody=everybody)
    return told.late
