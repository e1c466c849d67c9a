"""The examples, run in full, reproduce the figures of the notebooks they follow."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits  # installed with scikit-learn

pytestmark = pytest.mark.slow  # full training runs

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NAMES = ["circles", "layers", "architecture_spec", "ten_rows", "spirals", "moons"]


def load(name):
    """Import an example from its file; it finds `_common` in its folder, as when run."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look it up here
    spec.loader.exec_module(module)
    return module


class Example:
    """An example, imported on first use: the quick lane uses none."""

    def __init__(self, name):
        self.name = name

    def __getattr__(self, name):
        load("_common")
        return getattr(load(self.name), name)


circles, layers, architecture_spec, ten_rows, spirals, moons = map(Example, NAMES)


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """Use one thread: it multiplies small arrays faster, especially on a busy machine."""
    with threadpool_limits(1):
        yield


# ------------------------------------------------------------------- circles


def test_circles():
    result = circles.train(progress=False)
    assert result.train_loss[0] > 0.5
    assert result.train_loss[-1] < 0.02
    assert result.train_accuracy[-1] > 0.99
    assert result.test_accuracy[-1] >= 0.97
    sizes = [(w.shape, b.shape) for w, b in result.parameters]
    assert sizes == [
        ((32, 2), (32, 1)),
        ((32, 32), (32, 1)),
        ((32, 32), (32, 1)),
        ((1, 32), (1, 1)),
    ]


def test_circles_loss_is_a_mean_over_examples():
    data = circles.make_data()
    scores = circles.score(data.x_train, circles.make_parameters())
    p = 1 / (1 + np.exp(-scores.data))
    y = data.y_train
    expected = -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / y.shape[1]
    assert circles.log_loss(scores, y).item() == pytest.approx(expected, rel=1e-12)


# -------------------------------------------------------------------- layers


def test_layers_loss_falls_tenfold_in_10_000_single_steps(subtests):
    assert len(layers.TASKS) == 2
    for task, data in layers.TASKS.items():
        with subtests.test(task):
            result = layers.train(*data, progress=False)
            assert result.losses.shape == (10_000,)
            assert result.before > 0.05
            assert result.factor >= 10


def test_layers_mismatched_chain_is_refused():
    message = layers.mismatch_message()
    assert "Layer(2, 4)" in message
    assert "Layer(5, 1)" in message


# --------------------------------------------------------- architecture_spec

# All numbers in the notebook's output, which is truncated in W1 and Z2.
PRINTED = {
    "W1": """
         2.70684984e-01  6.28132709e-02  9.07969446e-02  5.03825754e-02
         6.51117948e-02 -3.19318045e-02 -8.48076983e-02  6.05965349e-02
        -2.01816824e-01  7.40122057e-02  5.28813494e-02 -5.89000533e-02
         1.88695309e-02 -7.58872056e-02 -9.33237216e-02  9.55056509e-02
         1.90794322e-02  1.97875732e-01  2.60596728e-01  6.83508886e-02
         3.02665449e-02  1.69372293e-01 -1.70608593e-01 -1.15911942e-01
        -1.34840721e-02  3.90527843e-02  1.66904636e-02  1.84501859e-02
         8.07705914e-02  7.29596753e-03  6.38787013e-02  3.29646299e-02
        -4.97104023e-02 -7.54069701e-02 -9.43406403e-02  4.84751647e-02
        -1.16773316e-02  1.90175480e-01  2.38126959e-02  1.99665229e-01
        -9.93263500e-02  1.96799505e-02 -1.13664459e-01  3.66479606e-05
         1.02598415e-01""",
    "Z1": """
         0.25796572  0.10653767  0.04788267 -0.07215597 -0.07192768  0.09646232 -0.1496051
         0.18846834  0.10357345  0.38999541  0.23824187 -0.07811868 -0.01208316  0.05817428
         0.15618749  0.20035584 -0.12823342  0.14812776  0.07797946  0.14929895 -0.06093395
        -0.18691233 -0.05135339  0.21007422  0.25060457""",
    "A1": """
         0.25796572  0.10653767  0.04788267  0.          0.          0.09646232  0.
         0.18846834  0.10357345  0.38999541  0.23824187  0.          0.          0.05817428
         0.15618749  0.20035584  0.          0.14812776  0.07797946  0.14929895  0.
         0.          0.          0.21007422  0.25060457""",
    "Z2": """
        -0.04077838 -0.01644601 -0.01304237 -0.00952487 -0.16221483  0.08872989  0.03257746
        -0.03374251 -0.0765148   0.21248075  0.18171438 -0.17162753  0.04408912  0.05183725
         0.20597302 -0.07470464  0.00444537""",
}


