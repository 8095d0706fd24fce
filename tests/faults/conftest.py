"""Faults happen in the workspace that the tests of training use."""

from tests.training.conftest import workspace

__all__ = ["workspace"]
