"""What the documents claim, measured: ratios and medians of one run, never in a timed test."""
