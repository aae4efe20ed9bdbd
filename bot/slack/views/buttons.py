"""Every id that Slack sends back when something is pressed, chosen or typed, and the buttons themselves.

Buttons carry ids (``value`` is a generation's), not state: they work after restarts and for ever.
"""

import re
from enum import StrEnum

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, ConfirmObject, PlainTextObject


class ActionId(StrEnum):
    """What a button, or a menu on the Home tab, does. Those that lead out of Slack are ``link:<name>``."""

    OPEN_FORM = "open_form"
    CONNECT = "connect"
    MAKE_2K = "make_2k"
    TRY_STANDARD = "try_standard"
    TRY_AGAIN = "try_again"
    EDIT_REQUEST = "edit_request"
    CANCEL = "cancel"
    RELOAD_BRANDS = "reload_brands"
    ASK_MANAGERS = "ask_managers"
    DISCONNECT = "disconnect"
    CHOOSE_PAYER = "choose_payer"
    PAGE = "page"
    """Turns to a page of the app: `page:<name>`."""

    # on the page of brands; the value is a brand's id
    BRAND_DETAILS = "brand_details"
    ALL_BRANDS = "all_brands"
    """Back to the list, and all of it; without a value."""
    BRANDS_BEFORE = "brands_before"
    BRANDS_AFTER = "brands_after"
    """Other parts of the list; the value is how many brands come before."""
    ADD_BRAND = "add_brand"
    """The value is an address to begin with, if there is one."""
    GIVE_LOGO = "give_logo"
    MAKE_DEFAULT = "make_default"
    DELETE_BRAND = "delete_brand"
    MAKE_FOR_BRAND = "make_for_brand"

    # on the page of history; the value is a generation's id
    SEARCH = "search"
    HISTORY_BRAND = "history_brand"
    HISTORY_PERSON = "history_person"
    HISTORY_CLEAR = "history_clear"
    HISTORY_OLDER = "history_older"
    HISTORY_NEWER = "history_newer"
    USE_AGAIN = "use_again"

    # on the page of usage
    USAGE_MONTH = "usage_month"
    SEND_LOG = "send_log"

    # on the page of settings
    CHANGE_DEFAULTS = "change_defaults"
    CHANGE_CHANNEL = "change_channel"
    """The value is the channel's id, or nothing where it is to be chosen."""
    CHANNEL_MENU = "channel_menu"
    """Changes a channel's defaults, or removes them: `<what>:<revision>:<channel id>`."""
    TURN_CHANNELS = "turn_channels"
    """Shows another part of the list of channels: `turn_channels:<offset>`."""
    CHANGE_LIMITS = "change_limits"
    CHANGE_MANAGERS = "change_managers"

    # under an image; the value is the image's id
    VARY = "vary"
    EDIT_IMAGE = "edit_image"
    RESIZE = "resize"
    SHARE = "share"
    SHARE_HERE = "share_here"
    """Shares a preview where it was asked for."""
    DISCARD = "discard"
    """Deletes a preview."""
    MORE = "more"
    """The other things to do with it, as a menu: `<what>:<image id>`, what being one of `More`."""

    # under an answer to a message to the bot; the value finds that message again
    FORM_OF_MESSAGE = "form_of_message"
    CONFIRM_MESSAGE = "confirm_message"
    """Says yes to what the message asks for, and costs."""

    # of a batch; the value is its id
    BATCH_TEMPLATE = "batch_template"
    """Sends a table to begin with; without a value."""
    PAUSE_BATCH = "pause_batch"
    RESUME_BATCH = "resume_batch"
    CANCEL_BATCH = "cancel_batch"
    RETRY_BATCH = "retry_batch"

    LINK = "link"


class More(StrEnum):
    """What the menu under an image does."""

    ENLARGE = "enlarge"
    REMOVE_BACKGROUND = "remove_background"
    VECTORIZE = "vectorize"
    REFERENCE = "reference"
    DELETE = "delete"


SIGN_IN_LINK = f"{ActionId.LINK}:sign_in"
PAGE_PATTERN = re.compile(rf"^{ActionId.PAGE}:")
TURN_CHANNELS_PATTERN = re.compile(rf"^{ActionId.TURN_CHANNELS}:")
LINK_PATTERN = re.compile(rf"^{ActionId.LINK}:")


