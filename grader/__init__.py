"""handgrad: write gradients by hand; `grade` compares them with loss.backward()."""

__version__ = "0.1.0"
