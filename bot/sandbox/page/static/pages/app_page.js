/** The app's own page: its Home, its direct messages, and what it says about itself. */

import { redrawBlocks } from "../block_kit/blocks.js";
import { Conversation } from "../conversation/conversation.js";
import { fill, h } from "../widgets/dom.js";
import { notify } from "../widgets/notice.js";
import { appBadge, avatar } from "../widgets/people.js";
import { directChannel } from "../state/channels.js";
import { ABOUT, HOME, MESSAGES, go } from "../state/routes.js";
import { Surface } from "../block_kit/surface.js";
import { Tabs } from "../widgets/tabs.js";
import { act, workspace } from "../state/workspace.js";

const PATIENCE_MS = 3000;
const TABS = [
  { name: HOME, label: "Home", make: () => new Home() },
  { name: MESSAGES, label: "Messages", make: () => new Conversation(directChannel(), { hasHead: false }) },
  { name: ABOUT, label: "About", make: () => new About() },
];

/** The page with one of its tabs shown. */
export class AppPage {
  constructor(place) {
    this.shown = TABS.find((tab) => tab.name === place) ?? TABS[0];
    this.title = `${workspace.app.name} ${this.shown.label}`;
    this.tab = this.shown.make();
    const { name, bot_user_id: botId } = workspace.app;
    this.tabs = new Tabs({ label: name, tabs: TABS, onChoose: (chosen) => go({ place: chosen }) });
    this.tabs.show(this.shown.name);
    const head = h("header", { class: "app-head" }, h("h1", {}, avatar(botId), name, appBadge()), this.tabs.element);
    const panel = this.tabs.panel(this.shown.name, "app-panel", this.tab.element);
    this.element = h("div", { class: "app-page" }, head, panel);
  }

  refresh() {
    this.tab.refresh();
  }

  focus() {
    this.tabs.focus(this.shown.name, { focusVisible: false });
  }

  stop() {
    this.tab.stop();
  }
}

/** What is typed into Home, kept while one looks elsewhere. */
let homeSurface = null;

function surfaceOf({ id }) {
  if (homeSurface?.where.view_id !== id) homeSurface = new Surface("home", { view_id: id });
  return homeSurface;
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
    this.surface = surfaceOf(home);
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
