"""What is said is understood as `/bloom` would, wherever the mention stands; no text whatever breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.models import AspectRatio, ImageSize
from bot.slack.commands.text import Generate, Misunderstood, OpenForm, Word
from bot.slack.form.drafts import Draft
from bot.slack.mentions.understanding import of_no_use_for_edit, understood, without_mention
from bot.slack.views.command_errors import bad_command

BOT = "UBOT1"
MENTION = f"<@{BOT}>"
PIECES = st.sampled_from(
    [MENTION, f"<@{BOT}|bloom>", "<@U2>", "<!here>", "<https://a.b|a.b>", "--ar", "--n", "9:16", "&amp;", "<", ">", "“"]
)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        (f"{MENTION} a red door", "a red door"),
        (f"a red door {MENTION}", "a red door"),
        (f"a red {MENTION} door", "a red door"),
        (f"{MENTION}, a red door", "a red door"),
        (f"{MENTION}: a red door", "a red door"),
        (f"{MENTION} :tada: confetti", ":tada: confetti"),
        (f"hey <@{BOT}|bloom> a red door", "hey a red door"),
        (f"a &lt;red&gt; &amp; &amp;lt; door {MENTION}", "a <red> & &lt; door"),
        (f"{MENTION} as on <https://acme.com/x|acme.com/x>", "as on acme.com/x"),
        (f"{MENTION} first line\nsecond line", "first line\nsecond line"),
    ],
)
def test_prompt_is_what_people_read_without_the_mention(text: str, prompt: str) -> None:
    assert understood(text, BOT) == Generate(Draft(prompt=prompt))


def test_flags_are_understood() -> None:
    command = understood(f"a red door --ar 16:9 {MENTION} --size 4k —n 2", BOT)
    assert command == Generate(
        Draft(prompt="a red door", shapes=(AspectRatio.WIDE,), size=ImageSize.SIZE_4K, variants=2)
    )


@pytest.mark.parametrize("text", [MENTION, f"  {MENTION}  ", f"{MENTION} {MENTION}", ""])
def test_mention_alone_asks_for_nothing(text: str) -> None:
    assert understood(text, BOT) == OpenForm(Draft())


@pytest.mark.parametrize("word", ["help", "Help", "brands", "credits", "history", "settings", "connect"])
def test_words_are_those_of_the_command(word: str) -> None:
    assert understood(f"{MENTION} {word}", BOT) == Word(word.casefold())


@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=12).map(" ".join))
def test_no_text_breaks_it_and_the_mention_is_never_drawn(text: str) -> None:
    command = understood(text, BOT)
    assert MENTION not in without_mention(text, BOT)
    if isinstance(command, Generate):
        assert command.draft.prompt.strip()
        assert MENTION not in command.draft.prompt
    if isinstance(command, Misunderstood):
        said = bad_command(command.problems, "")
        assert len(said.text) <= 3000
        assert not any(called in said.text for called in ("<!here>", "<@U2>"))


def test_edit_has_no_use_for_what_an_image_keeps() -> None:
    draft = Draft(brand="Acme", shapes=(), variants=2, is_preview=True, size=ImageSize.SIZE_4K)
    assert of_no_use_for_edit(draft) == ("--brand", "--ar", "--n", "--preview")
    assert of_no_use_for_edit(Draft(size=ImageSize.SIZE_4K)) == ()
