"""What a child may still do once a learner's code runs in it: compute, and answer.

Each layer is a file of its own; layers.py has the table of them. Nothing here imports torch.
"""
