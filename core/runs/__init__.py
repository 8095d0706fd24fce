"""The run folder: what is asked of a run (spec), how it stands (state), what happened (events)."""
