"""The random expressions that an engine is tried on, and the derivatives that its order is."""

import torch

from grader.course import expressions
from grader.kinds.values.order import Ordering
from tests.worked import worked


def drawn(seed, graphs=200):
    return expressions.draw(graphs, 4, 10, torch.Generator().manual_seed(seed))


def test_expressions_are_others_for_every_seed_and_use_all_operations():
    (programs, leaves), (again, _), (others, _) = drawn(1), drawn(1), drawn(2)
    assert programs.shape == (200, 20, 3)
    assert leaves.shape == (200, 4)
    assert torch.equal(programs, again)
    assert not torch.equal(programs, others)
    assert len({str(program) for program in programs.tolist()}) == 200
    assert set(programs[:, :10, 0].flatten().tolist()) == set(range(len(expressions.OPERATIONS)))


def test_the_first_few_are_chains_with_one_way_down_to_a_leaf_that_counts():
    for seed in range(10):
        programs, leaves = drawn(seed)
        chains, others = programs[: expressions.CHAINS], programs[expressions.CHAINS :]
        assert (others[:, 10:] == expressions.OVER).all()
        assert (others[:, :10] != expressions.OVER).all()
        assert (chains[:, :, 1] == torch.arange(3, 23)).all()  # the one before
        assert (chains[:, :, 2] < 3).all()  # no other value, and not the deepest leaf
        deepest = expressions.gradients(programs, leaves.double())[: expressions.CHAINS, 3]
        assert (deepest.abs() > 1 / expressions.STEEPEST).all()


def test_with_two_leaves_most_programs_are_drawn_anew():
    """Seldom do both count; --untrusted draws such sizes."""
    generator = torch.Generator().manual_seed(1)
    programs, leaves = expressions.draw(1100, 2, 9, generator)
    assert (programs.shape, leaves.shape) == ((1100, 18, 3), (1100, 2))
    assert ((expressions.gradients(programs, leaves.double()) != 0).sum(1) == 2).all()


def test_values_are_reused_and_with_themselves():
    programs, _ = drawn(3)
    both = programs[torch.isin(programs[:, :, 0], torch.arange(4))]
    assert (both[:, 1] == both[:, 2]).sum() > 50
    reads = [sum((row[:, 1:] == value).any(1).sum() > 1 for value in range(13)) for row in programs]
    assert min(reads) >= 1


def test_their_gradients_are_those_of_finite_differences():
    programs, leaves = drawn(4, graphs=40)
    exact = expressions.gradients(programs, leaves.double())
    for leaf in range(4):
        moved = []
        for step in (1e-6, -1e-6):
            values = leaves.double()
            values[:, leaf] += step
            moved.append(expressions.results(programs, values))
        slope = (moved[0] - moved[1]) / 2e-6
        assert torch.allclose(slope, exact[:, leaf], 1e-4, 1e-6)


def test_no_expression_is_steep_or_undefined():
    programs, leaves = drawn(5, graphs=1000)
    steep = expressions.gradients(programs, leaves.double()).abs()
    assert steep.isfinite().all()
    assert steep.max() < expressions.STEEPEST
    assert ((steep > 1 / expressions.STEEPEST).sum(1) > 1).all()


def test_the_graders_own_derivatives_are_right():
    """Those that the order is tried on: the learner's class with nothing written in it."""
    space = {}
    lines = worked("warmup2").split("\n")
    exec("\n".join("            pass" if ".grad +=" in line else line for line in lines), space)
    ordering = Ordering(space["Value"], expressions.DERIVATIVES)
    programs, leaves = drawn(6, graphs=60)
    due = expressions.gradients(programs, leaves.double())
    for program, starts, expected in zip(programs.tolist(), leaves.tolist(), due, strict=True):
        values = [space["Value"](start) for start in starts]
        for operation, left, right in program:
            if operation == expressions.OVER:
                break
            values.append(expressions.FUNCTIONS[operation](values[left], values[right]))
        ordering.run(values[-1])
        found = torch.tensor([value.grad for value in values[:4]], dtype=torch.float64)
        assert torch.allclose(found, expected, 1e-9, 1e-12)
    assert ordering.observed == {"unseeded": 0, "twice": 0, "early": 0, "never": 0}