@pytest.mark.parametrize("name", PRINTED)
def test_architecture_numbers_to_all_printed_digits(name):
    printed = PRINTED[name].split()
    values = architecture_spec.forward_values(architecture_spec.make_model(), [1, 1])[name]
    form = ".8e" if name == "W1" else ".8f"
    here = [f"{v:{form}}" for v in values.flat[: len(printed)]]
    assert here == [f"{float(text):{form}}" for text in printed]


def test_architecture_output_is_the_sigmoid_of_the_last_layer():
    values = architecture_spec.forward_values(architecture_spec.make_model(), [1, 1])
    assert values["A5"] == pytest.approx(1 / (1 + np.exp(-values["Z5"])), rel=1e-15)


def test_architecture_trains():
    result = architecture_spec.train(progress=False)
    assert result.train_loss[0] == pytest.approx(np.log(2), abs=0.01)
    assert result.train_loss[-1] < 0.1
    assert result.test_accuracy[-1] >= 0.95


# ------------------------------------------------------------------ ten_rows


def test_ten_rows_units_to_all_printed_digits():
    units = ten_rows.compute_units()
    assert units.bce == 0.5108256237659906
    assert str(units.bce_backward.round(8) + 0.0) == (
        "[-1.25        0.27777778 -0.3125     -0.27777778]"
    )
    assert units.relu.tolist() == [[0, 4], [0, 1]]
    assert units.relu_backward.tolist() == [[0, -0.5], [0, 0.2]]
    assert units.sigmoid.round(8).tolist() == [[0.00669285, 0.98201379], [0.5, 0.73105858]]
    assert units.sigmoid_backward.round(8).tolist() == [
        [-0.00132961, -0.00883135],
        [-0.025, 0.03932239],
    ]


def train_ten_rows_by_hand(x, y, seed, epochs, lr):
    """Return the losses of the same network with a hand-written backward pass."""
    rng = np.random.RandomState(seed)
    w1, b1 = rng.randn(3, 4) * 0.01, np.zeros(4)
    w2, b2 = rng.randn(4, 1) * 0.01, np.zeros(1)
    losses = []
    for _ in range(epochs):
        z1 = x @ w1 + b1
        a1 = np.where(z1 > 0, z1, 0)
        p = 1 / (1 + np.exp(-(a1 @ w2 + b2)))
        clipped = np.clip(p, 1e-9, 1 - 1e-9)
        losses.append(np.mean(np.where(y == 1, -np.log(clipped), -np.log(1 - clipped))))
        g2 = (p - y) / len(y)
        g1 = np.where(z1 > 0, g2 @ w2.T, 0)
        w2, b2 = w2 - lr * a1.T @ g2, b2 - lr * g2.sum(axis=0)
        w1, b1 = w1 - lr * x.T @ g1, b1 - lr * g1.sum(axis=0)
    return losses


@pytest.mark.parametrize("seed", ["its own", 0, 5])
def test_ten_rows_equals_the_network_written_by_hand(seed):
    seed = ten_rows.SEED if seed == "its own" else seed
    result = ten_rows.train(seed=seed, progress=False)
    by_hand = train_ten_rows_by_hand(
        ten_rows.X, ten_rows.Y, seed, ten_rows.EPOCHS, ten_rows.LEARNING_RATE
    )
    assert result.losses == pytest.approx(by_hand, rel=0, abs=1e-9)
    assert result.losses[-1] <= 0.025
    assert (result.predictions == ten_rows.Y).all()


