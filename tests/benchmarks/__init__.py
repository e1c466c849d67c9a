"""Training steps timed against other libraries: `python -m tests.benchmarks` prints a table.

Nothing here is a test; pytest collects nothing from it. Only the modules named after a peer import
its library, and only they are imported when its turn comes, so that any of them may be missing.
"""
