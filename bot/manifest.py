"""What `manifest.yml` says of the app: what it asks for when it is installed, and what Slack should know of it.

The file lies beside the package in a checkout; the package holds it too, so that an installed bot has it.
"""

from dataclasses import dataclass
from importlib.resources import files

import yaml

EXAMPLE = "bloom.example.com"
"""The address that people put theirs in place of."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The app's permissions, and where Slack may send people back to."""

    scopes: tuple[str, ...]
    redirect_urls: tuple[str, ...]


def read_manifest() -> Manifest:
    """Return what the packaged manifest says."""
    oauth = yaml.safe_load(files("bot").joinpath("manifest.yml").read_text(encoding="utf-8"))["oauth_config"]
    return Manifest(tuple(oauth["scopes"]["bot"]), tuple(oauth["redirect_urls"]))
