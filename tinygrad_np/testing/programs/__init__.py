"""Random programs, and the table of the forms their lines are written by.

A form is a small function that writes one line, one form per kind of op. The package's tests and
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
