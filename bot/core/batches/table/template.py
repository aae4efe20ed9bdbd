"""A table to begin a batch with: the columns, and some rows that show what may stand in them. Pure."""

from bot.core import csv_tables
from bot.core.batches.table.columns import Column
from bot.core.models import ANY_RATIO, AspectRatio, ImageModel, ImageSize

FILE_NAME = "batch-template.csv"


def template(brand_name: str = "") -> bytes:
    """Return the template as CSV; the brand is one of the workspace's, if any is known."""
    rows: tuple[dict[str, str], ...] = (
        {
            Column.PROMPT: "A red bicycle leaning on a brick wall, morning light",
            Column.BRAND: brand_name,
            Column.ASPECT_RATIO: AspectRatio.SQUARE,
            Column.NOTE: "Only the prompt is needed; leave out what you like",
        },
        {
            Column.PROMPT: "The same bicycle in front of the sea",
            Column.BRAND: brand_name,
            Column.ASPECT_RATIO: AspectRatio.WIDE,
            Column.MODEL: ImageModel.PRO,
            Column.SIZE: ImageSize.SIZE_4K,
            Column.VARIANTS: "2",
            Column.NOTE: "For the newsletter",
        },
        {
            Column.PROMPT: "A helmet on a wooden table",
            Column.BRAND: brand_name,
            Column.ASPECT_RATIO: ANY_RATIO,
            Column.MODEL: ImageModel.FAST,
        },
    )
    return csv_tables.beginning(tuple(Column)) + csv_tables.lines(tuple(Column), rows)
