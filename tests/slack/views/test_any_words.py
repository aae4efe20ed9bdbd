"""Whatever people type, and however generations end, no view of theirs breaks a limit or calls anybody.

Prompts, names of brands and files, notes, descriptions, addresses and error codes are arbitrary; so are operations,
sets, what came of them, who deleted what, and which messages show it.
"""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.core.derivations import Made
from bot.core.models import (
    SET_LIMIT,
    AspectRatio,
    Attachment,
    Derivation,
    Failure,
    FailureCode,
    Generation,
    GenerationRequest,
    GenerationState,
    Image,
    ImageModel,
    ImageSize,
    ImageState,
    Operation,
    Parameters,
    Place,
    Queue,
    Showing,
    Source,
)
from bot.slack.sights import PageName, Sight
from bot.slack.views.cancel import not_theirs, outcome
from bot.slack.views.home.frame import in_modal, on_home
from bot.slack.views.home.history import History, Shown, history
from bot.slack.views.message import Message
from bot.slack.views.problems import KNOWN_CODES, explain, problem_message
from bot.slack.views.request import request_message
from bot.slack.views.results.message import result_message
from bot.slack.views.results.shared import shared_message
from tests.slack.views.judge import approve, approve_view
from tests.slack.views.samples import NOW

EVIL = ["<!channel>", "<!here>", "<@U999>", "<#C999>", "<!subteam^S9>", "&amp;", "*", "`", "{it}", "\n", "|", "\u202e"]
MUCH = settings(
    max_examples=50,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make so much data smaller takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MENTION = re.compile(r"<!(?!date)|<@(?!U[12]>)|<#(?!C123>)")

words = st.lists(st.sampled_from(EVIL) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=9)
text = words.map("".join)
long_text = st.tuples(text, st.sampled_from([1, 1, 1, 40, 400])).map(lambda both: both[0] * both[1])
people = st.sampled_from(["U1", "U2"])
channels = st.sampled_from(["C123", "D123"])
ids = st.integers(0, 10**6).map(lambda number: f"image-{number}")
urls = st.one_of(
    long_text,
    long_text.map(lambda path: f"https://www.trybloom.ai/img/{path}"),
    st.none(),
)
codes = st.sampled_from([*sorted(KNOWN_CODES), *FailureCode]) | text

# Made once, for a strategy that is made within another is looked through anew for every example, which takes longest.
operations = st.sampled_from(Operation)
ratios = st.lists(st.sampled_from(AspectRatio), unique=True, max_size=10)
counts = st.integers(1, 5)
files = st.lists(st.builds(Attachment, id=st.just("F1"), name=long_text), max_size=4)
references = st.lists(ids, max_size=5)
sizes, models = st.sampled_from(ImageSize), st.sampled_from(ImageModel)
image_states = st.sampled_from([ImageState.COMPLETED, ImageState.COMPLETED, *ImageState])
edges = st.none() | st.integers(0, 10**5)
maybe_ratio = st.none() | st.sampled_from(AspectRatio)
maybe_code, maybe_text, maybe_person = st.none() | codes, st.none() | long_text, st.none() | people
here, then = st.just("C123"), st.just("1.0")
maybe_source = st.none() | st.builds(Source, ids, st.sampled_from(Derivation), here, then, then, people | st.just(""))
maybe_place = st.none() | st.builds(Place, channels, then, then, is_fallback=st.booleans())
failures = st.builds(Failure, codes, long_text, maybe_text)
maybe_failure = st.none() | failures
generation_ids = st.integers(0, 10**9).map(lambda number: f"{number:032x}")
generation_states = st.sampled_from(GenerationState)
maybe_now, maybe_reply = st.sampled_from([None, NOW]), st.sampled_from([None, "2.0"])
either = st.booleans()
mostly = st.sampled_from([True, True, True, False])
notes = long_text.map(lambda note: note[:1000])
times = st.integers(1, 99).map(lambda number: f"{number}.0")
maybe_picture, maybe_vector = st.sampled_from([None, "F1"]), st.sampled_from([None, "F2"])


@st.composite
def parameters(draw: st.DrawFn) -> Parameters:
    operation = draw(operations)
    may_vary = operation is Operation.GENERATE
    shapes = draw(ratios)
    if operation is Operation.RESIZE:
        shapes = shapes or [AspectRatio.STORY]
    elif not may_vary:
        shapes = shapes[:1]
    variants = draw(counts) if may_vary else 1
    shapes = shapes[: SET_LIMIT // variants]
    is_in_words = operation.is_in_words
    return Parameters(
        prompt=f"a{draw(long_text)}"[:2000],
        brand_id="brand-1",
        aspect_ratio=shapes[0] if shapes else None,
        further_ratios=tuple(shapes[1:]),
        size=draw(sizes),
        model=draw(models),
        variants=variants,
        operation=operation,
        subject_id=None if may_vary else "image-0",
        attachments=tuple(draw(files)) if is_in_words else (),
        reference_ids=tuple(draw(references)) if is_in_words else (),
    )


@st.composite
def images(draw: st.DrawFn, image_id: str) -> Image:
    return Image(
        image_id,
        draw(image_states),
        draw(maybe_code),
        draw(urls),
        description=draw(maybe_text),
        aspect_ratio=draw(maybe_ratio),
        width=draw(edges),
        height=draw(edges),
        deleted_by=draw(maybe_person),
    )


wishes = parameters()


@st.composite
def generations(draw: st.DrawFn) -> Generation:
    asked = draw(wishes)
    request = GenerationRequest(
        "press:1",
        "T1",
        draw(channels),
        "U1",
        asked,
        draw(long_text),
        source=draw(maybe_source),
        is_preview=draw(either),
    )
    taken = draw(st.integers(0, len(asked.orders)))
    yields = tuple(draw(st.integers(0, asked.variants)) for _ in range(taken))
    made = [f"image-{number}" for number in range(1, sum(yields) + 1)]
    known = [draw(images(one)) for one in made if draw(mostly)]
    return Generation(
        draw(generation_ids),
        request,
        draw(generation_states),
        NOW,
        place=draw(maybe_place),
        submitted_at=draw(maybe_now),
        image_ids=tuple(made),
        yields=draw(st.sampled_from([yields, yields, ()])),
        images=tuple(known),
        failure=draw(maybe_failure),
        reply_id=draw(maybe_reply),
        cancelled_by=draw(maybe_person),
        is_stale=draw(either),
    )


@st.composite
def showings(draw: st.DrawFn, asked: Generation) -> list[Showing]:
    if not asked.images:
        return []
    one = st.builds(
        Showing,
        st.sampled_from([image.id for image in asked.images]),
        channels,
        times,
        then,
        file_id=maybe_picture,
        vector_id=maybe_vector,
        is_link=either,
        shared_by=maybe_person,
        note=notes,
    )
    return draw(st.lists(one, max_size=14))


def judged(message: Message | None) -> None:
    """Assert that Slack takes a message, and that nobody is called but the people of these generations."""
    if message is not None:
        approve(message)
        _calls_nobody([message.text, *_markup(message.blocks)])


def _markup(value: Any) -> list[str]:
    """Return what Slack may read as markup: of plain and rich text it reads none."""
    if isinstance(value, list):
        return [text for part in value for text in _markup(part)]
    if not isinstance(value, dict) or value.get("type") in ("rich_text", "plain_text"):
        return []
    read = [value["alt_text"]] if "alt_text" in value else [value["text"]] if value.get("type") == "mrkdwn" else []
    return read + _markup(list(value.values()))


def _calls_nobody(texts: list[str]) -> None:
    for one in texts:
        assert not MENTION.search(one), one


@MUCH
@given(generations(), st.none() | st.builds(Queue, st.integers(0), st.floats(0, 1e6)), urls)
def test_request_message(asked: Generation, queue: Queue | None, url: str | None) -> None:
    judged(request_message(asked, queue, source_url=url or ""))


@MUCH
@given(st.data(), generations(), urls, long_text)
def test_result_message(data: st.DataObject, asked: Generation, url: str | None, name: str) -> None:
    shown = data.draw(showings(asked))
    share_urls = dict.fromkeys(shown, url or "")
    message = result_message(asked, shown, source_url=url or "", share_urls=share_urls, channel_name=name)
    judged(message)
    rows = [block["block_id"] for block in message.blocks if block.get("block_id", "").startswith("image:")]
    assert rows == [f"image:{image.id}" for image in asked.present]
    json.dumps(message.blocks)


@MUCH
@given(st.data(), generations().filter(lambda asked: bool(asked.pictures)), urls)
def test_shared_message(data: st.DataObject, asked: Generation, url: str | None) -> None:
    image = data.draw(st.sampled_from(asked.pictures))
    shown = [one for one in data.draw(showings(asked)) if one.image_id == image.id]
    showing = next(iter(shown), Showing(image.id, "C123", "3.0", "3.0", shared_by="U2"))
    judged(shared_message(Made(asked, image), showing, origin_url=url or ""))


@MUCH
@given(generations(), st.lists(people, max_size=3))
def test_outcome_of_cancelling(asked: Generation, managers: list[str]) -> None:
    judged(outcome(asked))
    judged(not_theirs(asked, managers))


@MUCH
@given(failures, st.none() | wishes, long_text)
def test_problem_message(failure: Failure, asked: Parameters | None, name: str) -> None:
    problem = explain(failure, asked, name)
    judged(problem_message(problem))
    assert len(problem.sentence) <= 250


@MUCH
@given(st.lists(generations(), max_size=8, unique_by=lambda asked: asked.id), st.sampled_from(["", "https://a.b/c"]))
def test_page_of_history(asked: list[Generation], url: str) -> None:
    sight = Sight(page=PageName.HISTORY)
    page = history(History(sight, [Shown(one, url) for one in asked], has_older=bool(asked)))
    for view in (on_home(sight, page), in_modal(sight, page)):
        _calls_nobody(_markup(approve_view(view)["blocks"]))


@pytest.mark.parametrize("words", ["<!channel>", "<@U999>", "<#C9>"])
def test_judge_of_this_file_finds_who_would_be_called(words: str) -> None:
    with pytest.raises(AssertionError):
        _calls_nobody([f"a {words}"])
