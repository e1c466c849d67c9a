"""ModuleList, Sequential, MLP, from_spec: construction, refusals, the notebooks' figures."""

import numpy as np
import pytest

import tinygrad_np as tg
from tinygrad_np import nn

SPEC = [
    {"input_dim": 2, "output_dim": 25, "activation": "relu"},
    {"input_dim": 25, "output_dim": 50, "activation": "relu"},
    {"input_dim": 50, "output_dim": 50, "activation": "relu"},
    {"input_dim": 50, "output_dim": 25, "activation": "relu"},
    {"input_dim": 25, "output_dim": 1, "activation": "sigmoid"},
]

# ------------------------------------------------------------- lists and sequences


def test_module_list_behaves_like_a_list():
    a, b, c = nn.Linear(1, 1), nn.Tanh(), nn.Linear(1, 1)
    modules = nn.ModuleList([a, b])
    modules.append(c)
    assert list(modules) == [a, b, c]
    assert (len(modules), modules[0], modules[-1]) == (3, a, c)
    assert list(modules[1:]) == [b, c]
    modules[1] = nn.ReLU()
    del modules[0]
    assert [type(m).__name__ for m in modules] == ["ReLU", "Linear"]
    assert [name for name, _ in modules.named_parameters()] == ["1.weight", "1.bias"]
    assert c.weight.name == "1.weight"
    assert a.weight.name == "weight"
    modules.extend([a])
    assert len(list(modules.parameters())) == 4
    with pytest.raises(IndexError):
        modules[3]


def test_module_list_follows_its_attributes():
    model = nn.Sequential(nn.Tanh(), nn.Tanh())
    for name, _ in model.named_children():  # as when replacing layers throughout a model
        setattr(model, name, nn.Linear(1, 1, init="ones"))
    assert [type(m) for m in model] == [nn.Linear, nn.Linear]
    assert model(np.ones((1, 1))).item() == 1.0
    delattr(model, "1")
    assert len(model) == 1


def test_module_list_refuses_non_modules():
    with pytest.raises(TypeError, match="number 1 is 3, not a module"):
        nn.ModuleList([nn.Tanh(), 3])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"number 0 is .*, not a module"):
        nn.ModuleList([np.sin])  # type: ignore[list-item]


def test_other_attributes_of_a_module_list_are_not_items():
    model = nn.Sequential(nn.Linear(1, 1))
    model.extra = nn.Linear(1, 1)
    assert len(model) == 1
    assert len(list(model.parameters())) == 4
    del model.extra  # type: ignore[attr-defined]
    assert len(model) == 1
    assert len(list(model.parameters())) == 2


def test_sequential_applies_in_order():
    model = nn.Sequential(nn.Linear(2, 2, init="ones"), np.negative, nn.ReLU())
    assert model(np.array([[1.0, 1.0]])).tolist() == [[0.0, 0.0]]
    assert nn.Sequential([nn.Tanh(), nn.ReLU()])(np.zeros(1)).tolist() == [0.0]
    assert nn.Sequential()(3) == 3


MISFITS = {
    "plain": (lambda: nn.Sequential(nn.Linear(2, 4), nn.Linear(5, 1)), "0", "1"),
    "activation between": (
        lambda: nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Dropout(), nn.Linear(5, 1)),
        "0",
        "3",
    ),
    "nested before": (
        lambda: nn.Sequential(nn.Sequential(nn.Linear(2, 4), nn.Tanh()), nn.Linear(5, 1)),
        "0.0",
        "1",
    ),
    "nested after": (
        lambda: nn.Sequential(nn.Linear(2, 4), nn.Sequential(nn.Tanh(), nn.Linear(5, 1))),
        "0",
        "1.1",
    ),
    "mlp after": (
        lambda: nn.Sequential(nn.Linear(2, 4), nn.MLP([5, 3, 1])),
        "0",
        "1.layers.0",
    ),
    "appended": (lambda: nn.Sequential(nn.Linear(2, 4)).append(nn.Linear(5, 1)), "0", "1"),
    "spec": (
        lambda: nn.from_spec(
            [{"input_dim": 2, "output_dim": 4}, {"input_dim": 5, "output_dim": 1}]
        ),
        "0",
        "1",
    ),
}


@pytest.mark.parametrize("case", MISFITS)
def test_a_chain_that_does_not_fit_is_refused(case):
    build, first, second = MISFITS[case]
    with pytest.raises(ValueError, match="gives 4 features") as error:
        build()
    assert isinstance(error.value, tg.ShapeError)
    text = str(error.value)
    assert f"layer {first}, Linear(2, 4)," in text
    assert f"layer {second}, Linear(5, " in text
    assert text.endswith("takes 5")


def test_mlp_before_a_layer_is_checked():
    with pytest.raises(tg.ShapeError, match=r"layer 0\.layers\.1, Linear\(3, 4\), gives 4"):
        nn.Sequential(nn.MLP([2, 3, 4]), nn.Sigmoid(), nn.Linear(5, 1))


def test_a_failed_change_leaves_the_container_alone():
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh())
    for change in (
        lambda: model.append(nn.Linear(5, 1)),
        lambda: model.extend([nn.Linear(4, 4), nn.Linear(5, 1)]),
        lambda: model.append(3),  # type: ignore[arg-type]
    ):
        with pytest.raises((tg.ShapeError, TypeError)):
            change()
        assert [type(m) for m in model] == [nn.Linear, nn.Tanh]


