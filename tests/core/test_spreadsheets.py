"""Tables as people's programs save them: whatever the letters and separators, the same rows by the same numbers."""

import csv
import io
from contextlib import suppress
from time import perf_counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core import csv_tables
from bot.core.batches.table.columns import Column
from bot.core.batches.table.encodings import DAMAGED, TOO_LARGE
from bot.core.batches.table.spreadsheets import read, typed
from bot.core.errors import TableUnreadable
from bot.core.models import TABLE_LIMIT

P, B, N = Column.PROMPT, Column.BRAND, Column.NOTE
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30).map(str.strip)
WORDS = WORDS.filter(lambda word: not word.startswith("'"))  # which would be told from an apostrophe of ours by nothing
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


def prompts(content: bytes | str) -> dict[int, str]:
    """Return the prompts of a table by the numbers of their rows."""
    table = read(content if isinstance(content, bytes) else content.encode(), 200)
    return {row.number: row.cells.get(P, "") for row in table.rows}


def refusal(content: bytes | str, limit: int = 200) -> str:
    with pytest.raises(TableUnreadable) as refused:
        read(content if isinstance(content, bytes) else content.encode(), limit)
    return str(refused.value)


@pytest.mark.parametrize("encoding", [*ENCODINGS, "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_program_s_letters_separators_and_line_ends_are_understood(
    encoding: str, separator: str, end: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerows([["Prompt", "Brand"], ['Café, "à la carte"; a|b', "Ünï"], [], [f"two{end}lines", ""]])
    first, second = read(text.getvalue().encode(encoding), 9).rows
    assert (first.number, first.cells) == (2, {P: 'Café, "à la carte"; a|b', B: "Ünï"})
    assert (second.number, second.cells) == (4, {P: f"two{end}lines"})


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5), st.sampled_from(ENCODINGS[:3]))
def test_whatever_stands_in_a_cell_is_read_as_it_was_written(rows: list[tuple[str, str]], encoding: str) -> None:
    columns = (N, P)
    rows = [*rows, ("", "=the last")]
    content = csv_tables.beginning(columns) + csv_tables.lines(columns, [{N: note, P: prompt} for note, prompt in rows])
    table = read(content.decode("utf-8-sig").encode(encoding), 9)
    assert [(row.cells.get(N, ""), row.cells.get(P, "")) for row in table.rows] == list(filter(any, rows))


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: b"prompt,brand\n" + rest))
@example(b"\xff\xfe\x00\xd8")
@example(b"prompt\x00brand")
@example(b'"')
@example(b"")
def test_any_bytes_at_all_end_in_rows_or_a_sentence(content: bytes) -> None:
    with suppress(TableUnreadable):
        assert read(content, 3).rows


