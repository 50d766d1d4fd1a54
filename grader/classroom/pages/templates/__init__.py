"""The pages' layout, in Jinja's language. Whatever is put into them is escaped."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.errors import printable
from grader.render.html import STYLE, marked
from grader.render.html_style import PALETTE

MADE_HERE = '<meta name="generator" content="handgrad">'
CHARTS = {"bar": ("#2a78d6", "#5598e7"), "other": ("#8f8d86", "#6c6b66")}  # (light, dark)


def _plain(value: Any) -> Any:
    """A name or a text that turns the page's round, or hides in it, is escaped before markup is."""
    made_here = isinstance(value, Markup) or not isinstance(value, str)
    return value if made_here else printable(value, len(value))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    environment.filters["marked"] = lambda text: Markup(marked(text))
    return environment


def rendered(template: str, **facts: Any) -> str:
    return "".join(pieces(template, **facts))


def pieces(template: str, **facts: Any) -> Iterator[str]:
    """A page of many rows, as it is made."""
    page = _environment().get_template(template)
    style = Markup(_colours() + STYLE)
    return page.generate(style=style, made_here=Markup(MADE_HERE), **facts)


def _colours() -> str:
    light, dark = (
        " ".join(f"--hg-{name}: {pair[theme]};" for name, pair in (PALETTE | CHARTS).items())
        for theme in (0, 1)
    )
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
    )
