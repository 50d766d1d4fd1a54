"""Set before any test imports torch: its plain kernels, the ones `grade` itself asks for."""

import os

os.environ["ATEN_CPU_CAPABILITY"] = "default"

pytest_plugins = ["pytester"]  # a pytest inside a test, for what the plugin does
