"""The records of hypergeometric functions and Box-Cox transformations."""

from ops.in_torch import NotInTorch, torch
from ops.of_scipy import ABOVE_1, ORDER, of_arrays, of_order, with_orders
from ops.opinfo import ANY, POSITIVE, SMALL, floats

NONE = NotInTorch("no hypergeometric functions")

of_arrays("exprel", ANY, torch=lambda x: torch.expm1(x) / x)
of_arrays("powm1", POSITIVE, ANY, torch=lambda x, y: torch.expm1(y * torch.log(x)))
of_arrays("boxcox", POSITIVE, ANY, torch=lambda x, y: torch.expm1(y * torch.log(x)) / y)
of_arrays("boxcox1p", POSITIVE, POSITIVE, torch=lambda x, y: torch.expm1(y * torch.log1p(x)) / y)
of_arrays("inv_boxcox", floats(-0.3, 0.8), ABOVE_1,
          torch=lambda x, y: torch.exp(torch.log1p(x * y) / y))  # fmt: skip
of_arrays("inv_boxcox1p", floats(-0.3, 0.8), ABOVE_1,
          torch=lambda x, y: torch.expm1(torch.log1p(x * y) / y))  # fmt: skip
of_order("hyp0f1", ANY, torch=NONE, one=NONE)
with_orders("hyp1f1", ORDER, ORDER, SMALL, torch=NONE)
with_orders("hyp2f1", ORDER, ORDER, ORDER, SMALL, torch=NONE)
with_orders("hyperu", ORDER, ORDER, POSITIVE, torch=NONE)
with_orders("wright_bessel", ORDER, ORDER, POSITIVE, torch=NONE)
with_orders("log_wright_bessel", ORDER, ORDER, POSITIVE, torch=NONE)
