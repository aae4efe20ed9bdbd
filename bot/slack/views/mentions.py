"""What people read who spoke to the bot, when there is no image yet: what is missing, or what is wrong.

Their message stands in Slack, so nothing of it is repeated.
"""

from collections.abc import Sequence

from slack_sdk.models.blocks import ButtonElement

from bot.core.errors import SlackRefused
from bot.slack.views.buttons import MAKE_A_BATCH_FROM_THIS, MAKE_AN_IMAGE, ActionId, button, connect_button, row
from bot.slack.views.form.cost import yes
from bot.slack.views.message import NAME_LIMIT, Message, context, escape, message, section, shorten
from bot.slack.views.trouble import note
from bot.slack.views.wording import credits_text, joined

NEW_MESSAGE = "To try again, send me a new message: I don't read edits."
WHAT_TO_MAKE = "What shall I make? {like}a launch banner, morning light --ar 16:9_."
WHAT_TO_CHANGE = "What shall I change? {like}make the sky darker_."
AFTER_MY_NAME, FOR_EXAMPLE = "Say it after my name, like this: _@Bloom ", "For example: _"
"""In a direct message nobody has to name the bot."""
WHICH_BRAND = "Which brand is it for? Choose it in the form; what you wrote is in there already."
CHOOSE_BRAND = "Choose a brand…"
EDIT = "Edit…"
COSTS = "This takes {credits}. Shall I go on?"
UNDER_WAY = "That is under way already, in the thread of your message."
GONE = "I can't find that message any more. Send it again."
EDIT_KEEPS = (
    "In a thread with an image, I edit its latest one, which keeps its brand and shape: {flags} can't be used. "
    "For a new image, mention me outside of this thread."
)
AS_IT_IS = "The latest image of this thread is a vector, which I can't edit. Use *Edit…* under another one."
DELETED = "That image was deleted, so it can't be edited."
BRAND_IS_GONE = "Bloom doesn't have the brand of this thread's latest image any more, so it can't be edited."
TOO_MANY = "I can take {limit} files along for this, and your message has {count}."
NOT_IN_THREAD = "I'm not in this conversation, so I can't see the pictures in this thread. Type `/invite @Bloom` here."
MAY_NOT_READ = "This app isn't allowed to read this thread yet. An admin of this workspace can install it again."
NOT_READ = "Slack didn't show me this thread's pictures just now, so I haven't made anything."
NOT_HERE = frozenset({"not_in_channel", "channel_not_found", "thread_not_found"})
FILES_SHOWN = 3
CONNECT = "Press the button to connect Bloom, or to ask somebody who can."
PAGES = "`/bloom {word}` shows that, in any channel; in threads, Slack doesn't take commands. {home}"
HOME = "The Home tab of this app has it too."
BATCH = (
    "`/bloom batch` begins one, in any channel; in threads, Slack doesn't take commands. On a message with a table, or "
    f"with one prompt a line: its menu → _{MAKE_A_BATCH_FROM_THIS}_."
)


def what_to_make(ticket: str, *, in_private: bool = False) -> Message:
    """Ask for the words, of somebody who said nothing else."""
    return _asking(WHAT_TO_MAKE, MAKE_AN_IMAGE, ticket, in_private=in_private)


def what_to_change(ticket: str, *, in_private: bool = False) -> Message:
    """Ask for the words in a thread with an image."""
    return _asking(WHAT_TO_CHANGE, EDIT, ticket, in_private=in_private)


def which_brand(ticket: str) -> Message:
    """Ask for the brand, in the form."""
    return message(WHICH_BRAND, section(WHICH_BRAND), row(_form_button(CHOOSE_BRAND, ticket)))


def confirm(credits: int, ticket: str) -> Message:
    """Ask for a yes to what it costs."""
    sentence = COSTS.format(credits=credits_text(credits))
    agree = button(yes(credits), ActionId.CONFIRM_MESSAGE, value=ticket, primary=True)
    return message(sentence, section(sentence), row(agree))


def word(name: str) -> Message:
    """Say how to get to a page, or to the form of a batch: a message opens none by itself."""
    if name == "connect":
        return message(CONNECT, section(CONNECT), row(connect_button()))
    if name == "batch":
        return note(BATCH)
    return note(PAGES.format(word=escape(name), home=HOME))


def edit_keeps(flags: Sequence[str]) -> Message:
    """Say which flags an edit has no use for."""
    return note(EDIT_KEEPS.format(flags=joined([f"`{flag}`" for flag in flags])))


def unusable(files: Sequence[tuple[str, str]]) -> Message:
    """Say which files cannot be references, each with the end of a sentence that says why."""
    said = [f"_{escape(shorten(name, NAME_LIMIT)).replace('_', ' ')}_ {why}" for name, why in files[:FILES_SHOWN]]
    more = len(files) - len(said)
    rest = f", and {more} more" if more else ""
    return to_be_sent_again(note(f"I can't use these as references: {'; '.join(said)}{rest}."))


def too_many(count: int, limit: int) -> Message:
    """Say that so many files are too many."""
    return to_be_sent_again(note(TOO_MANY.format(limit=limit, count=count)))


def unread(refusal: SlackRefused) -> Message:
    """Say why a thread could not be read, and that nothing was made without its pictures."""
    if refusal.error in NOT_HERE:
        return to_be_sent_again(note(NOT_IN_THREAD))
    if refusal.error == "missing_scope":
        return note(MAY_NOT_READ)
    return to_be_sent_again(note(NOT_READ))


def to_be_sent_again(wrong: Message) -> Message:
    """Say with what is wrong how to go on."""
    return Message(wrong.text, [*wrong.blocks, context(NEW_MESSAGE).to_dict()])


def _asking(question: str, label: str, ticket: str, *, in_private: bool) -> Message:
    text = question.format(like=FOR_EXAMPLE if in_private else AFTER_MY_NAME)
    return message(text, section(text), row(_form_button(label, ticket)))


def _form_button(label: str, ticket: str) -> ButtonElement:
    return button(label, ActionId.FORM_OF_MESSAGE, value=ticket, primary=True)
