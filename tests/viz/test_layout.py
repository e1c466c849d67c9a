"""The layout: boxes and lines keep clear of each other in any graph, in linear time."""

import sys
from itertools import combinations, pairwise

import pytest
from hypothesis import example, given, settings, strategies as st

from tinygrad_np.viz.layout import arrange, ranks
from tinygrad_np.viz.layout.frames import SIDE, TITLE, arrange_groups
from tinygrad_np.viz.layout.routes import BEFORE_BOX, BETWEEN_ROWS

SIZES = st.tuples(st.sampled_from([5.0, 24.0, 80.0, 300.0]), st.sampled_from([5.0, 40.0, 70.0]))


@st.composite
def graphs(draw, most=25):
    """Draw node sizes, the edges of a DAG whose nodes are not in order, and the edges' ends."""
    n = draw(st.integers(1, most))
    sizes = draw(st.lists(SIZES, min_size=n, max_size=n))
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))
    given_pairs = draw(st.lists(pairs, max_size=2 * most))
    name = draw(st.permutations(range(n)))
    edges = [(name[min(a, b)], name[max(a, b)]) for a, b in given_pairs if a != b]
    ends = [
        draw(st.one_of(st.none(), st.floats(-0.4, 0.4).map(sizes[head][0].__mul__)))
        for _, head in edges
    ]
    return [w for w, _ in sizes], [h for _, h in sizes], edges, ends


def box(drawn, widths, heights, node):
    x, y, w, h = drawn.x[node], drawn.y[node], widths[node] / 2, heights[node] / 2
    return x - w, y - h, x + w, y + h


def overlap(a, b, slack=0.01):
    return (
        a[0] < b[2] - slack and b[0] < a[2] - slack and a[1] < b[3] - slack and b[1] < a[3] - slack
    )


def crosses(p, q, rectangle, slack=0.01):
    """Return whether the rectangle within which a piece of a line curves meets another."""
    x0, x1 = sorted((p[0], q[0]))
    y0, y1 = sorted((p[1], q[1]))
    return overlap((x0 - 0.1, y0, x1 + 0.1, y1), rectangle, slack)


def check(drawn, widths, heights, edges, ends):
    boxes = [box(drawn, widths, heights, node) for node in range(len(widths))]
    for a, b in combinations(boxes, 2):
        assert not overlap(a, b)
    for x0, y0, x1, y1 in boxes:
        assert -0.01 <= x0 <= x1 <= drawn.width + 0.01
        assert -0.01 <= y0 <= y1 <= drawn.height + 0.01
    reached = {}
    for (tail, head), route in zip(edges, drawn.routes, strict=True):
        assert boxes[tail][3] < boxes[head][1]
        for p, q in pairwise(route):
            assert p[1] <= q[1] + 0.01
            assert not any(crosses(p, q, rectangle) for rectangle in boxes)
        reached.setdefault(tail, []).append((head, route))
    for e, ((_, head), end) in enumerate(zip(edges, ends, strict=True)):
        x, y = drawn.routes[e][-1]
        assert y == pytest.approx(boxes[head][1])
        if end is not None:
            assert x == pytest.approx(drawn.x[head] + end)
        assert boxes[head][0] <= x <= boxes[head][2]
    for tail, found in reached.items():
        left, _, right, bottom = boxes[tail]
        lines = [piece for _, route in found for piece in pairwise(route)]
        starts = [x for _, ((x, y), *_) in found if y == pytest.approx(bottom)]
        assert left < min(starts) <= max(starts) < right
        assert max(starts) - min(starts) < 0.01
        for _, route in found:
            assert route[0][1] == pytest.approx(bottom) or any(on(route[0], p, q) for p, q in lines)


def on(point, p, q):
    (x, y), tolerance = point, 0.01
    return (
        abs(x - q[0]) < tolerance
        and abs(x - p[0] if y < q[1] - tolerance else 0) < tolerance
        and p[1] - tolerance <= y <= q[1] + tolerance
        and point != p
    )


@given(graphs())
def test_boxes_and_lines_keep_clear_of_each_other(graph):
    widths, heights, edges, ends = graph
    drawn = arrange(widths, heights, edges, ends=ends)
    check(drawn, widths, heights, edges, ends)
    assert arrange(widths, heights, edges, ends=ends) == drawn
    best = arrange(widths, heights, edges, ends=ends, thorough=True)
    check(best, widths, heights, edges, ends)


TWICE = ([5.0] * 3, [5.0] * 3, [(0, 1), (0, 2), (0, 2), (1, 2)], [None] * 4)


