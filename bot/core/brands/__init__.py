"""The brands of a workspace: known, named, found, and (in `onboarding`) made."""

from bot.core.brands.catalogue import Brands, KnownBrands
from bot.core.brands.names import STATE_NOTES, finder, labels, named, search, site

__all__ = ["STATE_NOTES", "Brands", "KnownBrands", "finder", "labels", "named", "search", "site"]
