import re
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import SET_LIMIT, AspectRatio, ImageModel, ImageSize
from bot.slack.commands.flags import FLAGS
from bot.slack.commands.text import WORDS, Command, Generate, Misunderstood, OpenForm, Word, parse
from bot.slack.form.drafts import Draft
from bot.slack.views.command_errors import bad_command
from bot.slack.views.message import escape
from tests.slack.views.judge import approve

FULL = Draft("a cat", None, "Acme Corp", (AspectRatio.WIDE,), ImageSize.SIZE_4K, ImageModel.FAST, 3)

prose = st.text(st.one_of(st.sampled_from(" \n\t—–-\"'“”‘’=:<>&"), st.characters(exclude_categories=["Cs"])))


def draft(text: str) -> Draft:
    command = parse(text)
    assert isinstance(command, Generate), command
    return command.draft


def problems(text: str) -> tuple[str, ...]:
    command = parse(text)
    assert isinstance(command, Misunderstood), command
    return command.problems


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", OpenForm(Draft())),
        (" \n ", OpenForm(Draft())),
        ("help", Word("help")),
        (" HELP ", Word("help")),
        ("--help", Word("help")),
        ("Connect", Word("connect")),
        ("Brands", Word("brands")),
        ("credits", Word("credits")),
        ("history ", Word("history")),
        ("--settings", Word("settings")),
        ("help me draw", Generate(Draft("help me draw"))),
        ("--brand acme", OpenForm(Draft(brand="acme"))),
        ("--n 2 --size 4k", OpenForm(Draft(variants=2, size=ImageSize.SIZE_4K))),
        ("--ar any", OpenForm(Draft(shapes=()))),
        ("a cat —ar ANY.", Generate(Draft("a cat", shapes=()))),
    ],
)
def test_what_a_text_asks_for(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text",
    [
        'a cat --brand "Acme Corp" --ar 16:9 --size 4K --model fast --n 3',
        '--n 3 --model fast --size 4K --ar 16:9 --brand "Acme Corp" a cat',
        'a --n 3 --model fast cat --size 4K --ar 16:9 --brand "Acme Corp"',
        'a cat --brand="Acme Corp" --ar=16:9 --size=4K --model=fast --n=3',
        "a cat —brand “Acme Corp” —ar 16×9 —size 4k —model FAST —n 3",
        "a cat –brand ‘Acme Corp’ –AR 16x9 –Size 4k –Model Fast –n 3",
        "a cat ––brand „Acme Corp“ ——ratio 16：9 --size 4k --model fast --variants 3",
        "a cat --brand «Acme Corp» --aspect-ratio 16:9, --size 4k; --model fast --n 3",
        "a cat --brand 'Acme Corp', --ar 16∶9 --size 4K --model fast --n 3",
        'a cat --brand “Acme Corp" --ar 16:9 --size 4K --model fast --n 3',
        "  a cat\n--brand »Acme Corp« --ar 16:9 --size 4K --model fast --n 3\n",
    ],
)
def test_flags_are_understood_however_editors_write_them(text: str) -> None:
    assert draft(text) == FULL


@pytest.mark.parametrize(
    ("value", "brand"),
    [
        ("Acme", "Acme"),
        ("acme.com", "acme.com"),
        ('"Acme, Inc."', "Acme, Inc."),
        ("“Mia’s Bakery”", "Mia’s Bakery"),
        ("‘Mia’s Bakery’", "Mia’s Bakery"),
        ("'Mia's Bakery'", "Mia's Bakery"),
        ('" Acme "', "Acme"),
        ('"--size"', "--size"),
        ("R&amp;D", "R&D"),
        ("-5", "-5"),
    ],
)
def test_brands_are_named_as_they_are(value: str, brand: str) -> None:
    assert draft(f"a cat --brand {value} in a hat") == Draft("a cat in a hat", brand=brand)


@pytest.mark.parametrize(
    "text",
    [
        "a cat - a dog – a cow — a hen",
        "word—word and half–hearted, all-day --",
        "minus -5 and - 5, -n 3",
        "— a dialogue —",
        "—inciso— and —raya, said he",
        "a 16:9 thing in 4K, 3 of them",
        "(--n 3)",
        "a--n 3",
        "“quoted” 'words' and it’s fine",
        "first line\n\n  second   line\ttabbed",
        "ünï😀cödé",
    ],
)
def test_prose_stays_prose(text: str) -> None:
    assert draft(text) == Draft(text)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("a  b --n 2 c  d", "a  b c  d"),
        ("one\n--n 2\ntwo", "one\ntwo"),
        ("one\n\n--n 2 --ar 1:1 two", "one\n\ntwo"),
        ("one --n 2\n\ntwo", "one\n\ntwo"),
        ("one --n 2 \n --ar 1:1 two\nthree", "one\ntwo\nthree"),
    ],
)
def test_only_the_gap_of_a_flag_closes(text: str, prompt: str) -> None:
    assert draft(text).prompt == prompt


