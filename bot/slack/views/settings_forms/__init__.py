"""The forms in which managers decide: defaults, limits, and who else is a manager. Pure; one room a form."""

from bot.slack.views.settings_forms import defaults, limits, managers

__all__ = ["defaults", "limits", "managers"]