@settings(max_examples=50)
@example(TWICE, 0)
@given(graphs(), st.integers(0, 20))
def test_lines_beside_the_drawing_keep_clear_too(graph, fewest):
    widths, heights, edges, ends = graph
    given_fewest, ranks.FEWEST_BENDS = ranks.FEWEST_BENDS, fewest
    size, ranks.BENDS_EACH = ranks.BENDS_EACH, 0
    try:
        drawn = arrange(widths, heights, edges, ends=ends)
    finally:
        ranks.FEWEST_BENDS, ranks.BENDS_EACH = given_fewest, size
    check(drawn, widths, heights, edges, ends)


@st.composite
def grouped(draw):
    widths, heights, edges, ends = draw(graphs(16))
    count = draw(st.integers(0, 5))
    parents = [draw(st.integers(-1, i - 1)) for i in range(count)]
    groups = [draw(st.integers(-1, count - 1)) for _ in widths]
    return widths, heights, edges, groups, parents, ends


FIVE = [5.0] * 5
# Lines with the same tail, one of which branches off another inside a frame.
BRANCHING = (FIVE, FIVE, [(0, 3), (2, 3), (0, 1), (0, 2), (1, 2)], [-1, 0, 0, 0, 0], [-1])
LEAVING = (FIVE, FIVE, [(1, 4), (2, 4), (1, 0), (1, 2), (0, 2)], [-1, 0, 0, 0, -1], [-1])


@pytest.mark.slow
@settings(max_examples=200)
@example((*BRANCHING, [None] * 5))
@example((*LEAVING, [None] * 5))
@given(grouped())
def test_frames_contain_exactly_their_own_nodes(graph):
    widths, heights, edges, groups, parents, ends = graph
    drawn, frames = arrange_groups(widths, heights, edges, groups, parents, ends=ends)
    check(drawn, widths, heights, edges, ends)
    around = [{-1}]
    for group in range(len(parents)):
        found = {group}
        while parents[min(found)] >= 0 and parents[min(found)] not in found:
            found.add(parents[min(found)])
        around.append(found)
    rectangles = [(f.x, f.y, f.x + f.width, f.y + f.height) for f in frames]
    for node, group in enumerate(groups):
        x0, y0, x1, y1 = box(drawn, widths, heights, node)
        inside = set()
        for frame, (left, top, right, bottom) in zip(frames, rectangles, strict=True):
            if left < x0 and x1 < right and top + TITLE <= y0 + 0.01 and y1 < bottom:
                assert frame.group not in inside
                inside.add(frame.group)
            else:
                assert not overlap((x0, y0, x1, y1), (left, top, right, bottom))
        assert inside == (around[group + 1] if group >= 0 else set())
    for a, b in combinations(rectangles, 2):
        nested = a[0] < b[0] and a[1] < b[1] and b[2] < a[2] and b[3] < a[3]
        assert nested or not overlap(a, b)
    assert (drawn, frames) == arrange_groups(widths, heights, edges, groups, parents, ends=ends)


def test_a_group_left_and_entered_again_has_two_frames():
    _, frames = arrange_groups([40.0] * 3, [20.0] * 3, [(0, 1), (1, 2)], [0, -1, 0], [-1])
    assert [frame.group for frame in frames] == [0, 0]
    _, frames = arrange_groups([40.0] * 4, [20.0] * 4, [(0, 1), (2, 3)], [0, 1, 1, 0], [-1, -1])
    assert sorted(frame.group for frame in frames) == [0, 0, 1, 1]


