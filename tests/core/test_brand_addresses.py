"""What people type for a website, a profile or a picture is understood, or refused before Bloom is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.brands.addresses import ADDRESS_LIMIT, brand_address, file_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("acme.com", "https://acme.com"),
        ("  https://Acme.com/ ", "https://acme.com"),
        ("http://www.acme.com/en/", "http://www.acme.com/en"),
        ("<https://acme.com>", "https://acme.com"),
        ("acme.com:8080/shop?x=1", "https://acme.com:8080/shop?x=1"),
        ("@acme.co", "https://instagram.com/acme.co"),
        ("instagram.com/acme/", "https://instagram.com/acme"),
        ("https://www.instagram.com/acme", "https://www.instagram.com/acme"),
        ("bücher.example", "https://xn--bcher-kva.example"),
        ("8.8.8.8", "https://8.8.8.8"),
    ],
)
def test_address_is_understood_as_people_type_it(typed: str, meant: str) -> None:
    assert brand_address(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "acme",
        "acme. com",
        "our website",
        "mia@acme.com",
        "https://user:secret@acme.com",
        "ftp://acme.com",
        "javascript:alert(1)",
        "localhost",
        "printer.local",
        "127.0.0.1",
        "10.0.0.1",
        "[::1]",
        "http://169.254.169.254/latest/meta-data",
        "instagram.com",
        "https://www.instagram.com/",
        "@",
        "@two words",
        f"acme.com/{'a' * ADDRESS_LIMIT}",
    ],
)
def test_what_can_be_no_address_is_none(typed: str) -> None:
    assert brand_address(typed) is None


def test_picture_is_more_than_a_website() -> None:
    assert file_address("acme.com/logo.svg") == "https://acme.com/logo.svg"
    assert file_address("https://cdn.acme.com/l?id=1") == "https://cdn.acme.com/l?id=1"
    for typed in ("acme.com", "https://acme.com/", "logo.svg please", "@acme"):
        assert file_address(typed) is None


@given(st.text(max_size=100))
def test_whatever_is_typed_is_an_address_of_the_web_or_none(typed: str) -> None:
    for address in (brand_address(typed), file_address(typed)):
        assert address is None or address.startswith(("https://", "http://"))
