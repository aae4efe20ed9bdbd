/** The app's own page: its Home, its direct messages, and what it says about itself. */

import { redrawBlocks } from "./blocks.js";
import { Conversation } from "./conversation.js";
import { fill, h, uniqueId } from "./dom.js";
import { notify } from "./notice.js";
import { appBadge, avatar } from "./people.js";
import { directChannel } from "./places.js";
import { ABOUT, HOME, MESSAGES, go } from "./routes.js";
import { Surface } from "./surface.js";
import { act, workspace } from "./workspace.js";

const PATIENCE_MS = 3000;
const TABS = [
  { place: HOME, label: "Home", make: () => new Home() },
  { place: MESSAGES, label: "Messages", make: () => new Conversation(directChannel(), { hasHead: false }) },
  { place: ABOUT, label: "About", make: () => new About() },
];

/** The page with one of its tabs shown. */
export class AppPage {
  constructor(place) {
    const shown = TABS.find((tab) => tab.place === place) ?? TABS[0];
    this.title = `${workspace.app.name} ${shown.label}`;
    this.tab = shown.make();
    const panelId = uniqueId("app-panel");
    const tabs = TABS.map((tab) => tabButton(tab, tab === shown, panelId));
    const labelId = tabs[TABS.indexOf(shown)].id;
    const { name, bot_user_id: botId } = workspace.app;
    const props = { class: "app-tabs", role: "tablist", "aria-label": name, on: { keydown: moveByKey } };
    const title = h("h1", {}, avatar(botId), name, appBadge());
    const head = h("header", { class: "app-head" }, title, h("div", props, tabs));
    const panel = { class: "app-panel", role: "tabpanel", id: panelId, "aria-labelledby": labelId };
    this.element = h("div", { class: "app-page" }, head, h("div", panel, this.tab.element));
  }

  refresh() {
    this.tab.refresh();
  }

  focus() {
    this.element.querySelector("[aria-selected=true]").focus({ focusVisible: false });
  }

  stop() {
    this.tab.stop();
  }
}

function tabButton({ place, label }, isShown, panelId) {
  return h(
    "button",
    {
      type: "button",
      role: "tab",
      id: uniqueId("app-tab"),
      "aria-selected": String(isShown),
      "aria-controls": isShown ? panelId : null,
      tabindex: isShown ? "0" : "-1",
      dataset: { place },
      on: { click: () => go({ place }) },
    },
    label,
  );
}

function moveByKey(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const here = TABS.findIndex((tab) => tab.place === event.target.dataset.place);
  go({ place: TABS[(here + step + TABS.length) % TABS.length].place });
}

/** What the app published for this person; it is told that they look. */
class Home {
  constructor() {
    this.element = h("div", { class: "page home", tabindex: "0" });
    this.blocks = h("div", { class: "blocks" });
    this.isWaiting = true;
    this.timer = setTimeout(() => {
      this.isWaiting = false;
      this.refresh();
    }, PATIENCE_MS);
    this.#open();
    this.refresh();
  }

  async #open() {
    try {
      const answer = await act("home", { tab: "home" });
      if (!answer.ok) notify(`${workspace.app.name} did not answer as it should: ${answer.error}.`);
    } catch (problem) {
      notify(problem.message);
    }
  }

  refresh() {
    const { home, app } = workspace;
    if (!home) return this.#showNothing(app);
    if (this.surface?.where.view_id !== home.id) this.surface = new Surface("home", { view_id: home.id });
    this.surface.values.update(home.blocks, home.state);
    if (!this.blocks.isConnected) fill(this.element, this.blocks);
    redrawBlocks(this.blocks, home.blocks, this.surface);
  }

  #showNothing(app) {
    fill(this.element, this.isWaiting ? waiting() : unpublished(app));
    // There was a home before: this is another sandbox than the one that was looked at.
    if (this.surface) this.#open();
    this.surface = null;
  }

  stop() {
    clearTimeout(this.timer);
  }
}

function waiting() {
  return h("div", { class: "empty", role: "status" }, h("span", { class: "spinner" }), "Opening Home…");
}

function unpublished({ name }) {
  const title = h("h2", {}, "This app has not set up its Home yet");
  return h("div", { class: "empty" }, title, h("p", {}, `When ${name} publishes it, it appears here.`));
}

/** What the manifest says. */
class About {
  constructor() {
    const { description, commands, shortcuts } = workspace.app;
    const usage = commands.map((one) => row([h("code", {}, one.command), " ", hint(one.usage_hint)], one.description));
    const menu = shortcuts.map((one) => row(one.name, `${one.description} · ${WHERE[one.type]}`));
    this.element = h(
      "div",
      { class: "page about", tabindex: "0" },
      h("p", { class: "lead" }, description),
      usage.length > 0 && [h("h2", {}, "Commands"), h("dl", {}, usage)],
      menu.length > 0 && [h("h2", {}, "Shortcuts"), h("dl", {}, menu)],
    );
  }

  refresh() {}

  stop() {}
}

const WHERE = { global: "from the lightning button beside any message box", message: "from the menu of any message" };

function hint(words) {
  return h("span", { class: "soft" }, words);
}

function row(name, description) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, description));
}