def test_a_long_chain_of_groups():
    n = 3_000
    groups = [i // 3 for i in range(3 * n)]
    edges = [(i, i + 1) for i in range(3 * n - 1)]
    drawn, frames = arrange_groups([40.0] * 3 * n, [20.0] * 3 * n, edges, groups, [-1] * n)
    assert len(frames) == n
    assert len(set(drawn.x)) == 1


def layers(count):
    """Return a chain of ops, every second one in a group with two leaves beside the chain."""
    widths, heights, edges, ends, groups = [80.0], [20.0], [], [], [-1]
    for group in range(count):
        leaf = len(widths)
        widths += [60.0, 60.0, 120.0, 50.0]
        heights += [30.0, 30.0, 40.0, 30.0]
        groups += [group, group, group, -1]
        edges += [
            (leaf - 1, leaf + 2),
            (leaf, leaf + 2),
            (leaf + 1, leaf + 2),
            (leaf + 2, leaf + 3),
        ]
        ends += [-40.0, 0.0, 40.0, None]
    return (widths, heights, edges, groups, [-1] * count), ends


def test_the_spine_runs_straight_through_frames_beside_their_leaves():
    graph, ends = layers(20)
    drawn, _ = arrange_groups(*graph, ends=ends)
    spine = [route for i, route in enumerate(drawn.routes) if i % 4 in (0, 3)]
    assert len({round(x, 6) for route in spine for x, _ in route}) == 1


def test_a_row_with_only_passing_lines_is_low():
    graph, ends = layers(3)
    _, frames = arrange_groups(*graph, ends=ends)
    leaves_and_op = 30.0 + BETWEEN_ROWS + 40.0
    assert [frame.height for frame in frames] == [TITLE + leaves_and_op + SIDE] * 3


def test_space_inside_frames_counts_as_space_between_rows():
    (widths, heights, *graph), ends = layers(3)
    drawn, frames = arrange_groups(widths, heights, *graph, ends=ends)
    for before, frame, after in zip((0, 4, 8), frames, (4, 8, 12), strict=True):
        above = frame.y - (drawn.y[before] + heights[before] / 2)
        below = drawn.y[after] - heights[after] / 2 - (frame.y + frame.height)
        assert (above, below) == (BEFORE_BOX, BETWEEN_ROWS - SIDE)


def test_an_elastic_drawing_keeps_the_points_between_its_rows():
    _, past = arrange([40.0] * 3, [20.0] * 3, [(0, 1), (1, 2)], elastic=True).routes
    assert past == [(20.0, y) for y in (70.0, 70.0, 100.0, 100.0)]  # box, row, row, box
    skip = arrange([9.0] * 3, [9.0] * 3, [(0, 1), (1, 2), (0, 2)], elastic=True).routes[2]
    assert [y for _, y in skip] == [9.0, 9.0, 39.0, 48.0, 78.0, 78.0]


def test_a_frame_is_at_least_as_wide_as_its_title():
    _, (frame,) = arrange_groups([40.0], [20.0], [], [0], [-1], titles=[200.0])
    assert (frame.width, frame.height) == (220.0, 50.0)
    _, (frame,) = arrange_groups([40.0], [20.0], [], [0], [-1], titles=[200.0], title_at="left")
    assert (frame.width, frame.height) == (70.0, 220.0)


@settings(max_examples=200)
@given(grouped(), st.sampled_from(["top", "bottom"]), st.floats(0, 200))
def test_no_line_passes_through_a_title(graph, edge, length):
    widths, heights, edges, groups, parents, ends = graph
    drawn, frames = arrange_groups(
        widths,
        heights,
        edges,
        groups,
        parents,
        ends=ends,
        titles=[length] * len(parents),
        title_at=edge,
    )
    for frame in frames:
        left = frame.x + frame.title
        assert left + length <= frame.x + frame.width
        top = frame.y if edge == "top" else frame.y + frame.height - TITLE
        for (x0, y0), (x1, y1) in (pair for route in drawn.routes for pair in pairwise(route)):
            if max(x0, x1) > left and min(x0, x1) < left + length and y0 != y1:
                assert max(y0, y1) <= top + 0.01 or top + TITLE - 0.01 <= min(y0, y1)


def test_a_group_inside_itself_is_refused():
    with pytest.raises(ValueError, match="group 0 is inside itself"):
        arrange_groups([1.0], [1.0], [], [0], [1, 0])


def test_a_cycle_is_refused():
    with pytest.raises(ValueError, match="form a cycle, before or at node 1"):
        arrange([9.0] * 3, [9.0] * 3, [(0, 1), (1, 2), (2, 1)])


def test_an_empty_graph():
    drawn = arrange([], [], [])
    assert (drawn.x, drawn.y, drawn.width, drawn.height, drawn.routes) == ([], [], 0.0, 0.0, [])


def test_parallel_edges_have_separate_ends():
    drawn = arrange([40.0, 40.0], [20.0, 20.0], [(0, 1), (0, 1)])
    assert [route[-1][0] for route in drawn.routes] == [14.0, 26.0]


def test_unconnected_parts_fill_a_page():
    drawn = arrange([40.0] * 400, [20.0] * 400, [])
    assert 0.5 < drawn.width / drawn.height < 3


def calls(widths, edges):
    count = 0

    def on_event(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(on_event)
    try:
        drawn = arrange(widths, widths, edges)
    finally:
        sys.setprofile(None)
    return count, drawn


def chain(n):
    return n, [(i, i + 1) for i in range(n - 1)]


def used_everywhere(n):
    return n + 1, [*chain(n)[1], *[(n, i) for i in range(n)]]


def used_everywhere_by_many(n):
    return n + n // 10, [*chain(n)[1], *[(n + i % (n // 10), i) for i in range(n)]]


@pytest.mark.slow
@pytest.mark.parametrize("make", [chain, used_everywhere, used_everywhere_by_many])
def test_the_work_grows_with_the_graph(make):
    (n, edges), (m, more) = make(500), make(5_000)
    few, _ = calls([20.0] * n, edges)
    many, drawn = calls([20.0] * m, more)
    assert many < 14 * few
    assert sum(map(len, drawn.routes)) < 14 * len(more)


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand():
    n, edges = chain(100_000)
    drawn = arrange([20.0] * n, [20.0] * n, edges)
    assert drawn.width == 20.0
    assert drawn.height == n * 20 + (n - 1) * 30
