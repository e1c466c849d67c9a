"""Every form of the lines of random programs."""

import forms_of_arrays
import forms_of_matrices
import forms_of_numbers
from forms import FORMS

__all__ = ["FORMS", "forms_of_arrays", "forms_of_matrices", "forms_of_numbers"]
