"""The exercises, in the order in which one builds on the other: warmup5, of an earlier lecture,
asks for the whole backward of BatchNorm. Adding one: a file here, a line below."""

EXERCISES = (
    "warmup1", "warmup2", "warmup3", "warmup4",
    "exercise1", "exercise2", "exercise3", "warmup5", "exercise4",
    "exercise5", "exercise6", "exercise7", "exercise8", "exercise9",
    "exercise10",
)  # fmt: skip
