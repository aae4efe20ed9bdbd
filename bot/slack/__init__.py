"""Slack in and Slack out. `register` is the table of contents of everything the bot listens to."""

from slack_bolt.async_app import AsyncApp

from bot.core.clock import Clock
from bot.core.services import Core
from bot.slack.actions import Actions
from bot.slack.batches import BatchListeners, make_batches
from bot.slack.commands.commands import Commands
from bot.slack.connect import Connect
from bot.slack.directory.names import SlackNames
from bot.slack.form.form import Form
from bot.slack.form.references import References
from bot.slack.form.refusals import Refusals
from bot.slack.home import Home, make_home
from bot.slack.home.bloom_facts import BloomFacts
from bot.slack.home.brands.actions import BrandActions
from bot.slack.home.brands.adding import AddBrand
from bot.slack.home.brands.logos import GiveLogo
from bot.slack.home.history.actions import HistoryActions
from bot.slack.home.settings.actions import SettingsActions
from bot.slack.home.settings.answers import SettingsAnswers
from bot.slack.home.usage.actions import UsageActions
from bot.slack.installation.clients import Clients
from bot.slack.lifecycle import Lifecycle
from bot.slack.manage import Manage
from bot.slack.mentions.mentions import Mentions
from bot.slack.results import Results, make_results
from bot.slack.shortcuts import Shortcuts
from bot.slack.uploads import Uploads
from bot.slack.views import connect as connect_views
from bot.slack.views import settings_forms
from bot.slack.views.batches import form as batch_form
from bot.slack.views.batches import preview as batch_preview
from bot.slack.views.brands import add_form as brand_forms
from bot.slack.views.brands import logo_form as logo_forms
from bot.slack.views.buttons import (
    LINK_PATTERN,
    PAGE_PATTERN,
    SIGN_IN_LINK,
    TURN_CHANNELS_PATTERN,
    ActionId,
    Field,
)
from bot.slack.views.form import form as form_views
from bot.slack.views.home import frame
from bot.slack.views.results import confirm_form, delete_form, resize_form, share_form

COMMAND = "/bloom"
IMAGE_SHORTCUT = "make_image"
MESSAGE_SHORTCUT = "make_image_from_message"
BATCH_SHORTCUT = "make_batch_from_message"


def register(
    app: AsyncApp, core: Core, clock: Clock, lifecycle: Lifecycle, clients: Clients, *, batch_row_limit: int
) -> None:
    """Join every listener to what it listens to."""
    bloom, uploads = BloomFacts(core, clock), Uploads(clients, clock)
    names = SlackNames(clients, clock, core.tasks)
    home = make_home(core, clock, clients, bloom=bloom, names=names, uploads=uploads)
    connect, refusals = Connect(core, home, clock), Refusals(core, clock)
    form = Form(core, connect, refusals)
    batches = make_batches(core, clock, connect, refusals, uploads, row_limit=batch_row_limit)

    app.command(COMMAND)(Commands(core, form, connect, home, refusals, batches=batches.form).run)
    _shortcuts(app, Shortcuts(core, form))
    _form(app, form, References(core, names))
    _batches(app, batches, form)
    _connection(app, connect, Manage(core, home))
    _results(app, make_results(core, clock, form, refusals))
    _messages(app, Actions(core, form, refusals))
    _mentions(app, Mentions(core, form, refusals, clock))
    _home(app, home)
    _brands(app, BrandActions(core, home, form), AddBrand(core, bloom, clock), GiveLogo(core, clock))
    _history(app, HistoryActions(core, home, form, names), form)
    _usage(app, UsageActions(core, home, names, uploads))
    _settings(app, SettingsActions(core, home), SettingsAnswers(core))
    _coming_and_going(app, lifecycle)


def _shortcuts(app: AsyncApp, shortcuts: Shortcuts) -> None:
    app.shortcut(IMAGE_SHORTCUT)(shortcuts.make_image)
    app.shortcut(MESSAGE_SHORTCUT)(shortcuts.make_image_from_message)


def _form(app: AsyncApp, form: Form, references: References) -> None:
    app.view(form_views.CALLBACK_ID)(form.submit)
    app.options(Field.BRAND)(form.brand_options)
    app.options(Field.REFERENCE_LIBRARY)(references.library_options)
    app.options(Field.REFERENCE_RESULTS)(references.result_options)
    for changed in (Field.BRAND, Field.RATIO, Field.SIZE, Field.VARIANTS, Field.CHANNEL):
        app.action(changed)(form.change)
    app.action(ActionId.RELOAD_BRANDS)(form.reload)


def _batches(app: AsyncApp, batches: BatchListeners, form: Form) -> None:
    app.shortcut(BATCH_SHORTCUT)(batches.form.open_from_message)
    app.view(batch_form.CALLBACK_ID)(batches.form.submit)
    app.options(Field.BATCH_BRAND)(form.brand_options)
    app.action(ActionId.BATCH_TEMPLATE)(batches.template.press)
    app.view(batch_preview.CALLBACK_ID)(batches.preview.start)
    app.view_closed(batch_preview.CALLBACK_ID)(batches.preview.close)
    for press in (ActionId.PAUSE_BATCH, ActionId.RESUME_BATCH, ActionId.CANCEL_BATCH, ActionId.RETRY_BATCH):
        app.action(press)(batches.buttons.press)


