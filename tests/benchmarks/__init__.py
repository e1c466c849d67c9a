"""Training steps timed against other libraries: `python -m tests.benchmarks` prints a table.

These are not tests, and pytest collects none of them. A peer's library is imported only by the
modules named after the peer, and these only when it is its turn, so any library may be missing.
"""
