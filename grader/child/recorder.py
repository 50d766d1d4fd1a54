"""What an instrumented function reports to: records each gradient when it is done, hands
out the stand-in that takes its place, notices what is written to afterwards.

Lives in the child, beside the learner's code (see instrument.py).
"""

import builtins
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

import torch

from grader.tensors import identical, in_shape, is_dense

Tensors = Mapping[str, torch.Tensor]


@dataclass
class Recorder:
    stand_ins: Tensors  # by gradient key
    values: Tensors  # the forward values as they were
    given: Mapping[str, Any]  # the forward values that the learner's code holds
    watch: bool  # after every statement, look for tensors that were written to
    restore: bool  # whenever a gradient is done, undo writes to others and to forward values
    results: dict[str, Any] = field(default_factory=dict)
    originals: dict[str, Any] = field(default_factory=dict)  # the learner's own tensors
    done_at: dict[str, int] = field(default_factory=dict)  # gradient key -> line
    handed: dict[str, torch.Tensor] = field(default_factory=dict)
    clean: dict[str, torch.Tensor] = field(default_factory=dict)  # what was handed, unspoiled
    failures: dict[int, str] = field(default_factory=dict)  # by line
    altered_at: dict[str, int] = field(default_factory=dict)  # gradient key -> line
    changed_at: dict[str, int] = field(default_factory=dict)  # forward value -> line
    Exception: type[BaseException] = builtins.Exception

    def done(self, key: str, value: Any, line: int) -> Any:
        """Record a gradient, once; from here on the code works with its stand-in, if any."""
        if key in self.results:
            return value
        plain = is_dense(value)
        self.originals[key] = value
        self.done_at[key] = line
        with torch._C.DisableTorchFunction():  # what sees torch's calls would double the time
            self.results[key] = value.clone() if plain else value
            if self.restore:
                for name, before in self.values.items():
                    self.given[name].copy_(before)
                for other, handed in self.handed.items():
                    handed.copy_(self.clean[other])
            if key not in self.stand_ins:
                return value
            self.clean[key] = _as_written(self.stand_ins[key], value)
            self.handed[key] = self.clean[key].clone()
        return self.handed[key]

    def moved(self, key: str, value: Any) -> Any:
        """A gradient that was just written to, moved by its stand-in; no record is made."""
        stand_in = self.stand_ins.get(key)
        if stand_in is None or not is_dense(value):
            return value
        stand_in = _as_written(stand_in, value)
        if value.shape != stand_in.shape:
            return value
        self.done_at[key] = 1  # somewhere
        return value + stand_in

    def failed(self, line: int, error: BaseException) -> None:
        self.failures[line] = f"{type(error).__name__}: {error}"[:500]

    def check(self, line: int) -> None:
        """Called after every statement, with its last line."""
        if not self.watch:
            return
        with torch._C.DisableTorchFunction():
            for key in self.handed or self.results:  # with stand-ins, or as it is
                if key not in self.altered_at and (self._spoiled(key) or self._continued(key)):
                    self.altered_at[key] = line
            for name, before in self.values.items():
                if name not in self.changed_at and not identical(self.given[name], before):
                    self.changed_at[name] = line

    def _spoiled(self, key: str) -> bool:
        """Whether the stand-in was written to."""
        return key in self.handed and not identical(self.handed[key], self.clean[key])

    def _continued(self, key: str) -> bool:
        """Whether the tensor that the stand-in took the place of was written to, by another
        name for it."""
        result = self.results[key]
        return isinstance(result, torch.Tensor) and not identical(self.originals[key], result)

    def handed_back(self, returned: Mapping[str, Any]) -> set[str]:
        """Gradients of which the function returned the stand-in as it was handed over."""
        return {
            key
            for key, clean in self.clean.items()
            if key in returned and identical(returned[key], clean)
        }

    def altered(self, returned: Mapping[str, Any], handed_back: Set[str]) -> list[str]:
        """Gradients that something wrote to after they were done, and returned like that."""
        return [
            key
            for key in self.handed
            if key in returned
            and (self._continued(key) if key in handed_back else self._spoiled(key))
        ]

    def rebuilt(self, returned: Mapping[str, Any], handed_back: Set[str]) -> list[str]:
        """Gradients of which the function returned neither what it had when done, nor the
        stand-in that took its place."""
        return [
            key
            for key, result in self.results.items()
            if returned.get(key) is not None
            and key not in handed_back
            and not (isinstance(result, torch.Tensor) and identical(returned[key], result))
        ]


def _as_written(stand_in: torch.Tensor, value: Any) -> torch.Tensor:
    """In the shape of the gradient that it takes the place of, where leading 1s set them apart:
    the lines below were written for that."""
    if not is_dense(value):
        return stand_in
    viewed = in_shape(stand_in, value.shape)
    return stand_in if viewed is None else viewed
