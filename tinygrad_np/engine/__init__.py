"""The engine: it records operations and runs passes over the record.

The reading order of its modules stands in docs/design.md. Each imports only modules before it.
"""
