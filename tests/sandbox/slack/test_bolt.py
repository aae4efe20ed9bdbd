"""A real Bolt app, over HTTP and over Socket Mode, cannot tell the stand-in from Slack."""

from bot.sandbox.slack import Person
from tests.sandbox.slack.conftest import Demo


async def test_command_opens_a_form_that_posts_when_submitted(demo: Demo, mia: Person) -> None:
    answer = await mia.command("general", "/bloom")
    assert answer.ok
    assert answer.status == 200
    assert answer.seconds < 1
    view = await mia.wait_for_view("create")
    answer = await mia.submit(view, {"prompt": "a red bicycle", "size": "Large"})
    assert answer.ok
    assert mia.open_view is None
    await demo.slack.wait_until(mia.direct_messages)
    assert [message.text for message in mia.direct_messages()] == ["made"]
    submission = demo.heard[-1]
    assert submission["type"] == "view_submission"
    assert submission["view"]["state"]["values"]["prompt"]["prompt"]["value"] == "a red bicycle"


async def test_errors_keep_the_form_open_beside_the_input(demo: Demo, mia: Person) -> None:
    await mia.command("general", "/bloom")
    view = await mia.wait_for_view()
    answer = await mia.submit(view, {"prompt": "bad"})
    assert answer.errors == {"prompt": "Not that."}
    assert view.errors == {"prompt": "Not that."}
    assert mia.open_view is view
    assert (await mia.submit(view, {"prompt": "good"})).ok
    assert mia.open_view is None


async def test_words_of_the_ack_are_shown_to_the_person_alone(demo: Demo, mia: Person) -> None:
    answer = await mia.command("general", "/bloom", "help")
    assert answer.ok
    assert [message.text for message in mia.ephemerals] == ["Type a prompt."]
    assert demo.slack.messages("general") == []


async def test_options_are_loaded_from_the_app_and_can_be_chosen(demo: Demo, mia: Person) -> None:
    await mia.command("general", "/bloom")
    view = await mia.wait_for_view()
    options = await mia.load_options(view, "brand", "shoes")
    assert [option["text"]["text"] for option in options] == ["Acme shoes"]
    await mia.fill(view, prompt="x", brand="Acme shoes")
    await mia.submit(view)
    assert demo.heard[-1]["view"]["state"]["values"]["brand"]["brand"]["selected_option"]["value"] == "acme"


async def test_a_choice_in_the_form_updates_it_and_keeps_what_was_typed(demo: Demo, mia: Person) -> None:
    await mia.command("general", "/bloom")
    view = await mia.wait_for_view()
    await mia.fill(view, prompt="a cat")
    assert (await mia.choose(view, "size", "Large")).ok
    await demo.slack.wait_until(lambda: view.title == "large")
    assert view.values["prompt"]["prompt"]["value"] == "a cat"
    assert view.values["size"]["size"]["selected_option"]["value"] == "large"


async def test_buttons_and_menus_of_a_message_reach_the_app(demo: Demo, mia: Person) -> None:
    await mia.command("general", "/bloom", "a red bicycle")
    message = (await demo.slack.wait_until(lambda: demo.slack.messages("general")))[0]
    await mia.choose(message, "ratio", "Wide")
    await mia.click(message, "Vary")
    await demo.slack.wait_until(lambda: message.text == "varied")
    chosen, clicked = demo.heard[-2:]
    assert chosen["actions"][0]["selected_option"]["value"] == "wide"
    assert clicked["actions"][0]["value"] == "7"
    assert clicked["state"]["values"]["next"]["ratio"]["selected_option"]["value"] == "wide"
    assert clicked["message"]["ts"] == message.ts


async def test_response_url_answers_in_the_channel(demo: Demo, mia: Person) -> None:
    await mia.command("secret-launch", "/bloom", "later")
    await demo.slack.wait_until(lambda: demo.slack.messages("secret-launch"))
    assert demo.slack.messages("secret-launch")[0].text == "done"


async def test_shortcuts_open_the_form(demo: Demo, mia: Person) -> None:
    assert (await mia.shortcut("from_anywhere")).ok
    await mia.close_view(await mia.wait_for_view())
    message = await mia.say("general", "a bicycle, please")
    assert (await mia.message_shortcut("from_message", message)).ok
    await mia.wait_for_view()
    assert demo.heard[-1]["message"]["text"] == "a bicycle, please"


async def test_home_is_published_when_opened(demo: Demo, mia: Person) -> None:
    assert (await mia.open_home()).ok
    home = await demo.slack.wait_until(lambda: mia.home)
    assert home.blocks[0]["text"]["text"] == "Brands"
    assert (await mia.open_home()).ok


async def test_a_mention_is_answered_in_its_thread(demo: Demo, mia: Person) -> None:
    message = await mia.say("general", "@bloom a cat & <dog>")
    await demo.slack.wait_until(lambda: len(demo.slack.thread("general", message.ts)) == 2)
    assert demo.heard[-1]["text"].endswith("a cat &amp; &lt;dog&gt;")
    assert demo.slack.messages("general")[1].thread_ts == message.ts


async def test_text_of_a_command_arrives_escaped(demo: Demo, mia: Person) -> None:
    await mia.command("general", "/bloom", "<!channel> & me")
    await demo.slack.wait_until(lambda: demo.slack.messages("general"))
    assert demo.heard[0]["text"] == "&lt;!channel&gt; &amp; me"
    assert demo.slack.messages("general")[0].pings == []
