"""What the commands about disclosures share: which one, and who it is that says so."""

from __future__ import annotations

from typing import Annotated

import typer

Ref = Annotated[str, typer.Argument(help="The disclosure, P-…, as `gallra share list` shows it.")]
By = Annotated[str, typer.Option(help="The officer's handle; the code is asked for, or read.")]
