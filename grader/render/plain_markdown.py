"""Markdown as plain text, for a pipe. Read by the parser that rich reads it with."""

from collections.abc import Iterator

from markdown_it import MarkdownIt


def plain_paragraphs(text: str) -> Iterator[str]:
    """Each paragraph on one line, without the marks of bold and italics; code as it is written.

    Backticks stay around code: they tell it from words.
    """
    for token in MarkdownIt().enable("table").enable("strikethrough").parse(text):
        if token.type != "inline":
            continue
        said = ""
        for part in token.children or ():
            match part.type:
                case "code_inline":
                    said += f"`{part.content}`"
                case "softbreak" | "hardbreak":
                    said += " "
                case _:
                    said += part.content  # of words; the marks themselves have none
        yield said
