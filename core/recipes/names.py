"""What runs are called: those that nobody named, and those that differ from another in something.

A name is its owner's, so it is made in the language of who presses, and stays as it is. What was made in one language
is recognised in every other, so that "Multilayer network (quick)" does not grow tails.
"""

from __future__ import annotations

from typing import Any

from core.language import LANGUAGES, N_, Language, _, translated
from core.recipes.catalogue import RECIPES
from core.recipes.recipe import PRESETS

__all__ = ["NAMED", "chosen_name", "said_of"]

NAMED = N_("{recipe} ({preset})")  # what a run is called that nobody named


def chosen_name(name: str, recipe: str) -> str:
    """The name that somebody chose; where nobody did, the title of the recipe.

    Example:
        >>> chosen_name("Mine", "mlp"), chosen_name("Multilayer network (quick)", "mlp"), chosen_name("", "mlp")
        ('Mine', 'Multilayer network', 'Multilayer network')
    """
    if recipe not in RECIPES:
        return name or recipe
    title = RECIPES[recipe].title
    return _(title) if not name or any(name in _default_names(language, title) for language in LANGUAGES) else name


def said_of(title: str, value: Any) -> str:
    """A setting and its value.

    Example:
        >>> said_of("Learning rate", 0.0003), said_of("Balance classes", True)
        ('learning rate 0.0003', 'balance classes on')
    """
    return f"{_(title).lower()} {_text(value)}"


def _default_names(language: Language, title: str) -> set[str]:
    presets = {translated(language, preset.capitalize()).lower() for preset in (*PRESETS, "custom")}
    return {translated(language, NAMED).format(recipe=translated(language, title), preset=preset) for preset in presets}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return f"{value:g}" if isinstance(value, float) else str(value)