@pytest.mark.parametrize(
    "content",
    [
        b"prompt\n" + b"x" * (TABLE_LIMIT - 20),
        b'prompt\n"' + b"x\n" * (TABLE_LIMIT // 2 - 20),
        b"," * (TABLE_LIMIT - 1),
        b"prompt" + b"," * (TABLE_LIMIT - 10),
        b"prompt\n" + b"\n" * (TABLE_LIMIT - 10),
        b"prompt\n" + b"a\n" * (TABLE_LIMIT // 2 - 10),
        b"\x00\xff" * (TABLE_LIMIT // 2),
        bytes(range(1, 256)) * (TABLE_LIMIT // 256),
    ],
    ids=["a long cell", "an endless quote", "commas", "columns", "lines", "rows", "a wide wave", "all bytes"],
)
def test_what_is_far_too_much_is_refused_without_much_ado(content: bytes) -> None:
    began = perf_counter()
    assert refusal(content)
    assert perf_counter() - began < 5


def test_file_that_is_too_large_is_not_read_at_all() -> None:
    assert refusal(b"a" * (TABLE_LIMIT + 1)) == TOO_LARGE


@pytest.mark.parametrize(
    ("beginning", "word"),
    [
        (b"PK\x03\x04...xl/workbook.xml", "an Excel workbook. Save it as CSV"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "an OpenDocument table"),
        (b"PK\x03\x04Index/Document.iwa", "a Numbers table"),
        (b"PK\x03\x04photo.png", "a ZIP file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\n <!DOCTYPE html><html>", "a web page"),
        (b"\x00\x01\x02\x03" * 50, "can't read that file as text"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(beginning: bytes, word: str) -> None:
    assert word in refusal(beginning + b"\n...")


def test_damaged_utf_8_is_never_read_as_windows_1252() -> None:
    assert refusal("prompt\nÜber Grün".encode() + b"\xff\n") == DAMAGED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A red bike\n\nA blue one, at night\n", {1: "A red bike", 3: "A blue one, at night"}),
        ("A red, fast bike\nA blue one, at night; or day", {1: "A red, fast bike", 2: "A blue one, at night; or day"}),
        ('"A red bike,blue"\n', {1: "A red bike,blue"}),
        ("Prompts\nA red bike, at dawn\n", {2: "A red bike, at dawn"}),
        ("prompt,,\nA red bike,,\n,,\nA blue one,,\n", {2: "A red bike", 4: "A blue one"}),
        ("sep=;\r\nTEXT;Brand\r\nA, b;Acme\r\n", {2: "A, b"}),
        ('"sep=^"\nbrand^description\nAcme^A; b\n', {2: "A; b"}),
        ("Spring campaign,,\n\nIdea,Prompt,Brand\nx,A red bike,Acme\n", {4: "A red bike"}),
        (",prompt\n0,A red bike\n", {2: "A red bike"}),
        ("prompt\n'=1+1\n'@home\n'tis\n", {2: "=1+1", 3: "@home", 4: "'tis"}),
        ('prompt, brand\n"A, b", "Acme, Inc."\n', {2: "A, b"}),
    ],
)
def test_prompts_are_found_where_people_put_them(text: str, expected: dict[int, str]) -> None:
    assert prompts(text) == expected


@pytest.mark.parametrize(
    ("headings", "column"),
    [
        ("Prompt,PROMPTS ,text,Description,\ufeffprompt", Column.PROMPT),
        ("Aspect ratio,aspect-ratio,ASPECT_RATIO,ratio,Format,AR", Column.ASPECT_RATIO),
        ("Resolution,size", Column.SIZE),
        ("Variants,count,N,Number of images", Column.VARIANTS),
        ("Note,notes,Comment", Column.NOTE),
    ],
)
def test_headings_may_be_spelt_in_many_ways(headings: str, column: Column) -> None:
    for heading in headings.split(","):
        first = "brand" if column is P else "prompt"
        (row,) = read(f"{first};{heading}\nx;y\n".encode(), 9).rows
        assert row.cells[column] == "y", heading


def test_columns_that_nobody_understands_are_told_and_those_of_a_result_are_not() -> None:
    table = read(b"row,Campaign,prompt,status,images,,Owner\n1,x,A red bike,made,u,,me\n", 9)
    assert table.ignored_columns == ("Campaign", "Owner")


def test_row_with_more_cells_than_headings_says_so() -> None:
    wide, fine = read(b"brand,prompt\nAcme,A red bike, at dawn\nAcme,A blue one,,\n", 9).rows
    assert (wide.is_too_wide, fine.is_too_wide) == (True, False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("idea,brand\nA red bike,Acme\n", "column called “prompt”"),
        ("idea\tclient\nA red bike\tAcme\n", "column called “prompt”"),
        ("brand\nAcme\n", "column called “prompt”"),
        ("Prompts,Text\na,b\n", "“Prompts” and “Text”"),
        ('prompt\n"a"\n"b\nc\n', "quote in row 3 never ends"),
        ("", "no row"),
        ("prompt,brand\n,\n\n", "no row"),
        ("prompt\na\n" + "\n" * 100_000, "over 100,000 rows, and a batch takes 200"),
        ("prompt\n" + "a\n" * 1200, "1,200 rows, and a batch takes 200"),
    ],
)
def test_table_of_which_nothing_can_be_made_says_why(text: str, words: str) -> None:
    assert words in refusal(text)


def test_prompts_that_were_typed_are_numbered_by_their_lines() -> None:
    table = typed('  A red, fast bike\r\n\n\'="a" or b \rlast\ud800', 3)
    assert {row.number: row.cells[P] for row in table.rows} == {
        1: "A red, fast bike",
        3: '\'="a" or b',
        4: "last?",
    }
    with pytest.raises(TableUnreadable, match="4 rows, and a batch takes 3"):
        typed("a\nb\nc\nd", 3)
    with pytest.raises(TableUnreadable, match="no row"):
        typed(" \n ", 3)


def test_quotes_that_somebody_typed_are_part_of_a_prompt_and_those_of_a_spreadsheet_are_not() -> None:
    typed_quotes = '"Set sail" on a banner\n"A ""sale"" sign"\n"two\nlines"\n5" nails\n'
    there = {1: '"Set sail" on a banner', 2: 'A "sale" sign', 3: "two\nlines", 4: '5" nails'}
    assert prompts(typed_quotes) == there
    assert prompts(f"Prompt\n{typed_quotes}") == {number + 1: prompt for number, prompt in there.items()}


@pytest.mark.parametrize("beginning", ["Riff on a poster", "RIFF", "Gif89a", "%pdf"])
def test_words_that_look_like_the_beginning_of_another_kind_are_a_prompt(beginning: str) -> None:
    assert prompts(f"{beginning}\na blue door") == {1: beginning, 2: "a blue door"}


def test_column_with_our_name_counts_for_more_than_another_that_means_the_same() -> None:
    table = read(b"Description,Prompt,Text\nBike No. 7,a red bike,In stock", 9)
    assert [row.cells for row in table.rows] == [{P: "a red bike"}]
    assert table.ignored_columns == ("Description", "Text")
