"""`grade dialect`: what somebody else's submission may use. Imports no torch."""

import click

from grader.cli import main
from grader.cli.paragraphs import wrapped

OPENING = (
    "Under --untrusted a submission is read before it runs. What it uses must be in this list; "
    "the functions, classes and attributes that it defines itself are free, and so are other "
    "names for these: `T = torch`. What is in no list is `forbidden`, on its line."
)
# Sections that are not a module's, and what stands above each.
HEADINGS = {
    "builtins": "Python's own functions, and all errors. `type(x)` may be compared and shown, "
    "`locals()` stands in functions, `setattr` and `hasattr` take a name that is written out, "
    "`return vars(g)` is for a function that nothing else calls.",
    "methods": "Of the names with underscores around them, what a class may define and call",
    "objects": "Attributes of lists, dicts, texts, numbers, arrays",
    "tensors": "Attributes of tensors",
}
CLOSING = (
    "Decorators: @property, @staticmethod, @classmethod, @dataclass, @torch.no_grad(). Classes "
    "build on classes of the same file or on torch.nn.Module. Not in any list: names that begin "
    "with two underscores, or with one where the file does not define them; modules handed around "
    "as values; assignments to what is torch's."
)


@main.command()
@click.argument("word", required=False)
def dialect(word: str | None) -> None:
    """What a submission may use under --untrusted. With a WORD: where it is in the list."""
    from grader.syntax.dialect import LIST, RESERVED, read_sections

    sections = read_sections(LIST.read_text(encoding="utf-8"))
    del sections[RESERVED]
    if word is not None:
        _look_up(word, sections)
        return
    click.echo(wrapped(OPENING))
    for section, names in sections.items():
        heading = HEADINGS.get(section, f"From {section}{_allowing(section)}")
        click.echo("\n" + wrapped(f"{heading}:"))
        click.echo(wrapped(" ".join(names), "  ", "  "))
    click.echo("\n" + wrapped(CLOSING))


def _allowing(section: str) -> str:
    """ " (exercise1)": which of our exercises allow an optional module."""
    from grader.course import EXERCISES
    from grader.course.exercise import load_exercise
    from grader.syntax.dialect import WHERE_ALLOWED

    if not section.endswith(WHERE_ALLOWED):
        return ""
    module = section.removesuffix(WHERE_ALLOWED)
    allow = [name for name in EXERCISES if module in load_exercise(name).allows]
    return f" ({', '.join(allow)})" if allow else ""


def _look_up(word: str, sections: dict[str, list[str]]) -> None:
    from grader.syntax.dialect import WHERE_ALLOWED

    module, _, name = word.rpartition(".")
    found = [
        section
        for section, names in sections.items()
        if name in names and (not module or section.removesuffix(WHERE_ALLOWED) == module)
    ]
    optional = word + WHERE_ALLOWED
    if word in sections:
        click.echo(f"{word}: may be imported.")
    elif optional in sections:
        click.echo(f"{word}: may be imported{WHERE_ALLOWED}{_allowing(optional)}.")
    elif found:
        found.sort(key=lambda section: section.endswith(WHERE_ALLOWED))
        click.echo(f"{word}: in the list, under {', '.join(found)}.")
    else:
        click.echo(f"{word}: not in the list.")
