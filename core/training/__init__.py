"""From a run that was asked for to a run that is judged: queue, launcher, worker, live events."""
