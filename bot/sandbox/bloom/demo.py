"""What is there when the sandbox opens: an account with a brand in every state, and two colleagues to sign in as.

A brand that is ready has pictures of its own, so that there is something to search for.
"""

from dataclasses import dataclass
from datetime import timedelta

from bot.core.clock import Clock
from bot.sandbox.bloom.accounts import Account, Accounts, Workspace
from bot.sandbox.bloom.brands import Brands
from bot.sandbox.bloom.images import AspectRatio
from bot.sandbox.bloom.library import Library
from bot.sandbox.bloom.outcomes import BrandStatus

SANDBOX_API_KEY = "bloom_sk_sandbox"
SANDBOX_EMAIL = "you@sandbox.example"
SANDBOX_CREDITS = 250
MAYA_EMAIL = "maya@harbor.example"
"""Who has a brand and a few credits of her own, and shares a team's workspace with Leo."""
LEO_EMAIL = "leo@harbor.example"
"""Who has nothing of his own, but the team's workspace."""
ANALYSIS_OF_THE_DEMO_SECONDS = 90.0
"""Long enough that a visitor sees the analyzing brand before it is ready."""


@dataclass(frozen=True)
class _Demo:
    name: str
    url: str
    days_old: int
    status: BrandStatus = "ready"
    colors: tuple[str, ...] | None = None
    fonts: tuple[str, ...] = ("Inter", "Source Serif")
    aesthetic: str = "Clean, confident and contemporary"
    summary: str = ""
    uploads: tuple[tuple[str, AspectRatio], ...] = ()
    """Pictures that somebody gave: what they show, and their shape."""


_DEMOS = (
    _Demo(
        "Acme",
        "https://acme.com",
        40,
        colors=("#E4572E", "#17213A", "#FFC914", "#F7F3EA", "#2E86AB"),
        fonts=("Archivo", "Archivo Narrow"),
        aesthetic="Bold, graphic and a little mischievous, with hard shapes and plenty of air",
        summary="Acme makes tools for people who build things, and promises that they work the first time.",
        uploads=(
            ("Orange cordless drill on a workbench", "4:3"),
            ("Logo lockup, white on dark blue", "16:9"),
            ("Spring campaign poster with a paper boat", "2:3"),
        ),
    ),
    _Demo(
        "Northwind Coffee",
        "https://northwind.coffee",
        12,
        colors=("#2F4B3C", "#C8742F", "#F3E9DC", "#5E3023", "#E9B872"),
        fonts=("Recoleta", "DM Sans"),
        aesthetic="Warm, unhurried and tactile: paper, steam and late light",
        summary="Northwind Coffee roasts single origins in small batches and serves them in nine quiet shops.",
        uploads=(
            ("Bag of Ethiopian beans on brown paper", "4:5"),
            ("Latte art from above on a marble counter", "1:1"),
        ),
    ),
    _Demo(
        "Lumen Labs",
        "https://lumenlabs.io",
        3,
        colors=("#5B4BFF", "#0B1026", "#21D4C2", "#F4F5FF", "#FF6B9A"),
        fonts=("Space Grotesk", "Inter"),
        aesthetic="Precise, luminous and calm, with gradients that glow on dark ground",
        summary="Lumen Labs turns sensor data from buildings into decisions that save energy.",
        uploads=(
            ("White wall sensor with a turquoise light", "1:1"),
            ("Energy dashboard on a dark screen", "16:9"),
        ),
    ),
    _Demo("Old Harbor", "https://oldharbor.example", 2, "failed"),
    _Demo("Paperplane", "https://paperplane.studio", 1, "logo_required"),
    _Demo("Fernweh Travel", "https://fernweh.travel", 0, "analyzing"),
)
_MAYAS = (_Demo("Maya Makes", "https://mayamakes.studio", 5, colors=("#B5446E", "#525174", "#F2E9E4", "#348AA7")),)
_TEAMS = (
    _Demo("Harbor Lights", "https://harborlights.co", 60, colors=("#0B3954", "#FF6663", "#FEFFFE", "#BFD7EA")),
    _Demo("Kestrel Bikes", "https://kestrelbikes.com", 20, colors=("#1F2421", "#D8572A", "#DCE1DE", "#49A078")),
)


def furnish(accounts: Accounts, brands: Brands, library: Library, clock: Clock) -> Account:
    """Create the sandbox's account and its brands, the oldest first, then its colleagues'."""
    account = accounts.add(SANDBOX_API_KEY, SANDBOX_EMAIL, "Sandbox", SANDBOX_CREDITS)
    usual, brands.analysis_seconds = brands.analysis_seconds, (ANALYSIS_OF_THE_DEMO_SECONDS,) * 2
    _add_brands(_DEMOS, account.personal, brands, library, clock)
    brands.analysis_seconds = usual
    maya = accounts.add("bloom_sk_maya", MAYA_EMAIL, "Maya Okafor", 20)
    accounts.add("bloom_sk_leo", LEO_EMAIL, "Leo Lindqvist", 0)
    _add_brands(_MAYAS, maya.personal, brands, library, clock)
    team = accounts.add_team("ws_harbor", "Harbor Studio", ("bloom_sk_maya", "bloom_sk_leo"), 1000)
    _add_brands(_TEAMS, team, brands, library, clock)
    return account


def _add_brands(demos: tuple[_Demo, ...], workspace: Workspace, brands: Brands, library: Library, clock: Clock) -> None:
    for demo in demos:
        brand = brands.add(
            demo.name,
            demo.url,
            workspace,
            status=demo.status,
            colors=demo.colors,
            created_at=clock.now() - timedelta(days=demo.days_old),
        )
        brand.fonts, brand.aesthetic = demo.fonts, demo.aesthetic
        brand.summary = demo.summary or brand.summary
        for description, ratio in demo.uploads:
            library.add(brand, "uploaded", description, ratio)
