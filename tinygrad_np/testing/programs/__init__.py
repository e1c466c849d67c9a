"""Random programs, and the table of the forms of their lines.

What writes a line is a small function, a form, one per kind of op; `tests` of the package and
`strategies` draw from the table.
"""

from . import of_arrays, of_matrices, of_numbers
from .forms import FORMS
from .program import REFERENCES, STEP, Form, Program, write

__all__ = [
    "FORMS",
    "REFERENCES",
    "STEP",
    "Form",
    "Program",
    "of_arrays",
    "of_matrices",
    "of_numbers",
    "write",
]
