"""Compare: models side by side on the same test rows. Not built yet; says so and leads back."""

from ui.road import empty, page

page("Compare", "Your models and three simple baselines, judged on the same test rows, with intervals.")
empty("This page will show your trained models side by side. It is not built yet.", "Back to Train", "train", icon="bar_chart")
