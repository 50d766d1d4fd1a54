"""A real training run on a terminal: how far it came, the losses, the names it makes up."""

from collections.abc import Iterator

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from grader.report import Trained, perplexity


def trained_view(trained: Trained) -> RenderableType:
    return Group(*_parts(trained))


def _parts(trained: Trained) -> Iterator[RenderableType]:
    speed = trained.steps / trained.seconds if trained.seconds else 0.0
    took = f"in {trained.seconds:.1f} s ({speed:,.0f} steps/s)"
    if trained.steps < trained.steps_asked:
        done = f"{trained.steps:,} of {trained.steps_asked:,} steps"
        yield Text(f"Trained with your gradients, interrupted after {done} {took}.", style="bold")
    else:
        yield Text(f"Trained with your gradients: {trained.steps:,} steps {took}.", style="bold")
    beside = trained.autograd
    for split in ("train", "dev", "test"):
        loss = getattr(trained, f"{split}_loss")
        line = f"  {split + ' loss':<11}{loss:.4f}  perplexity {perplexity(loss):.2f}"
        if beside is not None:
            theirs = getattr(beside, f"{split}_loss")
            line += f"  autograd's {theirs:.4f}, {perplexity(theirs):.2f}"
        yield Text(line)
    if beside is not None:
        apart = f"{beside.largest_difference:.2g}"
        yield Text(f"  The two losses of one step never differ by more than {apart}.")
    if (other := trained.yardstick) is not None:
        theirs = f"{other.train_loss:.4f}, {other.dev_loss:.4f}, {other.test_loss:.4f}"
        yield Text(f"  Losses of the {other.name}: {theirs}")
    yield Text("Names it makes up:")
    names = [name or "(empty)" for name in trained.samples]
    yield Padding(Columns(names, padding=(0, 2), column_first=True), (0, 0, 0, 2))
