"""What is not a change of one statement: the order, and operations as learners write them."""

from collections.abc import Iterator

# (operator, a text of the line that is changed, what stands in the place of what, the ids)
Change = tuple[str, str, tuple[tuple[str, str], ...], tuple[str, ...]]

SUM = "            self.grad += out.grad\n            other.grad += out.grad\n"
PRODUCT = SUM.replace("self.grad += ", "self.grad += other.data * ").replace(
    "other.grad += ", "other.grad += self.data * "
)
LOOP = "        for value in reversed(ordered):\n            value._backward()\n"
SEED = "        self.grad = 1.0\n"
DOWN = "                for part in value._prev:\n                    put_down(part)\n"
BACKWARD = "def backward(self)"
SEEN = "            if value not in seen:\n                seen.add(value)\n"
ORDER, TWICE = ("wrong-order",), ("sent-twice",)
START, REACHED = ("not-started",), ("not-reached",)


def written_changes() -> Iterator[Change]:
    yield from operations()
    yield from order()
    yield from right_orders()


def operations() -> Iterator[Change]:
    for text, at in ((SUM, "other.grad += out.grad"), (PRODUCT, "other.grad += self.data")):
        s, o = (line.partition("+= ")[2] for line in text.rstrip("\n").split("\n"))
        # Right but for v + v: what stood there is read once, and written twice.
        cached = (
            f"            mine, its = self.grad, other.grad; self.grad = mine + {s}\n"
            f"            other.grad = its + {o}\n"
        )
        yield "written: v + v", at, ((text, cached),), ("overwritten",)
        both = text.replace("+=", "=")
        first = at.replace("other.grad += out", "self.grad += out")
        first = first.replace("other.grad += self", "self.grad += other")
        yield "written: both set", first, ((text, both),), ("overwritten",)


def order() -> Iterator[Change]:
    def changed(operator: str, mistakes: tuple[str, ...], *pieces: tuple[str, str]) -> Change:
        return f"order: {operator}", BACKWARD, pieces, mistakes

    yield changed("from the leaves", ORDER, ("reversed(ordered)", "ordered"))
    yield changed(
        "nearest first",
        ORDER,
        (
            LOOP,
            "        seen, queue = {self}, [self]\n        while queue:\n"
            "            value = queue.pop(0)\n            value._backward()\n"
            "            queue += value._prev - seen\n            seen |= value._prev\n",
        ),
    )
    yield changed(
        "on the way down",
        ORDER,
        (
            LOOP,
            "        ran = set()\n\n        def run(value):\n            if value not in ran:\n"
            "                ran.add(value)\n                value._backward()\n"
            "                for part in value._prev:\n                    run(part)\n\n"
            "        run(self)\n",
        ),
    )
    yield changed(
        "put down too early",
        ORDER,
        (
            DOWN + "                ordered.append(value)\n",
            "                ordered.insert(0, value)\n" + DOWN,
        ),
    )
    yield changed("no set of those seen", TWICE, (SEEN, "            if True:\n"))
    yield changed(
        "each use",
        TWICE,
        (
            LOOP,
            "        def run(value):\n            value._backward()\n"
            "            for part in value._prev:\n                run(part)\n\n"
            "        run(self)\n",
        ),
    )
    yield changed("the loop twice", TWICE, (LOOP, LOOP + LOOP))
    yield changed("never added to the seen", TWICE, ("                seen.add(value)\n", ""))
    yield changed("no start", START, (SEED, ""))
    for number in ("0.0", "2.0", "self.data"):
        yield changed("another start", START, (SEED, f"        self.grad = {number}\n"))
    yield changed("start at the end", START, (SEED + LOOP, LOOP + SEED))
    yield changed("nothing run", REACHED, ("value._backward()\n", "value._backward\n"))
    yield changed(
        "not the result",
        REACHED,
        (
            "        put_down(self)\n",
            "        for part in self._prev:\n            put_down(part)\n",
        ),
    )
    yield changed("nothing put down", REACHED, ("        put_down(self)\n", ""))
    yield changed("one part only", REACHED, ("in value._prev:", "in list(value._prev)[:1]:"))
    yield changed(
        "one step down",
        (*REACHED, *ORDER),
        (
            LOOP,
            "        self._backward()\n        for part in self._prev:\n"
            "            part._backward()\n",
        ),
    )
    yield changed("the first ones only", REACHED, ("reversed(ordered)", "reversed(ordered[-9:])"))
    # Long enough for every expression, and too short for the network.
    yield changed("only so many", (), ("reversed(ordered)", "reversed(ordered[-40:])"))


def right_orders() -> Iterator[Change]:
    def rewrite(label: str, *pieces: tuple[str, str]) -> Change:
        return f"rewrite: {label}", BACKWARD, pieces, ()

    yield rewrite(
        "backwards by index",
        (
            LOOP,
            "        for at in range(len(ordered) - 1, -1, -1):\n"
            "            ordered[at]._backward()\n",
        ),
    )
    yield rewrite(
        "from the end of the list",
        (LOOP, "        while ordered:\n            ordered.pop()._backward()\n"),
    )
    yield rewrite(
        "put in front",
        ("ordered.append(value)", "ordered.insert(0, value)"),
        ("reversed(ordered)", "ordered"),
    )
    yield rewrite("an integer", (SEED, "        self.grad = 1\n"))
    yield rewrite(
        "start first", ("        # A Value is put down", SEED + "        # A Value is put down")
    )
    yield rewrite(
        "an early return",
        (
            SEEN,
            "            if value in seen:\n                return\n            if True:\n"
            "                seen.add(value)\n",
        ),
    )
    yield rewrite(
        "seen by identity",
        (SEEN, "            if id(value) not in seen:\n                seen.add(id(value))\n"),
    )
