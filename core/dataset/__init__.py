"""From a file to a Dataset: read, profile, split, store."""