class Field(StrEnum):
    """The inputs of the forms: each is the id of its block and of its element."""

    PROMPT = "prompt"
    BRAND = "brand"
    RATIO = "ratio"
    MODEL = "model"
    SIZE = "size"
    VARIANTS = "variants"
    CHANNEL = "channel"
    KEY = "key"
    DEFAULT_BRAND = "default_brand"
    DEFAULT_CHANNEL = "default_channel"
    LIMIT_CHANNELS = "limit_channels"
    LIMIT_PEOPLE = "limit_people"
    LIMIT_GROUPS = "limit_groups"
    CREDITS_PER_MONTH = "credits_per_month"
    CREDITS_PER_PERSON = "credits_per_person"
    CONFIRM_ABOVE = "confirm_above"
    MANAGERS = "managers"
    ADDRESS = "address"
    LOGO_ADDRESS = "logo_address"
    LOGO_FILE = "logo_file"
    COLLECT_IMAGES = "collect_images"
    BLOOM_WORKSPACE = "bloom_workspace"
    REFERENCE_FILES = "reference_files"
    REFERENCE_OFFERED = "reference_offered"
    REFERENCE_LIBRARY = "reference_library"
    REFERENCE_RESULTS = "reference_results"
    PREVIEW = "preview"
    NEW_RATIOS = "new_ratios"
    SHARE_CHANNEL = "share_channel"
    SHARE_NOTE = "share_note"
    BATCH_LINES = "batch_lines"
    BATCH_FILE = "batch_file"
    BATCH_BRAND = "batch_brand"
    BATCH_RATIO = "batch_ratio"
    BATCH_MODEL = "batch_model"
    BATCH_SIZE = "batch_size"
    BATCH_VARIANTS = "batch_variants"


MAKE_AN_IMAGE = "Make an image"
MAKE_AN_IMAGE_FROM_THIS = "Make an image from this"
MAKE_A_BATCH_FROM_THIS = "Make a batch from this"
CONNECT_BLOOM = "Connect Bloom"
SIGN_IN = "Sign in with Bloom"
ASK_THEM = "Ask them"
RECONNECT = "Reconnect"
TAKE_OVER = "Take over"
DISCONNECT = "Disconnect"
STOPS = (
    "Nobody here can make images until somebody connects Bloom again. Images already posted stay; those still being "
    "made are stopped, and nobody hears any more of brands that Bloom is looking at."
)
SETTINGS_CONNECT_AGAIN = " This deployment's settings connect it again when it is started anew."
CANCEL = "Cancel"
COSTS = "This costs nothing if Bloom hasn't started yet. What it has started stays paid for."
"""True whenever it is read: Slack keeps the question as it was when the message was posted."""


def button(text: str, action: ActionId, *, value: str | None = None, primary: bool = False) -> ButtonElement:
    """Return a button that the bot answers."""
    return ButtonElement(text=text, action_id=action, value=value, style="primary" if primary else None)


def link_button(text: str, name: str, url: str, *, primary: bool = False) -> ButtonElement:
    """Return a button that opens a page; ``name`` keeps its id unlike its neighbours'."""
    style = "primary" if primary else None
    return ButtonElement(text=text, action_id=f"{ActionId.LINK}:{name}", url=url, style=style)


def open_form_button() -> ButtonElement:
    """Return the button that opens the form."""
    return button(MAKE_AN_IMAGE, ActionId.OPEN_FORM, primary=True)


def cancel_button(generation_id: str, *, several: bool) -> ButtonElement:
    """Return the button that stops a generation, once it is sure that this is meant."""
    sure = ConfirmObject(
        title="Cancel these images?" if several else "Cancel this image?",
        text=PlainTextObject(text=COSTS),
        confirm="Yes, cancel",
        deny="Keep going",
        style="danger",
    )
    return ButtonElement(text=CANCEL, action_id=ActionId.CANCEL, value=generation_id, confirm=sure)


def connect_button(text: str = CONNECT_BLOOM, *, primary: bool = True) -> ButtonElement:
    """Return the button that opens the connect form, also where that replaces a connection."""
    return button(text, ActionId.CONNECT, primary=primary)


def ask_button() -> ButtonElement:
    """Return the button with which those who may not connect Bloom ask those who may."""
    return button(ASK_THEM, ActionId.ASK_MANAGERS, primary=True)


def disconnect_button(*, is_by_settings: bool) -> ButtonElement:
    """Return the button that ends the connection, once it is sure that this is meant."""
    sure = ConfirmObject(
        title="Disconnect Bloom?",
        text=PlainTextObject(text=STOPS + (SETTINGS_CONNECT_AGAIN if is_by_settings else "")),
        confirm="Yes, disconnect",
        deny="Keep it",
        style="danger",
    )
    return ButtonElement(text=DISCONNECT, action_id=ActionId.DISCONNECT, confirm=sure)


def row(*buttons: ButtonElement, block_id: str | None = None) -> ActionsBlock:
    """Put buttons side by side; by a ``block_id`` of their own they are known again when a view is drawn anew."""
    return ActionsBlock(elements=buttons, block_id=block_id)
