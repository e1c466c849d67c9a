"""The records of orthogonal polynomials."""

from ops.in_torch import InTorch, NotInTorch, named, torch
from ops.of_scipy import ABOVE_0, ORDER, of_order, of_order_0, with_orders
from ops.opinfo import ANY, POSITIVE, SMALL, integers


def of_degree(name, inner=lambda x: x, *, complex=True):
    """Return PyTorch's polynomial at `inner(x)`, with SciPy's order of arguments."""
    function = lambda n, x: named(f"special.{name}")(inner(x), n)  # noqa: E731  # a formula
    return InTorch(function, derivative=False, complex=complex)


def chebyshev_c(n, x):
    return 2 * torch.cos(n * torch.arccos(x / 2))


def chebyshev_s(n, x):
    angle = torch.arccos(x / 2)
    return torch.sin((n + 1) * angle) / torch.sin(angle)


def shifted(x):
    return 2 * x - 1


LEGENDRE = of_degree("legendre_polynomial_p", complex=False)
LAGUERRE = of_degree("laguerre_polynomial_l", complex=False)
HERMITE = of_degree("hermite_polynomial_h")
SHIFTED_LEGENDRE = of_degree("legendre_polynomial_p", shifted, complex=False)

for name, domain, in_torch in (
    ("eval_legendre", ANY, LEGENDRE),
    ("eval_sh_legendre", ANY, SHIFTED_LEGENDRE),
    ("eval_laguerre", ANY, LAGUERRE),
    ("eval_chebyt", SMALL, of_degree("chebyshev_polynomial_t", complex=False)),
    ("eval_chebyu", SMALL, of_degree("chebyshev_polynomial_u", complex=False)),
    ("eval_chebyc", SMALL, chebyshev_c),
    ("eval_chebys", SMALL, chebyshev_s),
    ("eval_sh_chebyt", ABOVE_0, of_degree("shifted_chebyshev_polynomial_t", complex=False)),
    ("eval_sh_chebyu", ABOVE_0, of_degree("shifted_chebyshev_polynomial_u", complex=False)),
    ("eval_hermite", ANY, HERMITE),
    ("eval_hermitenorm", ANY, of_degree("hermite_polynomial_he")),
):
    of_order(name, domain, torch=in_torch, one=in_torch)
of_order_0("eval_legendre", POSITIVE, torch=LEGENDRE)
of_order_0("eval_laguerre", POSITIVE, torch=LAGUERRE)
of_order_0("eval_hermite", POSITIVE, torch=HERMITE)

NONE = NotInTorch("no polynomials with parameters")
with_orders("eval_gegenbauer", ORDER, ORDER, SMALL, torch=NONE)
with_orders("eval_genlaguerre", ORDER, ORDER, SMALL, torch=NONE)
with_orders("eval_jacobi", ORDER, ORDER, ORDER, SMALL, torch=NONE)
with_orders("eval_sh_jacobi", ORDER, integers(4, 6), ORDER, SMALL, torch=NONE)
