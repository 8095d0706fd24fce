"""Stage: try a model by hand and show it to others. Not built yet; says so and leads back."""

from ui.road import empty, page

page("Stage", "Try the model by hand, and show it to the room.")
empty("This page will let you and your audience try the model. It is not built yet.", "Back to Train", "train", icon="podium")
