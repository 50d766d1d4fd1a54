"""The exercises, in the order of the lectures. Adding one: a file here, a line below."""

EXERCISES = (
    "warmup1", "warmup2", "warmup3", "warmup4", "warmup5",
    "exercise1", "exercise2", "exercise3", "exercise4",
    "exercise5", "exercise6", "exercise7", "exercise8", "exercise9",
    "exercise10",
)  # fmt: skip
