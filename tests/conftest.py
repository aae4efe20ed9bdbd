"""What holds for every test."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # two cores are shared by several workers
settings.load_profile("unhurried")