def _results(app: AsyncApp, results: Results) -> None:
    app.action(ActionId.VARY)(results.deriving.vary)
    app.action(ActionId.EDIT_IMAGE)(results.deriving.edit)
    app.action(ActionId.RESIZE)(results.resizing.press)
    app.action(Field.NEW_RATIOS)(results.resizing.change)
    app.action(ActionId.SHARE)(results.sharing.press)
    app.action(ActionId.SHARE_HERE)(results.sharing.press_here)
    app.action(ActionId.DISCARD)(results.deleting.discard)
    app.action(ActionId.MORE)(results.menu.choose)
    app.view(confirm_form.CALLBACK_ID)(results.deriving.confirm)
    app.view(resize_form.CALLBACK_ID)(results.resizing.submit)
    app.view(share_form.CALLBACK_ID)(results.sharing.submit)
    app.view(delete_form.CALLBACK_ID)(results.deleting.submit)


def _messages(app: AsyncApp, actions: Actions) -> None:
    app.action(ActionId.OPEN_FORM)(actions.open_form)
    app.action(ActionId.EDIT_REQUEST)(actions.edit_request)
    for again in (ActionId.MAKE_2K, ActionId.TRY_STANDARD, ActionId.TRY_AGAIN):
        app.action(again)(actions.again)
    app.action(ActionId.CANCEL)(actions.cancel)
    app.action(LINK_PATTERN)(actions.follow_link)


def _mentions(app: AsyncApp, mentions: Mentions) -> None:
    for said in ("app_mention", "message"):
        app.event(said, middleware=[mentions.hear])(mentions.answer)
    app.action(ActionId.CONFIRM_MESSAGE)(mentions.confirm)
    app.action(ActionId.FORM_OF_MESSAGE)(mentions.open_form)


def _connection(app: AsyncApp, connect: Connect, manage: Manage) -> None:
    app.view(connect_views.CALLBACK_ID)(connect.submit)
    app.view_closed(connect_views.CALLBACK_ID)(connect.close)
    app.action(ActionId.CONNECT)(connect.press)
    app.action(SIGN_IN_LINK)(connect.sign_in)  # before the other links: the first that fits is told
    app.action(ActionId.ASK_MANAGERS)(manage.ask)
    for act in (ActionId.DISCONNECT, ActionId.CHOOSE_PAYER):
        app.action(act)(manage.change)


def _home(app: AsyncApp, home: Home) -> None:
    app.event("app_home_opened")(home.open)
    app.action(PAGE_PATTERN)(home.turn)
    app.view(frame.CALLBACK_ID)(home.submit)


def _brands(app: AsyncApp, brands: BrandActions, adding: AddBrand, logos: GiveLogo) -> None:
    app.action(ActionId.BRAND_DETAILS)(brands.show_details)
    app.action(ActionId.ALL_BRANDS)(brands.show_all)
    for turned in (ActionId.BRANDS_BEFORE, ActionId.BRANDS_AFTER):
        app.action(turned)(brands.turn)
    app.action(ActionId.MAKE_FOR_BRAND)(brands.make)
    app.action(ActionId.MAKE_DEFAULT)(brands.make_default)
    app.action(ActionId.DELETE_BRAND)(brands.delete)
    app.action(ActionId.ADD_BRAND)(adding.press)
    app.view(brand_forms.CALLBACK_ID)(adding.submit)
    app.action(ActionId.GIVE_LOGO)(logos.press)
    app.view(logo_forms.CALLBACK_ID)(logos.submit)


def _history(app: AsyncApp, history: HistoryActions, form: Form) -> None:
    app.action(ActionId.SEARCH)(history.search)
    app.options(ActionId.HISTORY_BRAND)(form.brand_options)
    for narrowed in (ActionId.HISTORY_BRAND, ActionId.HISTORY_PERSON):
        app.action(narrowed)(history.narrow)
    app.action(ActionId.HISTORY_CLEAR)(history.clear)
    for turned in (ActionId.HISTORY_OLDER, ActionId.HISTORY_NEWER):
        app.action(turned)(history.turn)
    app.action(ActionId.USE_AGAIN)(history.use_again)


def _usage(app: AsyncApp, usage: UsageActions) -> None:
    app.action(ActionId.USAGE_MONTH)(usage.choose_month)
    app.action(ActionId.SEND_LOG)(usage.send_log)


def _settings(app: AsyncApp, settings: SettingsActions, answers: SettingsAnswers) -> None:
    app.action(ActionId.CHANGE_DEFAULTS)(settings.change_defaults)
    app.action(ActionId.CHANGE_CHANNEL)(settings.change_channel)
    app.action(ActionId.CHANNEL_MENU)(settings.choose_from_menu)
    app.action(TURN_CHANNELS_PATTERN)(settings.turn)
    app.action(ActionId.CHANGE_LIMITS)(settings.change_limits)
    app.action(ActionId.CHANGE_MANAGERS)(settings.change_managers)
    app.view(settings_forms.defaults.CALLBACK_ID)(answers.save_defaults)
    app.view(settings_forms.limits.CALLBACK_ID)(answers.save_limits)
    app.view(settings_forms.managers.CALLBACK_ID)(answers.save_managers)
    app.options(Field.DEFAULT_BRAND)(answers.brand_options)
    app.options(Field.LIMIT_GROUPS)(answers.group_options)


def _coming_and_going(app: AsyncApp, lifecycle: Lifecycle) -> None:
    app.event("app_uninstalled")(lifecycle.uninstalled)
    app.event("tokens_revoked")(lifecycle.tokens_revoked)
    app.event("team_access_revoked")(lifecycle.access_revoked)
    app.event("user_change")(lifecycle.user_changed)
