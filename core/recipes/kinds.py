"""The words for layers: what each kind is called and what it does, for people who never built a network."""

from __future__ import annotations

__all__ = ["KINDS"]

# kind → (title, explanation)
KINDS: dict[str, tuple[str, str]] = {
    "input": ("Input", "What the network gets: one row, one text or one picture at a time."),
    "dense": ("Dense", "Each output is a weighted sum of all inputs; the weights are what is learned."),
    "dropout": ("Dropout", "Hides a random share of the values while training, so that the network does not learn by heart."),
    "concatenate": ("Join", "Puts what came from several inputs side by side."),
    "rescale": ("Rescale", "Brings the brightness of each pixel from 0…255 to -1…1."),
    "convolution": ("Convolution", "Slides small windows over the picture and reports where their pattern is found."),
    "batch_norm": ("Batch norm", "Keeps values in a steady range, which makes learning faster."),
    "relu": ("ReLU", "Replaces negative values by zero; without it, many layers could do no more than one."),
    "halve": ("Halve", "Halves the picture and keeps the strongest signal of each 2 × 2 square."),
    "average_of_places": ("Average", "Averages over all places of the picture: what matters is what is there, not where."),
    "flatten": ("Flatten", "Writes all values of the picture in one row, so that place still counts."),
    "embedding": ("Embedding", "Looks up a short list of numbers for each word; words with a similar effect get similar numbers."),
    "word_dropout": ("Word dropout", "Hides random words while training, so that no single word decides."),
    "recurrent": ("Recurrent", "Reads word after word and remembers what matters, so that order counts."),
    "places": ("Places", "Adds to each word where in the text it stands, so that order counts."),
    "attention": ("Attention", "Every word asks all other words what they have to say to it, and takes up what fits."),
    "add": ("Add", "Adds what a layer found to what was there before, so that nothing gets lost on the way."),
    "layer_norm": ("Layer norm", "Keeps the values of each word in a steady range, which makes learning faster."),
    "sum_of_words": ("Sum of words", "Adds up the words of the text, so scaled that long and short texts weigh alike."),
    "mean_of_words": ("Mean of words", "Averages over the words of the text."),
    "max_of_words": ("Strongest word", "Keeps, for each number, the word that says it loudest."),
}