def test_ten_rows_losses_fall_as_in_the_notebook():
    losses = ten_rows.train(progress=False).losses
    for epoch, value in ten_rows.NOTEBOOK.items():
        assert losses[epoch - 1] == pytest.approx(value, abs=0.003)


# ------------------------------------------------------------------- spirals


def furthest(costs):
    """Return the largest distance to a cost that the notebook printed."""
    return max(abs(costs[i] - value) for i, value in spirals.NOTEBOOK.items())


def test_spirals_cost_table():
    # Near iteration 250 the long step makes rounding errors grow from 1e-16 to 1e-3, before the
    # costs converge again. Whether they end within 2e-4 depends on the processor: of 120 roundings,
    # 36 % do. If they do not here, the same points are tried in other orders, which is the same
    # problem with other rounding errors.
    x, y = spirals.make_spirals()
    result = spirals.train(x, y, progress=False)
    assert result.costs[0] == pytest.approx(0.693141, abs=1e-6)
    assert result.costs[1000] == pytest.approx(0.052671, abs=2e-4)
    assert furthest(result.costs) < 1.5e-3
    assert result.accuracy >= 0.99
    rng = np.random.default_rng(0)
    tries = 1
    while furthest(result.costs) >= 2e-4:
        assert tries < 20, "no rounding of twenty comes near the notebook's costs"
        order = rng.permutation(y.size)
        result = spirals.train(x[:, order], y[:, order], progress=False)
        assert furthest(result.costs) < 1.5e-3
        tries += 1


def test_spirals_logistic_regression():
    _, accuracy = spirals.fit_line(*spirals.make_spirals())
    assert f"{accuracy:.0%}" == "66%"


def test_spirals_gradient():
    report = spirals.check_gradient(*spirals.make_spirals(), spirals.make_parameters())
    assert report.ok
    assert len(report.findings) == 17


# --------------------------------------------------------------------- moons


def test_moons_losses_of_the_well_known_demo():
    result = moons.train(progress=False)
    for step, value in moons.NOTEBOOK.items():
        assert result.losses[step] == pytest.approx(value, rel=1e-12, abs=0)
    assert result.accuracies[-1] == 1.0


# ------------------------------------------------------------------- scripts


@pytest.mark.parametrize("name", NAMES)
def test_main_prints_its_figures_and_saves_its_pictures(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(load("_common"), "OUTPUT", tmp_path)
    load(name).main()
    assert "notebook" in capsys.readouterr().out
    assert all(path.stat().st_size > 10_000 for path in tmp_path.glob("*.png"))
    assert any(tmp_path.glob("*.png"))


def run_script(name, tmp_path, **variables):
    """Run a copy of an example from another folder, on a machine without a display."""
    folder = tmp_path / "examples"
    shutil.copytree(EXAMPLES, folder, ignore=shutil.ignore_patterns("output", "__pycache__"))
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "MPLBACKEND")}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH")]))
    run = subprocess.run(
        [sys.executable, "-W", "error", folder / f"{name}.py"],
        cwd=tmp_path,
        env=env | {"OPENBLAS_NUM_THREADS": "1"} | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run, folder / "output"


def test_quickstart_without_dot(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    run, output = run_script("quickstart", tmp_path, PATH=str(empty))
    assert "</svg>" in (output / "quickstart_graph.svg").read_text(encoding="utf-8")
    assert [path.name for path in output.iterdir()] == ["quickstart_graph.svg"]
    lines = run.stdout.splitlines() + run.stderr.splitlines()
    assert sum("quickstart_graph.svg" in line for line in lines) == 1


def test_spirals_as_a_script(tmp_path):
    run, output = run_script("spirals", tmp_path)
    assert "17 gradient elements are right" in run.stdout
    assert "spirals: 100%" in run.stderr
    pictures = {path.stem for path in output.iterdir()}
    assert pictures == {"spirals_boundary", "spirals_cost", "spirals_graph"}
