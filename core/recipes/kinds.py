"""The words for layers: what each kind is called and what it does, for people who never built a network."""

from __future__ import annotations

from core.language import N_

__all__ = ["KINDS"]

# kind → (title, explanation)
KINDS: dict[str, tuple[str, str]] = {
    "input": (N_("Input"), N_("What the network gets: one row, one text or one picture at a time.")),
    "dense": (N_("Dense"), N_("Each output is a weighted sum of all inputs; the weights are what is learned.")),
    "dropout": (N_("Dropout"), N_("Hides a random share of the values while training, so that the network does not learn by heart.")),
    "concatenate": (N_("Join"), N_("Puts what came from several inputs side by side.")),
    "rescale": (N_("Rescale"), N_("Brings the brightness of each pixel from 0…255 to -1…1.")),
    "convolution": (N_("Convolution"), N_("Slides small windows over the picture and reports where their pattern is found.")),
    "batch_norm": (N_("Batch norm"), N_("Keeps values in a steady range, which makes learning faster.")),
    "relu": ("ReLU", N_("Replaces negative values by zero; without it, many layers could do no more than one.")),
    "halve": (N_("Halve"), N_("Halves the picture and keeps the strongest signal of each 2 × 2 square.")),
    "average_of_places": (N_("Average"), N_("Averages over all places of the picture: what matters is what is there, not where.")),
    "flatten": (N_("Flatten"), N_("Writes all values of the picture in one row, so that place still counts.")),
    "embedding": (N_("Embedding"), N_("Looks up a short list of numbers for each word; words with a similar effect get similar numbers.")),
    "word_dropout": (N_("Word dropout"), N_("Hides random words while training, so that no single word decides.")),
    "recurrent": (N_("Recurrent"), N_("Reads word after word and remembers what matters, so that order counts.")),
    "places": (N_("Places"), N_("Adds to each word where in the text it stands, so that order counts.")),
    "attention": (N_("Attention"), N_("Every word asks all other words what they have to say to it, and takes up what fits.")),
    "add": (N_("Add"), N_("Adds what a layer found to what was there before, so that nothing gets lost on the way.")),
    "layer_norm": (N_("Layer norm"), N_("Keeps the values of each word in a steady range, which makes learning faster.")),
    "sum_of_words": (N_("Sum of words"), N_("Adds up the words of the text, so scaled that long and short texts weigh alike.")),
    "mean_of_words": (N_("Mean of words"), N_("Averages over the words of the text.")),
    "max_of_words": (N_("Strongest word"), N_("Keeps, for each number, the word that says it loudest.")),
}
