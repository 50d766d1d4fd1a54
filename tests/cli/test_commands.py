"""What `grade --help` lists is what there is."""

import pkgutil
from importlib import import_module

import click
from click.testing import CliRunner

from grader import cli
from grader.cli import COMMANDS, UNLISTED, main


def test_every_command_is_in_the_table_and_every_row_is_a_command() -> None:
    for module in pkgutil.iter_modules(cli.__path__):
        import_module(f"grader.cli.{module.name}")
    assert main.commands.keys() == COMMANDS.keys()
    context = click.Context(main)
    for name, (module_name, _) in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.callback is not None
        assert command.callback.__module__ == f"grader.cli.{module_name}"


def test_a_command_begins_its_help_with_what_the_list_says() -> None:
    for name, (_, said) in COMMANDS.items():
        command = main.get_command(click.Context(main), name)
        assert command is not None
        text = " ".join((command.help or "").split())
        assert text.startswith(said.removesuffix(".")), name


def test_help_fits_one_screen_and_begins_with_where_to_start() -> None:
    shown = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert len(shown.splitlines()) <= 23  # and the prompt
    assert all(f"\n  {name} " in shown for name in COMMANDS if name not in UNLISTED)
    first = next(line for line in shown.splitlines() if line.startswith("  grade "))
    assert first.startswith("  grade lesson warmup1 ")
