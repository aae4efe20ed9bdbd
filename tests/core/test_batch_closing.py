"""The end of a round."""

import pytest

from bot.core.batches.closing import file_names
from tests.core.batch_world import a_batch


class TestFileNames:
    @pytest.mark.parametrize(
        ("title", "round_", "name"),
        [
            ("", 1, "batch-results.csv"),
            ("spring/doors.csv", 1, "doors-results.csv"),
            ("Türen <b> 2026.tsv", 3, "Türen -b- 2026-3-results.csv"),
            ("..", 1, "batch-results.csv"),
        ],
    )
    def test_files_are_called_by_the_table_and_the_round(self, title: str, round_: int, name: str) -> None:
        assert file_names(a_batch(1).but(title=title, round=round_)).results == name