def test_slacks_entities_are_resolved_once() -> None:
    assert draft("a &lt;!channel&gt; &amp;lt; &quot;").prompt == "a <!channel> &lt; &quot;"


@pytest.mark.parametrize(
    "flag",
    [
        "--ar 1:1,16:9",
        "--ar 1x1,16×9,",
        "--ar 1:1, 16:9",
        "--ar=1:1,  16：9",
        '--ar "1:1, 16:9"',
        "—ar ‘1:1 ,16x9,’",
        "--ratio 1:1，16:9.",
    ],
)
def test_several_shapes_make_a_set_in_their_order(flag: str) -> None:
    shapes = (AspectRatio.SQUARE, AspectRatio.WIDE)
    assert draft(f"a cat {flag} in rain") == Draft("a cat in rain", shapes=shapes)


def test_shapes_keep_the_order_in_which_they_were_typed() -> None:
    assert draft("a cat --ar 16:9,1:1,9:16").shapes == (AspectRatio.WIDE, AspectRatio.SQUARE, AspectRatio.STORY)


def test_prose_after_a_comma_is_no_shape() -> None:
    assert draft("a cat --ar 1:1, and a dog, 3 of them") == Draft(
        "a cat and a dog, 3 of them", shapes=(AspectRatio.SQUARE,)
    )


def test_largest_set_has_twelve_images() -> None:
    assert draft("x --ar 1:1,2:3,3:2 --n 4").image_count == 12
    assert draft("x --n 2 --ar 1:1,2:3,3:2,3:4,4:3,4:5").image_count == 12


@pytest.mark.parametrize(
    "text", ["a cat --preview", "--preview a cat", "a —preview cat", "a --Preview, cat", "a cat --preview."]
)
def test_preview_takes_nothing_of_the_prose(text: str) -> None:
    assert draft(text) == Draft("a cat", is_preview=True)


FLAG_LIST = "The flags are --brand, --ar, --size, --model, --n and --preview."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x --siez 4K", f"“--siez” isn't a flag; did you mean --size? {FLAG_LIST}"),
        ("x --variant 4", f"“--variant” isn't a flag; did you mean --n? {FLAG_LIST}"),
        ("x --seed 4", f"“--seed” isn't a flag. {FLAG_LIST}"),
        ("x --size:4K", f"“--size:4K” isn't a flag; did you mean --size? {FLAG_LIST}"),
        ("x --style=anime", f"“--style” isn't a flag. {FLAG_LIST}"),
        ("x —ar:16:9", f"“—ar:16:9” isn't a flag; did you mean --ar? {FLAG_LIST} {{}}"),
        ("x —wow", f"“—wow” isn't a flag. {FLAG_LIST} {{}}"),
        ("x --size 4", "--size takes 2K or 4K, not “4” (did you mean 4K?)."),
        ("x --size", "--size takes 2K or 4K; it has no value."),
        ("x --size ,", "--size takes 2K or 4K; it has no value."),
        ("x --size= 4K", "--size takes 2K or 4K; it has no value."),
        ("x --size --n 3", "--size takes 2K or 4K; it has no value."),
        ("x --model best", "--model takes fast, standard or pro, not “best”."),
        ("x --model standart", "--model takes fast, standard or pro, not “standart” (did you mean standard?)."),
        ("x --n 6", "--n takes 1, 2, 3, 4 or 5, not “6”."),
        ("x --n 0", "--n takes 1, 2, 3, 4 or 5, not “0”."),
        ("x --n three", "--n takes 1, 2, 3, 4 or 5, not “three”."),
        ("x --n 2 --variants 3", "--n is given more than once; keep one."),
        ("x --brand", 'Put a name after --brand, for example --brand "Acme Corp".'),
        ('x --brand ""', 'Put a name after --brand, for example --brand "Acme Corp".'),
        ('x --brand "Acme', "The quotation after --brand isn't closed."),
        ("x --brand " + "a" * 301, "The name after --brand is over 300 characters."),
        ("x --ar 1:1,2:3,1x1", "--ar names 1:1 more than once; keep one."),
        ("x --ar 1:1,2:3,1:1,2:3", "--ar names 1:1 and 2:3 more than once; keep one."),
        ("x --ar any,1:1", "--ar any lets Bloom choose, so it stands alone."),
        ("x --ar 1:1,2:3,3:2,3:4,4:3 --n 3", "5 shapes × 3 images make 15; a set has 12 at most."),
        ("x --preview=yes", "--preview takes no value."),
        ("x --preview:yes", f"“--preview:yes” isn't a flag; did you mean --preview? {FLAG_LIST}"),
        ("x --preview --preview", "--preview is given more than once; keep one."),
        ("x" * 2134, "The prompt has 2,134 characters; Bloom takes 2,000 at most."),
    ],
)
def test_what_is_wrong_is_said_with_what_is_valid(text: str, problem: str) -> None:
    assert problems(text) == (problem.format("Put a space after a dash that belongs to the prompt."),)