def test_layers_that_may_change_the_features_are_not_checked():
    nn.Sequential(nn.Linear(2, 4), nn.Flatten(), nn.Linear(8, 1))
    nn.Sequential(nn.Linear(2, 4), np.transpose, nn.Linear(8, 1))
    nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))


# ---------------------------------------------------------------------------- MLP


def test_mlp_has_the_layers_of_its_sizes(rng):
    model = nn.MLP([3, 5, 4, 2], activation="tanh", output="sigmoid", bias_init="ones", rng=0)
    x = rng.standard_normal((7, 3))
    h = x
    for i, layer in enumerate(model.layers):
        z = h @ layer.weight.data.T + layer.bias.data
        h = np.tanh(z) if i < 2 else 1 / (1 + np.exp(-z))
    np.testing.assert_allclose(model(x).data, h, rtol=1e-13)
    assert [p.shape for p in model.parameters()] == [(5, 3), (5,), (4, 5), (4,), (2, 4), (2,)]
    assert [n for n, _ in model.named_parameters()][:2] == ["layers.0.weight", "layers.0.bias"]
    assert model.layers[1].weight.name == "layers.1.weight"
    assert (model.in_features, model.out_features) == (3, 2)


def test_mlp_options():
    model = nn.MLP([2, 3, 1], activation=nn.LeakyReLU(0.1), bias=False, dtype="float32")
    assert [p.dtype for p in model.parameters()] == [np.float32] * 2
    assert model(np.ones((1, 2), np.float32)).dtype == np.float32
    assert model.describe() == "MLP(2 -> 3 leaky_relu(negative_slope=0.1) -> 1)"
    assert nn.MLP([2, 1]).describe() == "MLP(2 -> 1)"
    assert nn.MLP((2, 3, 1), np.sin).describe() == "MLP(2 -> 3 sin -> 1)"
    for sizes in ([], [3]):
        with pytest.raises(tg.ShapeError, match="names no layer"):
            nn.MLP(sizes)


def test_mlp_initialises_by_the_following_activation():
    model = nn.MLP([400, 300, 300], activation="relu", rng=0)
    deviations = [layer.weight.data.std() for layer in model.layers]
    assert deviations == pytest.approx([(2 / 400) ** 0.5, (2 / 600) ** 0.5], rel=0.02)


def test_a_trainable_activation_is_shown_and_registered():
    class Scale(nn.Module):
        def __init__(self):
            self.factor = nn.Parameter(2.0)

        def forward(self, x):
            return x * self.factor

    scale = Scale()
    model = nn.MLP([1, 2, 2, 1], activation=scale)
    assert scale.factor.name == "activations.0.factor"
    assert sum(p is scale.factor for p in model.parameters()) == 1
    assert "Scale()" in repr(model)


def test_from_spec_is_an_mlp():
    model = nn.from_spec(SPEC, rng=0)
    assert isinstance(model, nn.MLP)
    assert model.describe() == ("MLP(2 -> 25 relu -> 50 relu -> 50 relu -> 25 relu -> 1 sigmoid)")
    assert model(np.ones((4, 2))).shape == (4, 1)


def test_from_spec_gives_notebook_002():
    normal = nn.init.normal(0.1)
    rng = np.random.RandomState(101)
    model = nn.from_spec(SPEC, init=normal, bias_init=normal, rng=rng)
    np.testing.assert_allclose(
        model.layers[0].weight.data[:2],
        [[2.70684984e-01, 6.28132709e-02], [9.07969446e-02, 5.03825754e-02]],
        rtol=0,
        atol=5e-10,
    )
    z1 = model.layers[0](np.array([1, 1]))
    np.testing.assert_allclose(
        z1.data[:4], [0.25796572, 0.10653767, 0.04788267, -0.07215597], rtol=0, atol=5e-9
    )
    z2 = model.layers[1](model.activations[0](z1))
    np.testing.assert_allclose(
        z2.data[:4], [-0.04077838, -0.01644601, -0.01304237, -0.00952487], rtol=0, atol=5e-9
    )


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ([], "a list of dicts"),
        ({"input_dim": 2, "output_dim": 1}, "a list of dicts"),
        ([{"input_dim": 2}], "layer 0 lacks 'output_dim'"),
        ([SPEC[0], {"activation": "relu"}], "layer 1 lacks 'input_dim' and 'output_dim'"),
        ([{"input_dim": 2, "output_dim": 1, "act": "relu"}], "unknown key 'act'; the keys are"),
        ([{"input_dim": 2, "output_dim": 1, "activation": "rlu"}], "there is no 'rlu'"),
        ([{"input_dim": 2, "output_dim": 0}], "positive integers"),
    ],
)
def test_a_bad_spec_is_refused(spec, words):
    with pytest.raises(ValueError, match=words):
        nn.from_spec(spec)


def test_a_model_learns():
    """Notebook 001: single examples, LeakyReLU, MSE; the loss falls by 10 times or more."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (64, 2))
    y = x[:, :1] * x[:, 1:]
    model = nn.MLP([2, 8, 8, 1], activation=nn.LeakyReLU(0.1), rng=1)
    before = nn.MSELoss()(model(x), y).item()
    parameters = list(model.parameters())
    for i in range(3000):
        loss = nn.MSELoss()(model(x[i % 64]), y[i % 64])
        model.zero_grad()
        loss.backward()
        for p in parameters:
            p.data -= 0.05 * p.grad.data
    assert before > 0.05
    assert nn.MSELoss()(model(x), y).item() < before / 10
