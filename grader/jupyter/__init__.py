"""Grading in a notebook. The kernel hands over the text of its cells, and shows what comes back.

Another process grades (serve.py), started at the first call and kept: the kernel's torch has its
own kernels, threads, default dtype and patches, and none of them are to decide a verdict.
"""
