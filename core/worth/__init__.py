"""What a model is worth: thresholds, goals, money, and what the last point cost. Plain numbers from predictions."""
