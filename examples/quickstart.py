"""A first look: a model, its gradient, a check of the gradient, and its picture."""

import numpy as np
from _common import save_graph
from tqdm import tqdm

import tinygrad_np as tg

# %% A model is an array expression. Its parameters are the tensors that require a gradient.
rng = np.random.default_rng(0)
W = tg.tensor(rng.normal(size=(8, 1)), requires_grad=True, name="W")
b = tg.tensor(rng.normal(size=(8, 1)), requires_grad=True, name="b")
v = tg.tensor(rng.normal(size=(1, 8)), requires_grad=True, name="v")

x = np.linspace(-3, 3, 50).reshape(1, 50)  # 50 numbers, one per column
y = np.sin(x)


def loss(W, b, v):
    """Return how far v @ tanh(W x + b) is from the sine, on average."""
    return ((v @ np.tanh(W @ x + b) - y) ** 2).mean()


# %% One call gives the gradient with respect to every parameter.
loss(W, b, v).backward()
print(f"loss {loss(W, b, v):.4f}, gradient of v:\n{v.grad.data.round(3)}\n")

# %% Is it right? Each derivative is compared with finite differences; a wrong one raises an error.
print(f"{tg.testing.gradcheck(loss, W, b, v)}\n")

# %% To train: clear the old gradient, compute the new one, take a small step against it.
optimizer = tg.optim.Adam([W, b, v], lr=0.05)
for _ in tqdm(range(500), desc="training"):
    optimizer.zero_grad()
    loss(W, b, v).backward()
    optimizer.step()
print(f"\nloss after 500 steps {loss(W, b, v):.6f}")

# %% Everything above was recorded as a graph. Here it is.
save_graph(loss(W, b, v), "quickstart_graph")
