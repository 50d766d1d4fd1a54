"""Lists of words as a data set of next-character examples, as the lecture builds it.

Source: "Neural Networks: Zero to Hero", makemore parts 2 to 4 (block of characters in,
next character out, split 80/10/10 after a shuffle with seed 42). Imports no torch: an
example is worked out only when it is asked for.
"""

import hashlib
import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from grader.errors import UsageProblem

BOUNDARY = "."  # stands before the first and after the last character of a word; index 0
SPLIT_SEED = 42


def read_names(path: Path) -> tuple[str, ...]:
    """The words of a text file, one a line, folded to lower case; blank lines are skipped.

    Raises UsageProblem, naming file and line, for a file that is missing, empty, not
    UTF-8 text, or holds a line that is not a word (letters, inner hyphens and apostrophes).
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageProblem(
            f"{path}: no such file; --names takes a list, one word a line."
        ) from None
    except UnicodeDecodeError:
        raise UsageProblem(f"{path}: not text (UTF-8); --names takes one word a line.") from None
    except OSError as error:
        raise UsageProblem(f"{path}: cannot be read ({error.strerror}).") from None
    words = []
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip().lower()
        if not word:
            continue
        if not word.replace("-", "").replace("'", "").isalpha():
            shown = word if len(word) <= 20 else word[:20] + "..."
            raise UsageProblem(
                f"{path}, line {number}: {shown!r} is not a word; "
                "--names takes one word a line, letters with - or ' inside."
            )
        words.append(word)
    if len(words) < 10:
        raise UsageProblem(f"{path}: {len(words)} words; a train/dev/test split needs at least 10.")
    return tuple(words)


@dataclass(frozen=True)
class Examples:
    """The (context, next character) pairs of some words, in order, worked out on demand."""

    words: Sequence[str]
    block_size: int
    index_of: dict[str, int]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(word) + 1 for word in self.words)]

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, position: int) -> tuple[list[int], int]:
        """The context, block_size indices, and the index of the character that follows."""
        which = bisect_right(self._starts, position) - 1
        indices = [self.index_of[letter] for letter in self.words[which] + BOUNDARY]
        at = position - self._starts[which]
        context = [0] * self.block_size + indices[:at]
        return context[-self.block_size :], indices[at]


@dataclass(frozen=True)
class NameData:
    """A list of words and its vocabulary: the boundary, then its letters in order."""

    words: tuple[str, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the words, one a line."""
        return hashlib.sha256("\n".join(self.words).encode("utf-8")).hexdigest()

    @cached_property
    def letters(self) -> str:
        return BOUNDARY + "".join(sorted(set("".join(self.words))))

    @cached_property
    def index_of(self) -> dict[str, int]:
        return {letter: index for index, letter in enumerate(self.letters)}

    @cached_property
    def word_splits(self) -> tuple[list[str], list[str], list[str]]:
        """Train, dev and test: 80, 10 and 10 percent of the words, shuffled."""
        shuffled = list(self.words)
        random.Random(SPLIT_SEED).shuffle(shuffled)
        first, second = int(0.8 * len(shuffled)), int(0.9 * len(shuffled))
        return shuffled[:first], shuffled[first:second], shuffled[second:]

    @cached_property
    def _splits(self) -> dict[int, tuple[Examples, Examples, Examples]]:
        return {}

    def split(self, block_size: int) -> tuple[Examples, Examples, Examples]:
        """Train, dev and test examples."""
        if block_size not in self._splits:
            train, dev, test = (
                Examples(words, block_size, self.index_of) for words in self.word_splits
            )
            self._splits[block_size] = train, dev, test
        return self._splits[block_size]
