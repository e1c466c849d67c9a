"""Programs as people write them in NumPy. They run on whatever is imported as `np`."""

import numpy as np


def n_body(state, steps=20, dt=0.01):
    """Return positions after some time: pairs of bodies, forces added up in a buffer."""
    positions, velocities = state[:, :2].copy(), state[:, 2:].copy()
    masses = np.array([1.0, 0.5, 0.25])
    for _ in range(steps):
        forces = np.zeros((3, 2))
        for i in range(3):
            for j in range(i + 1, 3):
                d = positions[j] - positions[i]
                r = np.sqrt(d[0] ** 2 + d[1] ** 2 + 0.01)
                pull = masses[i] * masses[j] * d / r**3
                forces[i] += pull
                forces[j] -= pull
        velocities += dt * forces / masses[:, None]
        positions += dt * velocities
    return positions


def heat(u0, alpha=0.1, steps=30):
    """Return a temperature after some time: slices of the interior, added to in place."""
    u = np.zeros((8, 8))
    u[2:6, 2:6] = u0
    for _ in range(steps):
        u[1:-1, 1:-1] += alpha * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        )
        u[0], u[-1] = u[1], u[-2]
        u[:, 0] = u[:, 1]
    return u


def kalman(noise):
    """Return the estimates of a Kalman filter for a constant velocity, one row at a time."""
    rng = np.random.RandomState(0)
    measured = np.arange(10) * 0.5 + rng.normal(0.0, 0.2, 10)
    F, H, eye = np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([[1.0, 0.0]]), np.eye(2)
    Q, R = noise[0] * np.eye(2), np.array([[noise[1]]])
    x, P = np.zeros((2, 1)), np.eye(2) * 10.0
    estimates = np.empty((10, 2))
    for k, z in enumerate(measured):
        x = F @ x
        P = F @ P @ F.T + Q
        S = H @ P @ H.T + R
        K = P @ H.T @ np.linalg.inv(S)
        x = x + K @ (z - H @ x)
        P = (eye - K @ H) @ P
        estimates[k] = x[:, 0]
    return estimates


def lu(a):
    """Return L and U of a matrix in one array, computed in place."""
    a = a.copy()
    n = len(a)
    for k in range(n):
        for i in range(k + 1, n):
            a[i][k] /= a[k][k]
            for j in range(k + 1, n):
                a[i][j] -= a[i][k] * a[k][j]
    return a


def logistic_map(r):
    """Return the values of a recurrence, written one after another to an empty array."""
    x = np.empty(25)
    x[0] = 0.3
    for i in range(1, 25):
        x[i] = r * x[i - 1] * (1.0 - x[i - 1])
    return np.cumsum(x)


def stencil(grid, steps=6):
    """Return a smooth game of life: neighbours counted through rolled and padded copies."""
    for _ in range(steps):
        padded = np.zeros((grid.shape[0] + 2, grid.shape[1] + 2))
        padded[1:-1, 1:-1] = grid
        neighbours = np.zeros_like(grid)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    neighbours += padded[
                        1 + dx : padded.shape[0] - 1 + dx, 1 + dy : padded.shape[1] - 1 + dy
                    ]
        grid = np.exp(-((neighbours + 0.5 * grid - 2.7) ** 2))
        np.clip(grid, 0.0, 1.0, out=grid)
    return grid


def gp_likelihood(theta):
    """Return the log marginal likelihood of a Gaussian process."""
    x = np.linspace(0.0, 1.0, 8)
    y = np.sin(6.0 * x)
    K = np.empty((8, 8))
    for i in range(8):
        for j in range(i + 1):
            K[i, j] = K[j, i] = theta[0] ** 2 * np.exp(-0.5 * (x[i] - x[j]) ** 2 / theta[1] ** 2)
    K[np.diag_indices(8)] += theta[2] ** 2
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return -0.5 * y @ alpha - np.log(np.diag(L)).sum() - 4.0 * np.log(2.0 * np.pi)