def test_a_wrong_ratio_names_all_ten_and_leaving_it_to_bloom() -> None:
    (problem,) = problems("x --ar 7:3")
    assert all(ratio in problem for ratio in AspectRatio)
    assert "or any, not “7:3”" in problem


def test_wrong_shapes_of_a_set_are_named() -> None:
    (problem,) = problems("x --ar 1:1,7:3,16:8")
    assert "or any, not “7:3, 16:8”" in problem


@pytest.mark.parametrize("word", ["brands", "credits", "history", "settings", "connect", "help"])
def test_sentence_that_begins_with_a_word_is_a_prompt(word: str) -> None:
    assert parse(f"{word} on a desk") == Generate(Draft(f"{word} on a desk"))


def test_every_problem_is_said_at_once_and_the_text_is_kept() -> None:
    command = parse("a &amp; b --foo 1 --n 9 --size huge --brand ‘x")
    assert isinstance(command, Misunderstood)
    assert len(command.problems) == 4
    assert command.typed == "a & b --foo 1 --n 9 --size huge --brand ‘x"


def test_long_values_are_shortened_in_the_problem() -> None:
    assert all(len(problem) < 300 for problem in problems(f"x --ar {'9' * 9000}:1 --{'y' * 9000}"))


def test_the_longest_prompt_passes() -> None:
    assert draft("&amp;" * 2000).prompt == "&" * 2000


@given(prose)
def test_any_text_is_understood_or_refused_but_never_breaks(text: str) -> None:
    command = parse(text)
    if isinstance(command, Misunderstood):
        assert command.problems
        assert command.typed == re.sub("&(amp|lt|gt);", lambda m: {"a": "&", "l": "<", "g": ">"}[m[1][0]], text).strip()


@given(prose)
def test_a_prompt_without_flags_survives_to_the_letter(text: str) -> None:
    text = re.sub(r"(?<!\S)[-–—―]+", "", text).strip()[:2000]
    if text.casefold() not in ("", *WORDS):
        assert draft(escape(text)) == Draft(text)


FLAGS_OF_ALL = ["--n 3", "—ar 16x9, 1:1", "--size=4k", "–model fast", "--brand “Acme Corp”", "--preview", "a cat"]


@given(st.permutations(FLAGS_OF_ALL))
def test_the_order_of_flags_does_not_matter(parts: list[str]) -> None:
    assert draft(" ".join(parts)) == replace(FULL, shapes=(AspectRatio.WIDE, AspectRatio.SQUARE), is_preview=True)


flag_words = st.one_of(
    st.sampled_from(
        ["--", "—", "--ar", "--ar=", "--n", "--brand", "--preview", "--preview=", "--size", "--ratoi", "any"]
    ),
    st.sampled_from(["1:1,", "16x9", "7:3", ",", "“", "’", '"', "4K", "2", "fast", "help", "&amp;", "<!channel>"]),
    prose,
)


@given(st.lists(flag_words, max_size=12), st.sampled_from([" ", "", "\n"]))
def test_any_words_and_flags_are_answered_without_calling_anybody(parts: list[str], space: str) -> None:
    command = parse(space.join(parts))
    if isinstance(command, Misunderstood):
        approve(bad_command(command.problems, command.typed))
    elif isinstance(command, Generate | OpenForm):
        assert command.draft.image_count <= SET_LIMIT
        assert len(set(command.draft.shapes or ())) == len(command.draft.shapes or ())


@given(st.lists(st.sampled_from(FLAGS_OF_ALL[:-1]), unique=True), st.text("ab \n,.", max_size=20), st.randoms())
def test_same_flags_in_any_order_and_place_are_the_same_draft(flags: list[str], words: str, random: Random) -> None:
    places = sorted(flags, key=lambda _: random.random())
    half = len(places) // 2
    mixed = draft(" ".join([*places[:half], f"x{words}", *places[half:]]))
    assert replace(mixed, prompt="") == replace(draft(" ".join(["x", *flags])), prompt="")


@given(st.sampled_from([*FLAGS]), prose)
def test_any_value_is_taken_or_named_as_wrong(flag: str, value: str) -> None:
    command = parse(f"a cat --{flag} {value}")
    assert isinstance(command, Generate | Misunderstood)
    if isinstance(command, Generate):
        assert replace(command.draft, prompt="") != Draft() or flag != "brand"
