"""The names of presets and choices as a visitor reads them; what is stored, and what a program writes, stays English."""

from __future__ import annotations

from core.language import N_, _
from core.recipes import RECIPES
from core.recipes.names import NAMED

__all__ = ["default_name", "preset_name"]

PRESETS = {"quick": N_("Quick"), "balanced": N_("Balanced"), "thorough": N_("Thorough"), "custom": N_("Custom")}


def preset_name(preset: str) -> str:
    """What a preset is called on the page.

    Example:
        >>> preset_name("balanced")
        'Balanced'
    """
    return _(PRESETS[preset]) if preset in PRESETS else preset.capitalize()


def default_name(recipe: str, preset: str) -> str:
    """What a run is called that nobody named; a name is its owner's, so it stays in the language of the one who started it.

    Example:
        >>> default_name("mlp", "balanced")
        'Multilayer network (balanced)'
    """
    return _(NAMED).format(recipe=_(RECIPES[recipe].title), preset=preset_name(preset).lower())
