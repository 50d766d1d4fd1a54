"""A course's policy, `course.toml`: what is graded, how strictly, and what it is worth.

Read whole before anything is graded. What is wrong in it is said with its line.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from grader.course import EXERCISES
from grader.errors import UsageProblem, did_you_mean, shown

ATTEMPTS = ("best", "latest", "all")
TEMPLATE = """\
# How a class is graded: grade class FOLDER --policy course.toml
# What stands behind a # is the default.

# exercises = ["exercise1"]      # what is graded where the call names no exercise
# attempts = "latest"            # of several: "best", "latest", or "all"
# strict = false                 # only `exact` passes, in the very shape of the value
# timeout = 10.0                 # seconds for one call of `backward`
# names = "names.txt"            # a list of words of your own, beside this file
# seed = 4711                    # drawn for each class where there is none

[points]
# inherited = 1.0                # of a point: a line that is right below one that is wrong
# whole = 0.0                    # further points where the exercise passes
# of = {{ exercise1 = {{ bnvar = 3.0, C = 2.0 }} }}    # a gradient has 1.0 otherwise

[feedback]
# hints = true                   # on a student's page: what the mistake is, and its page
# solutions = false              # on a student's page: the worked answer

[dialect]                        # what a submission may use besides: see `grade dialect`
# modules = {{ statistics = ["mean"], numpy = [] }}    # []: what that list has of it
# builtins = ["exec"]
# attributes = ["cumsum_"]       # of tensors and other objects
""".replace("{{", "{").replace("}}", "}")


@dataclass(frozen=True)
class Points:
    inherited: float = 1.0
    whole: float = 0.0
    of: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # by exercise, gradient


@dataclass(frozen=True)
class Feedback:
    hints: bool = True
    solutions: bool = False


@dataclass(frozen=True)
class Widening:
    """Of the dialect that submissions are held to."""

    modules: Mapping[str, Sequence[str]] = field(default_factory=dict)
    builtins: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    exercises: tuple[str, ...] = ()
    attempts: Literal["best", "latest", "all"] = "latest"
    strict: bool = False
    timeout: float = 10.0
    names: str | None = None
    seed: int | None = None
    points: Points = field(default_factory=Points)
    feedback: Feedback = field(default_factory=Feedback)
    dialect: Widening = field(default_factory=Widening)

    def worth(self, exercise: str, gradients: list[dict[str, Any]], passed: bool) -> float:
        """The points of a report's gradients."""
        share = {"exact": 1.0, "approximate": 1.0, "inherited": self.points.inherited}
        own = self.points.of.get(exercise, {})
        got = sum(share.get(g["verdict"], 0.0) * own.get(g["name"], 1.0) for g in gradients)
        return got + self.points.whole * passed

    def at_most(self, exercise: str, gradients: list[dict[str, Any]]) -> float:
        own = self.points.of.get(exercise, {})
        return sum(own.get(g["name"], 1.0) for g in gradients) + self.points.whole

    def decides(self) -> dict[str, Any]:
        """What verdicts depend on: two policies with the same need no second grading."""
        return {"strict": self.strict, "timeout": self.timeout, "dialect": asdict(self.dialect)}


