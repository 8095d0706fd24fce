"""Where a model is weak, for whom, and the rows that stand behind a number. Plain numbers from predictions."""
