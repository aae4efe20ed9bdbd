"""The inspector shows what was said between Slack, the app and Bloom, and none of their secrets."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.sandbox.bloom import SANDBOX_API_KEY, BloomStandIn, RequestRecord
from bot.sandbox.page.inspector import KEPT, LARGEST, Inspector
from bot.sandbox.page.redaction import redact
from bot.sandbox.slack import Person, SlackStandIn
from tests.sandbox.bloom import asking, signing_in
from tests.sandbox.slack.demo_app import input_block, option, plain
from tests.sandbox.slack.listener import Listener
from tests.sandbox.slack.opening import open_form

Json = dict[str, Any]
SEEN = RequestRecord(datetime(2026, 1, 1, tzinfo=UTC), "GET", "/images", "images.list", {}, None, None, 200, None, 0.0)


@pytest.fixture
def inspector(slack: SlackStandIn, bloom: BloomStandIn) -> Iterator[Inspector]:
    inspector = Inspector(slack, bloom)
    with inspector.listening():
        yield inspector


@pytest.fixture
def person(slack: SlackStandIn) -> Person:
    return slack.person("Mia")


@pytest.fixture
async def asked(bloom: BloomStandIn) -> AsyncIterator[httpx.AsyncClient]:
    async with asking.client(bloom, {"x-api-key": SANDBOX_API_KEY}) as client:
        yield client


def last(inspector: Inspector, kind: str = "slack") -> Json:
    return [entry for entry in inspector.latest() if entry["kind"] == kind][-1]


def detail(entry: Json, label: str) -> Any:
    return next(one["value"] for one in entry["details"] if one["label"] == label)


async def test_command_is_shown_with_who_typed_it_and_how_it_was_answered(
    inspector: Inspector, app: Listener, person: Person
) -> None:
    app.answer = {"text": "Certainly."}
    await person.command("general", "/bloom", "salt & pepper")
    entry = last(inspector)
    assert (entry["who"], entry["title"], entry["ok"]) == ("Mia", "/bloom salt & pepper", True)
    assert entry["outcome"] == "200 · HTTP"
    assert 0 <= entry["ms"] < 500
    assert detail(entry, "Slack sent")["user_name"] == "mia"
    assert detail(entry, "The bot answered") == {"text": "Certainly."}


async def test_what_people_do_is_said_in_words(
    inspector: Inspector, app: Listener, client: AsyncWebClient, person: Person
) -> None:
    await open_form(app, client, person, notify_on_close=True)
    view = person.open_view
    assert view
    await person.choose(view, "size", "large")
    app.answer = {"options": [option("Acme")]}
    await person.load_options(view, "brand", "ac")
    app.answer = {"response_action": "errors", "errors": {"prompt": "No."}}
    await person.submit(view, {"prompt": "x"})
    assert last(inspector)["outcome"] == "errors at prompt · HTTP"
    app.answer = {"response_action": "clear"}
    await person.submit(view, {"prompt": "x"})
    assert last(inspector)["outcome"] == "200, closes all windows · HTTP"
    app.answer = ""
    await open_form(app, client, person, notify_on_close=True)
    assert person.open_view
    await person.close_view(person.open_view)
    await person.shortcut("from_anywhere")
    await person.open_home()
    assert [entry["title"] for entry in inspector.latest() if entry["kind"] == "slack"][1:] == [
        "chose “Large” in size",
        "asked for options of brand: “ac”",
        "submitted “Create an image”",
        "submitted “Create an image”",
        "chose the shortcut “start”",
        "closed “Create an image”",
        "chose the shortcut “Make”",
        "app_home_opened: home",
    ]


async def test_clicks_and_choices_in_a_message_are_said_in_words(
    inspector: Inspector, app: Listener, client: AsyncWebClient, person: Person, slack: SlackStandIn
) -> None:
    elements = [
        {"type": "button", "action_id": "again", "text": plain("Try again")},
        {"type": "users_select", "action_id": "approver"},
        {"type": "overflow", "action_id": "more", "options": [option("Share"), option("Delete")]},
        {"type": "checkboxes", "action_id": "sizes", "options": [option("Small"), option("Large")]},
    ]
    blocks = [{"type": "actions", "block_id": "b", "elements": elements}]
    await client.chat_postMessage(channel="general", text="x", blocks=blocks)
    message = slack.messages("general")[-1]
    await person.click(message, "again")
    await person.choose(message, "approver", person.id)
    await person.choose(message, "more", "share")
    await person.choose(message, "sizes", ["small", "large"])
    await person.choose(message, "sizes", [])
    await person.say("general", "@Bloom hello")
    assert [entry["title"] for entry in inspector.latest() if entry["kind"] == "slack"] == [
        "clicked “Try again”",
        f"chose “{person.id}” in approver",
        "chose “Share” in more",
        "chose “Small”, “Large” in sizes",
        "cleared sizes",
        f"app_mention: “<@{slack.workspace.app.bot_user_id}> hello”",
    ]


async def test_typing_that_the_app_hears_is_shown(
    inspector: Inspector, app: Listener, client: AsyncWebClient, person: Person
) -> None:
    element = {"type": "plain_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}}
    blocks = [input_block("note", element, dispatch_action=True)]
    await open_form(app, client, person, blocks=blocks)
    assert person.open_view
    await person.fill(person.open_view, note="hi")
    await person.press_enter(person.open_view, "note")
    assert last(inspector)["title"] == "typed in note"


@pytest.mark.parametrize(
    ("status", "seconds", "outcome"), [(500, 0.0, "dispatch_failed (500)"), (200, 0.6, "operation_timeout")]
)
async def test_app_that_does_not_acknowledge_is_a_problem(
    inspector: Inspector, app: Listener, person: Person, status: int, seconds: float, outcome: str
) -> None:
    app.status, app.seconds = status, seconds
    await person.command("general", "/bloom")
    assert (last(inspector)["ok"], last(inspector)["outcome"]) == (False, f"{outcome} · HTTP")


async def test_nobody_at_the_other_end_is_a_problem(inspector: Inspector, person: Person) -> None:
    await person.command("general", "/bloom")
    assert last(inspector)["outcome"] == "dispatch_failed · Socket Mode"


async def test_redelivery_says_so(inspector: Inspector, app: Listener, person: Person, slack: SlackStandIn) -> None:
    await person.command("general", "/bloom", "x")
    await slack.redeliver()
    assert last(inspector)["title"] == "/bloom x (sent again)"


async def test_answer_that_slack_cannot_show_turns_its_entry_red(
    inspector: Inspector, app: Listener, client: AsyncWebClient, person: Person
) -> None:
    await open_form(app, client, person)
    heard: list[Json] = []
    inspector.on_exchange(heard.append)
    app.answer = {"response_action": "errors", "errors": {"nowhere": "x"}}
    assert person.open_view
    await person.submit(person.open_view, {"prompt": "x"})
    first, again = heard
    assert first["number"] == again["number"] == last(inspector)["number"]
    assert (first["ok"], again["ok"]) == (True, False)
    assert "`errors` names no input block: nowhere" in detail(again, "Problems")


async def test_options_that_slack_cannot_show_are_a_problem(
    inspector: Inspector, app: Listener, client: AsyncWebClient, person: Person, mia: Any
) -> None:
    await open_form(app, client, person)
    app.answer = {"options": [{"text": "no object", "value": "x"}]}
    view = person.open_view
    assert view
    await mia.try_to("options", view_id=view.id, block_id="brand", action_id="brand", values={}, query="ac")
    entry = last(inspector)
    assert not entry["ok"]
    assert detail(entry, "Problems")


async def test_call_of_the_web_api_is_shown_with_its_arguments_as_json(
    inspector: Inspector, client: AsyncWebClient, general: str
) -> None:
    blocks = [{"type": "section", "text": plain("Hello")}]
    await client.chat_postMessage(channel=general, text="x", blocks=json.dumps(blocks))
    entry = last(inspector, "call")
    assert (entry["title"], entry["outcome"], entry["ok"]) == ("chat.postMessage in #general", "ok", True)
    assert detail(entry, "The bot sent")["blocks"] == blocks
    assert detail(entry, "Slack answered")["ok"]


async def test_call_names_the_person_it_is_for(
    inspector: Inspector, client: AsyncWebClient, person: Person, general: str, slack: SlackStandIn
) -> None:
    await client.chat_postEphemeral(channel=general, user=person.id, text="x")
    assert last(inspector, "call")["title"] == "chat.postEphemeral to Mia in #general"
    await client.chat_postMessage(channel=slack.workspace.direct_channel(person.id).id, text="x")
    assert last(inspector, "call")["title"] == "chat.postMessage to Mia"


async def test_refused_call_shows_why(inspector: Inspector, client: AsyncWebClient, general: str) -> None:
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=general, text="x", blocks=[{"type": "section"}])
    entry = last(inspector, "call")
    assert not entry["ok"]
    assert entry["outcome"].startswith("invalid_blocks: [ERROR]")
    assert "[json-pointer:/blocks/0" in " ".join(detail(entry, "Why"))


async def test_call_that_meets_an_outage_shows_its_status(
    inspector: Inspector, client: AsyncWebClient, slack: SlackStandIn
) -> None:
    slack.fail_next("auth.test", status=503)
    with pytest.raises(SlackApiError):
        await client.auth_test()
    assert last(inspector, "call")["outcome"] == "HTTP 503"


async def test_use_of_a_response_url_is_shown(
    inspector: Inspector, app: Listener, person: Person, slack: SlackStandIn
) -> None:
    await person.command("general", "/bloom")
    calls = len(slack.calls)
    assert (await app.post(app.last["response_url"], {"text": "later"}))[0] == 200
    assert (last(inspector, "call")["title"], last(inspector, "call")["outcome"]) == ("response_url", "ok")
    assert detail(last(inspector, "call"), "The bot sent") == {"body": {"text": "later"}}
    await app.post(app.last["response_url"], "{")
    assert last(inspector, "call")["outcome"] == "invalid_payload"
    assert detail(last(inspector, "call"), "The bot sent") == {"body": "{"}
    assert len(slack.calls) == calls


async def test_request_to_bloom_shows_what_is_left_of_the_budget(
    inspector: Inspector, asked: httpx.AsyncClient, bloom: BloomStandIn
) -> None:
    brand = next(b.id for b in bloom.state.brands.of(bloom.state.account) if b.name == "Acme")
    await asking.generate(asked, brand, prompt="A fox")
    entry = last(inspector, "bloom")
    assert (entry["title"], entry["ok"], entry["who"]) == ("POST /images/generations", True, None)
    assert entry["outcome"] == "202 · 119 of 120 left"
    assert detail(entry, "Body")["prompt"] == "A fox"
    await asked.get("/images", params={"limit": 3})
    assert last(inspector, "bloom")["outcome"] == "200 · 118 of 120 left"
    assert detail(last(inspector, "bloom"), "Query") == {"limit": "3"}


def test_held_request_says_how_long(inspector: Inspector, bloom: BloomStandIn) -> None:
    bloom.requests.add(replace(SEEN, held=2.34, seconds=2.5, left=118))
    entry = last(inspector, "bloom")
    assert (entry["outcome"], entry["ms"]) == ("200 · held 2.3 s · 118 of 120 left", 2500)


async def test_refused_and_cut_requests_are_problems(
    inspector: Inspector, asked: httpx.AsyncClient, bloom: BloomStandIn
) -> None:
    bloom.rate_limit = None
    bloom.faults.next("INTERNAL_SERVER_ERROR")
    await asked.get("/brands")
    assert (last(inspector, "bloom")["outcome"], last(inspector, "bloom")["ok"]) == ("500 INTERNAL_SERVER_ERROR", False)
    bloom.faults.down = True
    with pytest.raises(httpx.RemoteProtocolError):
        await asked.get("/brands")
    assert (last(inspector, "bloom")["outcome"], last(inspector, "bloom")["ok"]) == ("connection cut", False)


async def test_pictures_are_left_out(inspector: Inspector, asked: httpx.AsyncClient, bloom: BloomStandIn) -> None:
    await asked.get(f"{bloom.site_url}/img/none")
    assert inspector.latest() == []


async def test_no_key_or_token_is_ever_shown(
    inspector: Inspector, app: Listener, client: AsyncWebClient, person: Person, asked: httpx.AsyncClient
) -> None:
    await person.command("general", "/bloom", "bloom_sk_sandbox and Bearer abc.def and xoxb-1-2-ab")
    metadata = {"event_type": "made", "event_payload": {"k": "bloom_sk_Zz-9_"}}
    await client.chat_postMessage(channel="general", text="xoxb-test, xapp-1-A-2-z", metadata=metadata)
    await asked.post("/images/generations", json={"prompt": f"draw {SANDBOX_API_KEY}", "shh": ["shh", {"k": "shh"}]})
    shown = json.dumps(inspector.latest(), ensure_ascii=False)
    for secret in ("bloom_sk_s", "bloom_sk_Z", "abc.def", "xoxb-t", "xoxb-1", "xapp-1", '"shh"]', ': "shh"'):
        assert secret not in shown
    assert "bloom_sk_…" in shown
    assert detail(last(inspector), "Slack sent")["trigger_id"]
    assert detail(last(inspector), "Slack sent")["response_url"].startswith("http")


async def test_signing_in_is_shown_without_codes_tokens_and_states(
    inspector: Inspector, bloom: BloomStandIn, client: AsyncWebClient, general: str
) -> None:
    async with httpx.AsyncClient(base_url=bloom.auth_url) as auth:
        client_id = await signing_in.register(auth)
        tokens = await signing_in.sign_in(auth, bloom, client_id)
        await signing_in.refresh(auth, client_id, tokens["refresh_token"])
    where = "http://127.0.0.1:3000/bloom/connect?state=who-knows-this-connects"
    await client.chat_postMessage(channel=general, text=f"{tokens['access_token']} {where}&x=1")
    titles = [(entry["kind"], entry["title"]) for entry in inspector.latest() if entry["kind"] != "call"]
    assert titles == [
        ("bloom", "POST /oauth2/register"),
        ("browser", "GET /oauth2/authorize"),
        ("browser", "POST /oauth2/authorize"),
        ("bloom", "POST /oauth2/token"),
        ("bloom", "POST /oauth2/token"),
    ]
    assert detail(last(inspector, "bloom"), "Body")["grant_type"] == "refresh_token"
    assert detail(last(inspector, "call"), "The bot sent")["text"] == (
        "… http://127.0.0.1:3000/bloom/connect?state=…&x=1"
    )
    shown = json.dumps(inspector.latest(), ensure_ascii=False)
    assert len(bloom.oauth.secrets) == 5
    assert not [secret for secret in bloom.secrets if secret in shown]


async def test_what_is_typed_where_a_key_is_asked_for_is_not_shown_even_if_it_looks_like_none(
    inspector: Inspector, app: Listener, client: AsyncWebClient, person: Person
) -> None:
    blocks = [input_block("key", {"type": "plain_text_input"}), input_block("note", {"type": "plain_text_input"})]
    await open_form(app, client, person, blocks=blocks)
    assert person.open_view
    await person.submit(person.open_view, {"key": "hunter2-mistyped", "note": "hello"})
    values = detail(last(inspector), "Slack sent")["view"]["state"]["values"]
    assert values["key"]["key"]["value"] == "… (16 characters)"
    assert values["note"]["note"]["value"] == "hello"
    assert "hunter2" not in json.dumps(inspector.latest())


def test_redaction_leaves_the_rest_as_it_is() -> None:
    value = {
        "n": 1,
        "f": 1.5,
        "none": None,
        "yes": True,
        "placeholder": "bloom_sk_…",
        "list": ("a", {"token": "plain"}),
    }
    assert redact(value) == {**value, "list": ["a", {"token": "plain"}]}
    assert redact({"data": b"xx"}) == {"data": "bytes"}
    assert redact("own-secret-key inside", {"own-secret-key"}) == "… inside"


async def test_large_json_is_cut_and_says_so(inspector: Inspector, asked: httpx.AsyncClient) -> None:
    await asked.post("/images/search", json={"query": "x" * 90_000})
    entry = last(inspector, "bloom")
    assert len(json.dumps(entry)) < LARGEST + 1000
    assert detail(entry, "Body").splitlines()[-1].startswith("… cut here: 90,")


def test_only_the_latest_are_kept(inspector: Inspector, bloom: BloomStandIn) -> None:
    for _ in range(KEPT + 3):
        bloom.requests.add(SEEN)
    numbers = [entry["number"] for entry in inspector.latest()]
    assert numbers == list(range(4, KEPT + 4))


@pytest.mark.parametrize(
    "text",
    ["[NaN]", '{"a": -Infinity}', "[1e999]", "[" * 10_000, "[" * 2_000 + "]" * 2_000],
    ids=lambda text: text[:9],
)
async def test_argument_that_no_browser_reads_as_json_stays_text(
    inspector: Inspector, client: AsyncWebClient, text: str
) -> None:
    with pytest.raises(SlackApiError):
        await client.api_call("no.such.method", data={"odd": text})
    assert detail(last(inspector, "call"), "The bot sent")["odd"].startswith(text[:5])
    json.dumps(inspector.latest(), allow_nan=False)


def test_what_is_nested_too_deeply_is_left_out(inspector: Inspector, bloom: BloomStandIn) -> None:
    deep: Any = float("nan")
    for _ in range(5_000):
        deep = [deep]
    bloom.requests.add(replace(SEEN, body={"deep": deep, "odd": float("inf")}))
    shown = detail(last(inspector, "bloom"), "Body")
    assert shown["odd"] == "inf"
    assert "…" in json.dumps(shown, ensure_ascii=False, allow_nan=False)


@pytest.mark.parametrize(
    "answer",
    [{"response_action": "errors"}, {"response_action": "errors", "errors": ["x"]}, {"response_action": ["update"]}],
)
async def test_answer_of_no_known_shape_is_a_problem_and_nothing_worse(
    inspector: Inspector, app: Listener, client: AsyncWebClient, person: Person, answer: Json
) -> None:
    await open_form(app, client, person)
    app.answer = answer
    assert person.open_view
    told = await person.submit(person.open_view, {"prompt": "x"})
    assert (told.error, told.errors) == ("dispatch_failed", {})
    assert detail(last(inspector), "Problems") == ["invalid_arguments", "not a response to a view submission"]


async def test_listener_that_fails_breaks_nothing_and_is_logged(
    app: Listener,
    client: AsyncWebClient,
    person: Person,
    slack: SlackStandIn,
    bloom: BloomStandIn,
    inspector: Inspector,
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("a listener's own fault")

    for register in (slack.on_exchange, slack.on_call, bloom.requests.on_request, slack.workspace.changes.on_change):
        register(fail)
    inspector.on_exchange(fail)
    with capture_logs() as logs:
        assert (await person.command("general", "/bloom")).ok
        assert (await client.auth_test())["ok"]
        bloom.requests.add(SEEN)
        await person.say("general", "hello")
    assert {entry["event"] for entry in logs} == {"a listener failed"}
    assert len(inspector.latest()) == 3


def test_inspector_hears_nothing_once_its_page_has_ended(slack: SlackStandIn, bloom: BloomStandIn) -> None:
    inspector = Inspector(slack, bloom)
    with inspector.listening():
        bloom.requests.add(SEEN)
    bloom.requests.add(SEEN)
    assert len(inspector.latest()) == 1


def test_whoever_asked_to_hear_can_end_that(inspector: Inspector, bloom: BloomStandIn) -> None:
    heard: list[Json] = []
    stop = inspector.on_exchange(heard.append)
    bloom.requests.add(SEEN)
    stop()
    bloom.requests.add(SEEN)
    assert len(heard) == 1
