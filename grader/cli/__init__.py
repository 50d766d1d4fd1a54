"""The command `grade`. torch is imported only by what grades, and once.

Every command is named here; its module is imported when it is called.
"""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click
from click.core import ParameterSource

from grader.course import EXERCISES
from grader.errors import (
    NOT_PASSED,
    PASSED,
    Problem,
    UnexpectedFailure,
    UnknownExercise,
    UsageProblem,
    one_line,
)
from grader.version import __version__

ALL = "all"
# The module that a command adds itself in, and what `grade --help` says of it.
COMMANDS = {
    "list": ("learner", "List the exercises, your progress, and what each builds on."),
    "lesson": ("lesson", "Show the lesson of an EXERCISE."),
    "show": ("show", "Show the forward pass, or who reads the value of a GRADIENT."),
    "hint": ("hint", "Show the next hint for a GRADIENT, or for the first error."),
    "explain": ("explain", "What a MISTAKE is, why it matters, how to see it."),
    "solution": ("learner", "Show the worked answer, or one GRADIENT of it."),
    "derivation": ("derivation", "Show how the formula of a one-step EXERCISE is derived."),
    "reset": ("learner", "Restore the stub; your file is kept beside it."),
    "init": ("learner", "Set up the kit in DIR: stubs, worked answers, names."),
    "notebook": ("notebooks", "Grade the lecture's notebook, or a script like it, as it is."),
    "class": ("classroom", "Grade the submissions of a class, found in a FOLDER or a zip."),
    "package": ("package", "The kit for Gradescope, GitHub or nbgrader, which call it."),
    "dialect": ("dialect", "What a submission may use under --untrusted."),
    "doctor": ("doctor", "Test which layers of the sandbox work on this machine."),
    "dev": ("dev", "For those who write exercises."),
}
UNLISTED = ("dialect", "dev")  # in `grade --help`: what learners do not need, so that it fits


class ExerciseGroup(click.Group):
    """A word that is not a command is an exercise, and grading is the command of that name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without a word it goes on where one stopped."""
        if not args and not ctx.resilient_parsing:
            from grader.cli.current import begun, say_where_to_begin

            args = begun()
            if not args and say_where_to_begin():
                ctx.exit()
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            import_module(f"grader.cli.{COMMANDS[cmd_name][0]}")
        return super().get_command(ctx, cmd_name)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """-h and --version, which everyone knows, stand in the usage: it is to fit one screen."""
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, COMMANDS[name][1]) for name in COMMANDS if name not in UNLISTED]
            )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word in COMMANDS or word.startswith("-"):
            return super().resolve_command(ctx, args)
        if word not in (*EXERCISES, ALL):
            raise UnknownExercise(word, (*EXERCISES, ALL), self.list_commands(ctx))
        return word, run, args[1:]

    def invoke(self, ctx: click.Context) -> Any:
        """A fault of the grader's own is exit code 3, not the 1 of "not passed"; its traceback
        is shown, for the report that it is worth."""
        try:
            return super().invoke(ctx)
        except Problem as problem:
            _end_with(problem)
        except click.UsageError as error:  # it may quote a file's name
            raise click.UsageError(one_line(error.format_message()), error.ctx) from None
        except KeyboardInterrupt:
            click.echo(f"\nStopped: {ctx.command_path} {ctx.invoked_subcommand}", err=True)
            raise click.exceptions.Exit(NOT_PASSED) from None
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            import traceback

            click.echo("".join(traceback.format_exception(error)).rstrip("\n"), err=True)
            _end_with(UnexpectedFailure(error))


def _end_with(problem: Problem) -> NoReturn:
    click.echo(f"Error: {one_line(str(problem))}", err=True)
    raise click.exceptions.Exit(problem.exit_code)


@click.group(
    cls=ExerciseGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[-h | --version]",
    subcommand_metavar="[EXERCISE | COMMAND] ...",
)
@click.version_option(__version__, prog_name="handgrad")
def main() -> None:
    """Write gradients by hand; have them graded against loss.backward().

    \b
    grade lesson warmup1  start here (from the lecture on backprop: exercise1)
    grade                 go on where you stopped
    grade exercise1       grade exercises/exercise1.py; with --help: the options
    grade all             every exercise, one line each
    """


