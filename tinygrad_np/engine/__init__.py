"""The engine: what records operations and what sweeps over the record.

Read in this order: errors, modes, graph, tensor, op, sweeps, transforms. Each
module imports only modules before it in that list.
"""
