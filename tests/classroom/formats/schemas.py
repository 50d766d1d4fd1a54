"""What other systems say of their formats, as JSON Schema; from their own documentation."""

from typing import Any

TEXT, NUMBER, FLAG = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
VISIBLE = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}


def of(required: list[str], **properties: Any) -> dict[str, Any]:
    """An object of these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def list_of(items: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


STATUS = {"enum": ["passed", "failed"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
# Autograder Specifications, "Output format".
GRADESCOPE = of(
    ["score", "tests"],
    score=NUMBER, execution_time=NUMBER, output=TEXT, output_format=FORMAT, visibility=VISIBLE,
    stdout_visibility=VISIBLE, extra_data={"type": "object"},
    tests=list_of(
        of(
            ["score", "max_score", "name"],
            score=NUMBER, max_score=NUMBER, name=TEXT, number=TEXT, output=TEXT,
            output_format=FORMAT, name_format=FORMAT, visibility=VISIBLE,
            status=STATUS, tags=list_of(TEXT),
            extra_data={"type": "object"},
        ),
    ),
)  # fmt: skip
# External grading, "Grading results".
PRAIRIELEARN = {
    "oneOf": [
        of(
            ["gradable", "score", "tests"],
            gradable={"const": True}, score={"type": "number", "minimum": 0, "maximum": 1},
            message=TEXT, output=TEXT, images=list_of({}),
            tests=list_of(
                of(
                    ["name", "points", "max_points"],
                    name=TEXT, description=TEXT, points=NUMBER, max_points=NUMBER, message=TEXT,
                    output=TEXT, images=list_of({}),
                )
            ),
        ),
        of(
            ["gradable", "format_errors"],
            gradable={"const": False}, format_errors=list_of(TEXT, least=1), message=TEXT,
        ),
    ]
}  # fmt: skip
# What `GradingResults.to_gradescope_dict` makes: a summary without points, then each question.
OTTER = of(
    ["tests"],
    output=TEXT, score=NUMBER, stdout_visibility=VISIBLE,
    tests={
        "type": "array",
        "prefixItems": [
            of(
                ["name", "visibility", "output", "status"],
                name={"const": "Public Tests"}, visibility={"const": "visible"}, output=TEXT,
                status=STATUS,
            )
        ],
        "items": of(
            ["name", "score", "max_score", "visibility", "output", "status"],
            name=TEXT, score=NUMBER, max_score=NUMBER, visibility=VISIBLE, output=TEXT,
            status=STATUS,
        ),
        "minItems": 1,
    },
)  # fmt: skip
# What the reporter reads: the status of the whole, and of each test its status and its score.
AUTOGRADING = of(
    ["version", "status", "max_score", "tests"],
    version={"const": 3}, status={"enum": ["pass", "fail", "error"]}, max_score=NUMBER,
    tests=list_of(
        of(
            ["name", "status", "message", "score"],
            name=TEXT, status={"enum": ["pass", "fail", "error"]},
            message={"type": ["string", "null"]}, score=NUMBER, test_code=TEXT, filename=TEXT,
            line_no={"type": "integer"}, execution_time=NUMBER,
        )
    ),
)  # fmt: skip
WHOLE = {"type": "integer", "minimum": 0}
URL = {"type": "string", "pattern": "^https://"}
# The wiki's "The result.json contract"; owner and assignment_type are the runner's to say.
CLASSROOM50 = of(
    ["schema", "classroom", "assignment", "submission", "commit", "release", "review", "datetime",
     "score", "max-score", "tests"],
    **{
        "schema": {"const": "classroom50/result/v1"}, "classroom": TEXT, "assignment": TEXT,
        "submission": TEXT, "commit": URL, "release": URL, "review": URL,
        "datetime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "score": WHOLE, "max-score": WHOLE,
        "tests": list_of(
            of(
                ["test-name", "passed", "score", "max-score"],
                **{"test-name": TEXT, "passed": FLAG, "score": WHOLE, "max-score": WHOLE,
                   "message": TEXT},  # further fields are kept as they are
            )
        ),
    },
)  # fmt: skip
STAGE = of(
    ["duration", "outcome"],
    duration=NUMBER, outcome=TEXT, longrepr=TEXT, stdout=TEXT,
    crash=of(["path", "lineno", "message"], path=TEXT, lineno=WHOLE, message=TEXT),
    traceback=list_of({}),
)  # fmt: skip
# pytest-json-report's README, "Format".
JSON_REPORT = of(
    ["created", "duration", "exitcode", "root", "environment", "summary", "tests"],
    created=NUMBER, duration=NUMBER, exitcode=WHOLE, root=TEXT, environment={"type": "object"},
    summary={
        "type": "object",
        "required": ["total", "collected"],
        "additionalProperties": WHOLE,
    },
    collectors=list_of({}),
    tests=list_of(
        of(
            ["nodeid", "lineno", "outcome", "keywords", "setup", "call", "teardown"],
            nodeid=TEXT, lineno={"type": ["integer", "null"]}, outcome=TEXT,
            keywords=list_of(TEXT), setup=STAGE, call=STAGE, teardown=STAGE,
        )
    ),
)  # fmt: skip
