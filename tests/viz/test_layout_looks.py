"""The look of the layout: positions of boxes, and short, straight lines with few crossings."""

from itertools import combinations

from tinygrad_np.viz.layout import arrange


def test_leaves_stand_just_above_their_first_use():
    # A chain 0..9; node 10 is used by the last two, node 11 is computed from leaf 12 and used last.
    chain = [(i, i + 1) for i in range(9)]
    drawn = arrange([40.0] * 13, [20.0] * 13, [*chain, (10, 8), (10, 9), (12, 11), (11, 9)])
    assert drawn.y[10] == drawn.y[7]
    assert drawn.y[11] == drawn.y[8]
    assert drawn.y[12] == drawn.y[7]


def test_a_node_with_more_inputs_than_uses_stands_at_its_inputs():
    # A chain 0..7; node 8 has the inputs 1, 2 and a leaf, and is an input of the last of the chain.
    edges = [*[(i, i + 1) for i in range(7)], (1, 8), (2, 8), (9, 8), (8, 7)]
    drawn = arrange([40.0] * 10, [20.0] * 10, edges)
    assert drawn.y[8] == drawn.y[3]
    assert drawn.y[9] == drawn.y[2]


def test_a_chain_runs_straight_beside_its_leaves_and_skips():
    edges = []
    for i in range(20):  # two inputs each: the chain and a leaf; every fourth starts a skip
        edges += [(i, i + 1), (100 + i, i + 1)]
        if i % 4 == 0:
            edges.append((i, i + 4))
    name = {node: i for i, node in enumerate(sorted({v for edge in edges for v in edge}))}
    edges = [(name[a], name[b]) for a, b in edges]
    drawn = arrange([60.0] * len(name), [30.0] * len(name), edges)
    assert len({round(drawn.x[i], 6) for i in range(21)}) == 1
    assert drawn.width < 250


def test_repeatedly_joining_parts_do_not_drift():
    edges, n = [], 0
    for _ in range(200):  # one node, then three side by side; two of them join, then all
        edges += [(n, n + 1), (n, n + 2), (n, n + 3), (n + 1, n + 4)]
        edges += [(n + 2, n + 5), (n + 3, n + 5), (n + 4, n + 6), (n + 5, n + 6)]
        n += 6
    drawn = arrange([60.0] * (n + 1), [30.0] * (n + 1), edges)
    assert drawn.width < 4 * 60


def count_crossings(drawn, edges):
    """Count the crossings of straight edges that all run between two rows."""
    ends = [(drawn.x[a], drawn.y[a], drawn.x[b], drawn.y[b]) for a, b in edges]
    return sum((p[0] - q[0]) * (p[2] - q[2]) < 0 and p[1] == q[1] for p, q in combinations(ends, 2))


def test_there_are_no_unnecessary_crossings():
    # A ladder with shuffled inputs, a tree, and K(3, 3), which has at least nine crossings.
    ladder = [(i, 20 + 7 * i % 20) for i in range(20)]
    ladder += [(i, 20 + 7 * (i + 1) % 20) for i in range(19)]
    assert count_crossings(arrange([9.0] * 40, [9.0] * 40, ladder), ladder) == 0
    tree = [(i, (i - 1) // 2) for i in range(1, 127)]
    assert count_crossings(arrange([9.0] * 127, [9.0] * 127, tree), tree) == 0
    full = [(i, j) for i in range(3) for j in range(3, 6)]
    assert count_crossings(arrange([9.0] * 6, [9.0] * 6, full), full) == 9


def test_thorough_chooses_the_best_of_several_drawings():
    # Node 1 enters 2 on the left of 0, so the other node that 0 leads to belongs on the right.
    edges = [(6, 0), (0, 2), (1, 2), (0, 3), (2, 4), (3, 5), (4, 5)]
    ends = [None, 20.0, -20.0, None, None, None, None]
    for thorough in (False, True):
        drawn = arrange([80.0] * 7, [30.0] * 7, edges, ends=ends, thorough=thorough)
        assert (drawn.x[1] < drawn.x[0]) == (drawn.x[2] < drawn.x[3]) == thorough


def test_longer_lines_are_better_than_a_crossing():
    # Two edges past a chain cross if they are on one side, but not if they are on both sides.
    edges = [(0, 1), (1, 2), (0, 3), (2, 3), (3, 4), (1, 4), (2, 5)]
    drawn = arrange([80.0] * 6, [30.0] * 6, edges, thorough=True)
    sides = [drawn.routes[e][1][0] - drawn.x[0] for e in (2, 5)]
    assert min(sides) < 0 < max(sides)


def test_a_node_stands_below_its_inputs_if_that_improves_the_drawing():
    # Node 4 may stand in any row from below 0 to above 5.
    edges = [(0, 1), (0, 2), (1, 2), (1, 3), (0, 4), (3, 5), (4, 5)]
    for thorough in (False, True):
        drawn = arrange([80.0] * 6, [30.0] * 6, edges, thorough=thorough)
        assert drawn.y[4] == drawn.y[1 if thorough else 3]


def test_a_node_computed_from_a_used_leaf_stands_at_that_use():
    # A chain 0..7; leaf 8 is used by 1 and, squared, added at the end: the square stands beside 1.
    edges = [*[(i, i + 1) for i in range(7)], (8, 1), (8, 9), (8, 9), (9, 10), (10, 7)]
    drawn = arrange([80.0] * 11, [30.0] * 11, edges)
    assert drawn.y[9] == drawn.y[1]


def test_inputs_stand_in_the_order_of_their_ends():
    drawn = arrange([40.0] * 3, [20.0] * 3, [(1, 2), (0, 2)], ends=[-10.0, 10.0])
    assert drawn.x[1] < drawn.x[0]
