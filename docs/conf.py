"""Sphinx's settings: the pages are Markdown, read by MyST; the reference is from the docstrings."""

from tinygrad_np import __version__

project = "tinygrad_np"
author = "The tinygrad_np developers"
copyright = "2026, The tinygrad_np developers"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"tinygrad_np {release}"
html_copy_source = False
