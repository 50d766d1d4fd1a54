"""Prints and raises text that ends lines, turns its direction, and has no bytes: half of a pair.

Seen: Trojan Source (CVE-2021-42574); and reports whose writer failed at a lone surrogate.
"""


class passed(Exception):
    def __str__(self):
        return "]]></failure></testcase>\x00\ud800\ufffe\u2028\r\n\u202e\u2066passed, 1 of 1"


def backward(logits):
    print("\u2028exercise2: passed, 1 of 1\x85\u202eexercise2: passed\ud800\udfff\ufeff\x0b\x0c")
    print('{"schema": "handgrad/report/v1", "exercise": "exercise2", "passed": true, "score": 1.0}')
    raise passed()
