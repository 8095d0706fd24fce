"""Recipes: ways to build a network, each with settings, three presets and a plan that the page can show.

    make_spec(info, ...)  → RunSpec        what the page and the command line launch
    options_of(spec)      → PreprocessOptions
    plan_of(spec, shapes, classes) → Plan  layers, shapes, parameters; no Keras
    network.build(plan, seed)              the Keras model, in the worker only (import it from there)
"""

from __future__ import annotations

from core.recipes.catalogue import RECIPES, default_recipe, recipe, recipes_for, recipes_schema, refusal
from core.recipes.plan import Layer, Plan
from core.recipes.recipe import PRESETS, Preset, Recipe
from core.recipes.specs import make_spec, metric_name, options_of, plan_of, settings_of

__all__ = [
    "PRESETS", "RECIPES", "Layer", "Plan", "Preset", "Recipe", "default_recipe", "make_spec", "metric_name", "options_of",
    "plan_of", "recipe", "recipes_for", "recipes_schema", "refusal", "settings_of",
]
