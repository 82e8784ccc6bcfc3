"""`treue --help`: what there is to say on the command line. Each command has a module of its own."""

import typer

from treue.web.commands import (
    data,
    demo,
    doctoring,
    exporting,
    installation,
    keys,
    ledger,
    refreshing,
    reporting,
    sources,
)

app = typer.Typer(
    name="treue",
    help="Treue finds out which customers stay, who leaves and why, and proves what helped.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

app.command("report")(reporting.report)
app.add_typer(data.imports, name="import")
app.add_typer(keys.keys, name="key")
app.add_typer(sources.sources, name="source")
app.add_typer(ledger.ledger, name="ledger")
app.command("demo")(demo.demo)
app.command("up")(installation.up)
app.command("web")(installation.web)
app.command("worker")(installation.worker)
app.command("backup")(installation.backup)
app.command("restore")(installation.restore)
app.command("export")(exporting.export)
app.command("doctor")(doctoring.doctor)
app.command("refresh")(refreshing.refresh)
app.command("manage", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})(installation.manage)
