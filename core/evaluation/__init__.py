"""From predictions to honest numbers: metrics with intervals, curves, comparison. Knows nothing of Keras or Streamlit."""
