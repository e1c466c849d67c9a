"""The records of solutions of Airy's, Kelvin's and Weber's differential equations."""

from ops.in_torch import InTorch, NotInTorch
from ops.of_scipy import ORDER, in_parts, of_arrays
from ops.opinfo import ANY, POSITIVE

NONE = NotInTorch("Ai alone, without its relatives")

for name in ("ber", "bei", "berp", "beip"):
    of_arrays(name, ANY, torch=NONE)
for name in ("ker", "kei", "kerp", "keip"):
    of_arrays(name, POSITIVE, torch=NONE)
in_parts("airy", ANY, torch=NONE,
         first=InTorch("special.airy_ai", derivative=False, complex=False))  # fmt: skip
in_parts("airye", POSITIVE, torch=NONE, complex=0)
in_parts("itairy", ANY, torch=NONE, tolerance=1e-4)  # SciPy computes it to seven digits
in_parts("pbdv", ORDER, ANY, torch=NONE)
in_parts("pbvv", ORDER, ANY, torch=NONE)
in_parts("pbwa", ORDER, ANY, torch=NONE)
in_parts("kelvin", POSITIVE, torch=NONE)
