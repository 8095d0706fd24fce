"""The program beside these tests loads an engine, so it is not for pytest to import."""

collect_ignore = ["look.py"]