@click.command()
@click.option("--submission", type=Path, metavar="FILE", help="Grade this file or notebook.")
@click.option(
    "--gradient", "gradients", multiple=True, metavar="dX=NAME",
    help="What a notebook calls a gradient, where it is not dX.",
)  # fmt: skip
@click.option(
    "--json", "json_to", is_flag=False, flag_value="-", metavar="[FILE]",
    help="The report as JSON, on stdout or in FILE.",
)  # fmt: skip
@click.option("--junit", type=Path, metavar="FILE", help="Also write JUnit XML.")
@click.option(
    "--json-report", type=Path, metavar="FILE", help="Also write pytest-json-report's format."
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 3), default=2147483647, show_default=True)
@click.option("--native", is_flag=True, help="Keep this machine's vectorised kernels.")
@click.option("--strict", is_flag=True, help="Only `exact` passes.")
@click.option("--names", type=Path, metavar="FILE", help="A list of words, one a line.")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 3600), default=10.0, show_default=True,
    help="Seconds for one call of `backward`.",
)  # fmt: skip
@click.option(
    "--untrusted", is_flag=True,
    help="Other people's code: refuse to run without the full sandbox; draw seeds and sizes.",
)  # fmt: skip
@click.option("--trace", is_flag=True, help="Show the full trace where your code raised.")
@click.option("--train", is_flag=True, help="Afterwards, train a network with your gradients.")
@click.option(
    "--steps", type=click.IntRange(1), metavar="N",
    help="Steps of --train, or learning rates that --find-rate tries.",
)  # fmt: skip
@click.option("--resume", is_flag=True, help="Continue a training run that was stopped.")
@click.option("--beside-autograd", is_flag=True, help="Train with torch's gradients as well.")
@click.option("--find-rate", is_flag=True, help="Try learning rates, one step with each.")
@click.option(
    "--plots", type=Path, metavar="FILE",
    help="Once the layers are right: write a page of what they do in a deep network.",
)  # fmt: skip
@click.pass_context
def run(ctx: click.Context, /, submission: Path | None, **options: Any) -> None:
    """Grade one exercise, or all of them."""
    from dataclasses import fields

    from grader.cli.grading import Call, grade_all, grade_one
    from grader.cli.training import TrainingCall
    from grader.workspace import kit

    exercise = str(ctx.info_name)
    names = options.pop("names") or kit.NAMES
    training = TrainingCall(
        **{field.name: options.pop(field.name) for field in fields(TrainingCall)}
    )
    call = Call(names=names, training=training, again=typed_call(ctx), **options)
    if exercise == ALL:
        if submission is not None:
            raise UsageProblem(
                "`grade all` grades exercises/; --submission goes with one exercise."
            )
        if call.gradients:
            raise UsageProblem("--gradient goes with a notebook: grade notebook FILE")
        if call.plots is not None:
            raise UsageProblem("--plots goes with one exercise, warmup5.")
        if call.training != TrainingCall():
            raise UsageProblem("`grade all` does not train; name one exercise to train.")
        sys.exit(PASSED if grade_all(call) else NOT_PASSED)
    sys.exit(PASSED if grade_one(exercise, submission, call) else NOT_PASSED)


# Of the options, those that decide what is graded, and how.
REPEATED = (
    "submission",
    "file",
    "gradients",
    "seed",
    "native",
    "strict",
    "names",
    "timeout",
    "untrusted",
)


def typed_call(ctx: click.Context) -> str:
    """The call as it was typed, without what writes reports, trains or traces."""
    import shlex

    words = [ctx.command_path]
    for option in ctx.command.params:
        name = option.name or ""
        typed = ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if name not in REPEATED or not typed:
            continue
        value = ctx.params[name]
        for one in value if isinstance(value, tuple) else (value,):
            words += [] if isinstance(option, click.Argument) else [option.opts[0]]
            words += [] if one is True else [shlex.quote(str(one))]
    return " ".join(words)
