"""Widgets that several pages share; with `pages/` the only place that knows Streamlit."""
