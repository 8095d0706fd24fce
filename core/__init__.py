"""Limelight's engine: from a file to a judged model, without a browser.

The pages, the command line and a notebook all drive this package; it knows nothing of Streamlit and
does no work when it is imported. Data goes one way, one type at each door:

    file ──ingest──▶ Dataset ──▶ RunSpec ──launch──▶ Run ──evaluate──▶ Evaluation ──▶ page / bundle

Start with `core.workspace.Workspace`, which holds one person's datasets and runs.
"""

__version__ = "0.1.0"