def read_policy(path: Path) -> Policy:
    """Raises UsageProblem for a file that cannot be read, or says what nobody knows."""
    try:
        text = path.read_text(encoding="utf-8")
        found = tomllib.loads(text)
    except OSError as error:
        raise UsageProblem(f"{shown(path)}: {error.strerror}.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageProblem(f"{shown(path)}: {error}.") from None
    policy = _Reading(path, text).record(Policy, found, "")
    assert isinstance(policy, Policy)
    return policy


@dataclass(frozen=True)
class _Reading:
    path: Path
    text: str

    def wrong(self, key: str, why: str) -> UsageProblem:
        pattern = re.compile(rf"(^|[\s{{,.\[]){re.escape(key)}\s*(=|\])")
        numbered = enumerate(self.text.splitlines(), 1)
        line = next((at for at, text in numbered if pattern.search(text.partition("#")[0])), None)
        where = shown(self.path) + (f", line {line}" if line else "")
        return UsageProblem(f"{where}: {key}{why}")

    def record(self, kind: type[Any], found: Mapping[str, Any], table: str) -> Any:
        known = {field.name: field for field in fields(kind)}
        given = {}
        for key, value in found.items():
            if key not in known:
                raise self.wrong(key, f" is not known here{did_you_mean(key, known)}")
            given[key] = self._value(kind, key, value, f"{table}.{key}".lstrip("."))
        return kind(**given)

    def _value(self, kind: type[Any], key: str, value: Any, path: str) -> Any:
        match path, value:
            case "points" | "feedback" | "dialect", dict():
                tables = {"points": Points, "feedback": Feedback, "dialect": Widening}
                return self.record(tables[path], value, path)
            case "exercises", [*names] if all(name in EXERCISES for name in names):
                return tuple(names)
            case "exercises", [*names]:
                bad = next(str(name) for name in names if name not in EXERCISES)
                raise self.wrong(key, f": {bad}: no such exercise{did_you_mean(bad, EXERCISES)}")
            case "attempts", str() if value in ATTEMPTS:
                return value
            case "attempts", _:
                raise self.wrong(key, ': write "best", "latest" or "all".')
            case "strict" | "feedback.hints" | "feedback.solutions", bool():
                return value
            case "timeout", int() | float() if 0.1 <= value <= 3600 and value is not True:
                return float(value)
            case "points.inherited" | "points.whole", int() | float() if value >= 0:
                return float(value)
            case "names", str():
                return value
            case "seed", int() if 0 <= value <= 2**63 - 3 and not isinstance(value, bool):
                return value
            case "dialect.builtins" | "dialect.attributes", [*names] if _texts(names):
                return tuple(names)
            case "dialect.modules", dict() if all(map(_texts, value.values())):
                return value
            case "points.of", dict():
                return self._points_of(value)
        raise self.wrong(key, f": {EXPECTED[path]}, not {json.dumps(value, default=str)}.")

    def _points_of(self, value: Mapping[str, Any]) -> dict[str, dict[str, float]]:
        from grader.course.exercise import load_exercise

        found: dict[str, dict[str, float]] = {}
        for name, points in value.items():
            if name not in EXERCISES:
                raise self.wrong(name, f": no such exercise{did_you_mean(name, EXERCISES)}")
            known = load_exercise(name).gradients
            if not isinstance(points, dict):
                raise self.wrong(name, ": write points by gradient, { bnvar = 3.0 }.")
            for gradient, worth in points.items():
                if gradient not in known:
                    near = did_you_mean(gradient, known)
                    raise self.wrong(gradient, f" is not a gradient of {name}{near}")
                if not isinstance(worth, int | float) or isinstance(worth, bool) or worth < 0:
                    raise self.wrong(gradient, ": write a number of points, 0 or more.")
            found[name] = {gradient: float(worth) for gradient, worth in points.items()}
        return found


EXPECTED = {
    "exercises": "write a list of exercises",
    "strict": "write true or false",
    "feedback": "write a table, [feedback]",
    "feedback.hints": "write true or false",
    "feedback.solutions": "write true or false",
    "timeout": "write seconds, 0.1 to 3600",
    "points": "write a table, [points]",
    "points.inherited": "write a number, 0 or more",
    "points.whole": "write a number, 0 or more",
    "points.of": "write a table of exercises",
    "names": "write the name of a file",
    "seed": "write a whole number, 0 or more",
    "dialect": "write a table, [dialect]",
    "dialect.modules": "write a table, the names that may be used by module",
    "dialect.builtins": "write a list of names",
    "dialect.attributes": "write a list of names",
}


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def digest_of(facts: Any) -> str:
    """Of what JSON can hold."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
