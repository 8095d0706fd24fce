"""From typed columns to the arrays a network reads, and back: fitted on training rows, kept as JSON."""
