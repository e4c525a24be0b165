"""`gallra certificate`: what was erased, everywhere, and who agreed: signed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.options import CONTROLLER, Controller
from console.output import failures, refuse, say

app = typer.Typer(help="Erasure certificates.", no_args_is_help=True)


@app.command()
def show(
    ref: Annotated[str, typer.Argument(help="The plan, P-….")],
    html: Annotated[
        Path | None, typer.Option("--html", help="Write it as a page that a person can read.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the signed JSON into a new file.")
    ] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Show a plan's certificate; there is one only when everything is proven.

    Example:  gallra certificate show P-0123456789ABC --html certificate.html
    """
    with failures():
        from tasks.house.wiring import open_house
        from tasks.proving.certificate_page import as_page, as_text
        from tasks.proving.certifying import of_plan

        with open_house(controller) as house:
            certificate = of_plan(house, ref)
        if html is not None:
            _write(html, as_page(certificate).encode())
        if output is not None:
            _write(output, certificate.to_json())
        if html is None and output is None:
            say(as_text(certificate))


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A certificate as JSON.")],
    key: Annotated[
        Path | None,
        typer.Option(help="The public key (PEM) that should have signed; default: our own."),
    ] = None,
    controller: Controller = CONTROLLER,
) -> None:
    """Say whether a certificate is genuine and unchanged.

    Example:  gallra certificate verify P-0123456789ABC.json
    """
    with failures():
        from lifecycle.certificate import Certificate
        from lifecycle.checkpoint import parse_public_key, public_key_of
        from tasks.house.wiring import open_house

        try:
            content = file.read_bytes()
            public = None if key is None else parse_public_key(key.read_text())
        except (OSError, UnicodeDecodeError):
            refuse("This file cannot be read.")
        certificate = Certificate.from_json(content)
        if public is None:
            with open_house(controller) as house:
                public = public_key_of(house.signing_key)
        certificate.verify(public)
        say(f"Genuine: plan {certificate.statement['plan']}, signed by {certificate.key}.")


def _write(path: Path, content: bytes) -> None:
    """Never over another file: it may be evidence."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        refuse(f"{path} is there already. Nothing was changed: choose another name.")
    except OSError:
        refuse(f"{path} cannot be written. Nothing was changed: choose another place.")
    say(f"Written to {path}.")
