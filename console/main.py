"""The `gallra` command: the same steps as the flows, without a Prefect server, in seconds."""

from __future__ import annotations

import typer

from console import (
    access_commands,
    app_commands,
    approve_commands,
    backup_commands,
    certificate_commands,
    consent_commands,
    execution_commands,
    explain_commands,
    group_commands,
    hold_commands,
    import_commands,
    incident_commands,
    inform_commands,
    inventory_commands,
    key_commands,
    ledger_commands,
    mailing_commands,
    officer_commands,
    people_commands,
    plan_commands,
    policy_commands,
    processor_commands,
    record_commands,
    report_command,
    request_commands,
    restore_commands,
    risk_commands,
    row_commands,
    setup_commands,
    share_commands,
    store_commands,
    systems_commands,
    today_command,
    upgrade_command,
    watch_commands,
    work_order_commands,
)

app = typer.Typer(
    name="gallra",
    help="A school group's personal-data life cycle, with proof. State lies under GALLRA_HOME.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
setup_commands.register(app)
import_commands.register(app)
group_commands.register(app)
watch_commands.register(app)
today_command.register(app)
row_commands.register(app)
people_commands.register(app)
explain_commands.register(app)
approve_commands.register(app)
inventory_commands.register(app)
execution_commands.register(app)
app.command("report")(report_command.report)
app.command("upgrade")(upgrade_command.upgrade)
app.callback(invoke_without_command=True)(upgrade_command.main)
app.add_typer(ledger_commands.app, name="ledger")
app.add_typer(policy_commands.app, name="policy")
app.add_typer(key_commands.app, name="keys")
app.add_typer(plan_commands.app, name="plan")
app.add_typer(officer_commands.app, name="officers")
app.add_typer(hold_commands.app, name="hold")
app.add_typer(work_order_commands.app, name="work-orders")
app.add_typer(access_commands.app, name="access")
app.add_typer(systems_commands.app, name="systems")
app.add_typer(store_commands.app, name="store")
app.add_typer(certificate_commands.app, name="certificate")
app.add_typer(backup_commands.app, name="backup")
app.add_typer(restore_commands.app, name="restore")
app.add_typer(share_commands.app, name="share")
app.add_typer(processor_commands.app, name="processor")
app.add_typer(app_commands.app, name="app")
app.add_typer(request_commands.app, name="request")
app.add_typer(record_commands.app, name="record")
app.add_typer(risk_commands.app, name="risk")
app.add_typer(inform_commands.app, name="inform")
app.add_typer(incident_commands.app, name="incident")
app.add_typer(consent_commands.app, name="consent")
app.add_typer(mailing_commands.app, name="mailing")


def main() -> None:
    """The entry point of the installed command."""
    import sys

    from console.output import failures
    from tasks.house import redaction

    redaction.configure()
    # Bytes that are no text in a file name must not stop a report.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    try:
        with failures():
            app()
    except typer.Exit as end:
        sys.exit(end.exit_code)


if __name__ == "__main__":
    main()
