"""The version, written here only: the build and the package both read it. Imports nothing."""

__version__ = "0.1.0"
