"""`treue import …`: bring files in from the command line."""

import typer

imports = typer.Typer(
    help="Bring orders, customers, products or acquisition costs in from a file.", no_args_is_help=True
)


@imports.callback()
def about() -> None:
    """Bring orders, customers, products or acquisition costs in from a file."""
