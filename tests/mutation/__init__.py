"""The mutation suite: single mistakes in the worked answers, and rewrites that are right.

`python -m tests.mutation` prints the table.
"""
