"""Opening, stacking, replacing and closing views."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bot.sandbox.slack.changes import Change, ChangeKind
from bot.sandbox.slack.errors import Json, PersonCannot, SlackRefusal
from bot.sandbox.slack.judge import Judge
from bot.sandbox.slack.triggers import Trigger, Triggers
from bot.sandbox.slack.views import View
from bot.sandbox.slack.workspace import Workspace

STACK: Final = 3


class Modals:
    """The views people have in front of them; the last one opened is the one they see."""

    def __init__(self, workspace: Workspace, triggers: Triggers, judge: Judge) -> None:
        self._workspace = workspace
        self._triggers = triggers
        self._judge = judge

    def stack(self, user_id: str) -> list[View]:
        """Return a person's open views, the visible one last."""
        return self._workspace.open_views.setdefault(user_id, [])

    def holds(self, view_id: object) -> bool:
        """Tell whether this is the id, Slack's or the app's own, of a view that somebody has before them."""
        known = ((view.id, view.definition.get("external_id")) for view in self._everything())
        return any(view_id in names for names in known if view_id)

    async def open(self, trigger_id: object, view: object) -> View:
        """Open a modal as a new root, above whatever is open.

        Within a modal Slack promises nothing of the kind: it answers ok, and its clients differ in what they show
        then, so that an app should push.
        """
        definition = await self._checked(view)
        return self._show(self._triggers.exchange(trigger_id), definition)

    async def push(self, trigger_id: object, view: object) -> View:
        """Put a modal on top of the one the person acted in."""
        definition = await self._checked(view)
        trigger = self._triggers.exchange(trigger_id)
        if trigger.view_id is None or self._is_home(trigger.view_id):
            raise SlackRefusal("invalid_arguments", ["invalid `trigger_id` [json-pointer:/trigger_id]"])
        return self._show(trigger, definition, on=self._find(trigger.view_id, ""))

    @contextmanager
    def submitting(self, view: View) -> Iterator[None]:
        """Forget what was wrong with a view while it is submitted; it cannot be submitted twice at once."""
        if view.under_way:
            raise PersonCannot("This form has been sent already; the app has not answered yet.")
        view.under_way = True
        if view.errors:
            self.reject(view, {})
        try:
            yield
        finally:
            view.under_way = False

    async def push_on(self, below: View, view: object) -> None:
        """Put a modal on top of another, as the answer to its submission."""
        definition = await self._checked(view)
        if not below.closed:
            self._show(Trigger(below.user_id, below.channel_id, below.id, issued=0.0), definition, on=below)

    async def put_in_place(self, target: View, view: object) -> None:
        """Replace what a modal shows, as the answer to its submission."""
        definition = await self._checked(view, target)
        if not target.closed:
            self._replace(target, definition)

    async def update(self, view: object, *, view_id: str, external_id: str, expected_hash: str | None) -> View:
        """Replace what an open view shows."""
        target = self._find(view_id, external_id)
        surface: Final = "home" if target.type == "home" else "modal"
        definition = await self._judge.view(view, surface)
        if expected_hash is not None and expected_hash != target.hash:  # looking at pictures takes a while
            raise SlackRefusal("hash_conflict")
        self._refuse_known_external_id(definition, target)
        return self._replace(target, definition)

    async def publish(self, user_id: str, view: object, *, expected_hash: str | None) -> View:
        """Show a person their home tab."""
        definition = await self._judge.view(view, "home")
        home = self._workspace.homes.get(user_id)
        self._refuse_known_external_id(definition, home)
        if expected_hash is not None and (home is None or expected_hash != home.hash):
            raise SlackRefusal("hash_conflict")
        if home is None:
            home = View(self._workspace.new_id("V"), user_id, definition, self._workspace.new_hash())
            self._workspace.homes[user_id] = home
        else:
            home.replace(definition, self._workspace.new_hash())
        self._tell("home.published", home)
        return home

    def close(self, view: View) -> None:
        """Take a view away; the one below it shows again."""
        self.stack(view.user_id).remove(view)
        view.closed = True
        self._tell("view.closed", view)

    def clear(self, view: View) -> list[View]:
        """Take away the whole stack that a view stands in, and return it."""
        together = [one for one in self.stack(view.user_id) if one.root_id == view.root_id]
        for one in reversed(together):
            self.close(one)
        return together

    def reject(self, view: View, errors: dict[str, str]) -> None:
        """Show a person what is wrong with what they submitted."""
        view.errors = errors
        self._tell("view.changed", view)

    async def _checked(self, view: object, target: View | None = None) -> Json:
        definition = await self._judge.view(view, "modal")
        self._refuse_known_external_id(definition, target)
        return definition

    def _show(self, trigger: Trigger, definition: Json, on: View | None = None) -> View:
        stack = self.stack(trigger.user_id)
        if on is not None and sum(view.root_id == on.root_id for view in stack) >= STACK:
            raise SlackRefusal("push_limit_reached")
        view = View(
            self._workspace.new_id("V"),
            trigger.user_id,
            definition,
            self._workspace.new_hash(),
            root_id=on.root_id if on else "",
            previous_id=on.id if on else None,
            channel_id=trigger.channel_id,
        )
        stack.append(view)
        self._tell("view.opened", view)
        return view

    def _replace(self, target: View, definition: Json) -> View:
        if target.closed:
            raise SlackRefusal("not_found")
        target.replace(definition, self._workspace.new_hash())
        self._tell("view.changed", target)
        return target

    def _find(self, view_id: str, external_id: str) -> View:
        for view in self._everything():
            if view.id == view_id or (external_id and view.definition.get("external_id") == external_id):
                return view
        raise SlackRefusal("not_found")

    def _refuse_known_external_id(self, definition: Json, target: View | None) -> None:
        wanted = definition.get("external_id")
        for view in self._everything():
            if wanted and view is not target and view.definition.get("external_id") == wanted:
                raise SlackRefusal("duplicate_external_id")

    def _is_home(self, view_id: str) -> bool:
        return any(home.id == view_id for home in self._workspace.homes.values())

    def _everything(self) -> list[View]:
        stacked = [view for stack in self._workspace.open_views.values() for view in stack]
        return stacked + list(self._workspace.homes.values())

    def _tell(self, kind: ChangeKind, view: View) -> None:
        self._workspace.changes.tell(Change(kind, user_id=view.user_id, view_id=view.id))
