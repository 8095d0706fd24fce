"""`contract.py` is a program for a process of its own, not a test."""

collect_ignore = ["contract.py"]
