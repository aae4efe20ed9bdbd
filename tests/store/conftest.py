"""Lets the contracts' asserts explain themselves."""

import pytest

pytest.register_assert_rewrite(
    "tests.store.contract",
    "tests.store.connection_contract",
    "tests.store.installation_contract",
    "tests.store.history_contract",
    "tests.store.decision_contract",
    "tests.store.batch_contract",
)
