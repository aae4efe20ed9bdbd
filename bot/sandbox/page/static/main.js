/** Starts the page: connects as the person of the address, and shows the place that it names. */

import { AppPage } from "./pages/app_page.js";
import { applyTheme, startBanner } from "./banner.js";
import { Conversation } from "./conversation/conversation.js";
import { fill, h } from "./widgets/dom.js";
import { startModals } from "./modals/stack.js";
import { channelAt } from "./state/channels.js";
import { FIRST_PERSON, START, hrefOf, route, settle } from "./state/routes.js";
import { refreshSidebar, startSidebar } from "./sidebar.js";
import { Start } from "./pages/start.js";
import { closeThread, refreshThread, showThread, startThread } from "./conversation/thread.js";
import { startTools } from "./tools/tools.js";
import { startTries } from "./pages/tries.js";
import { connect, on, workspace } from "./state/workspace.js";

const main = document.getElementById("main");

/** The person this page is connected as, or is about to be. */
let person = null;
/** The place that is shown: `refresh`, `focus`, `stop`, and its `element` and `title`. */
let shown = null;
let shownKey = "";

function start() {
  applyTheme();
  startSidebar(document.getElementById("sidebar"));
  startBanner(document.getElementById("banner"));
  startThread(document.getElementById("thread"));
  startTools(document.getElementById("tools"));
  startModals();
  startTries(refresh);
  for (const topic of ["message", "gone", "channels", "home"]) on(topic, refresh);
  on("workspace", show);
  on("connection", () => workspace.connected || doubtPerson());
  addEventListener("hashchange", show);
  document.addEventListener("visibilitychange", () => workspace.me && refresh());
  show();
}

/** Show what the address names; another person first has to be connected. */
function show() {
  const where = route();
  if (location.hash !== hrefOf(where)) settle(where);
  if (person !== where.person) {
    person = where.person;
    return connect(person);
  }
  if (workspace.me?.handle !== person) return;
  // A thread that covers the place would keep the focus from it, so it goes first.
  if (!where.thread) closeThread();
  showPlace(where.place);
  if (where.thread) showThread(channelAt(where.place), where.thread);
  document.title = `${shown.title} · ${workspace.me.name} · Sandbox`;
  refreshSidebar();
}

function showPlace(place) {
  const key = `${workspace.me.id}/${place}/${channelAt(place)?.id}`;
  if (key === shownKey) return shown.refresh();
  const isFirst = shown === null;
  shown?.stop();
  shownKey = key;
  shown = make(place);
  fill(main, shown.element);
  shown.list?.toBottom();
  if (!isFirst || document.activeElement === document.body) shown.focus();
}

function make(place) {
  if (place === START) return new Start();
  if (place.startsWith("app/")) return new AppPage(place);
  const channel = channelAt(place);
  return channel ? new Conversation(channel) : new Nowhere(place);
}

function refresh() {
  if (!shown || workspace.me.handle !== person) return;
  shown.refresh();
  refreshThread();
  refreshSidebar();
}

/** An address that leads nowhere, or where this person may not look. */
class Nowhere {
  constructor(place) {
    this.title = "Not here";
    const back = h("a", { href: hrefOf({ place: START }) }, "Start here");
    const words = h("p", {}, `${workspace.me.name} sees no “${place}” in this workspace. `, back, " instead.");
    this.element = h("div", { class: "page" }, h("div", { class: "empty" }, h("h1", {}, "Nothing here"), words));
  }

  refresh() {}

  focus() {
    main.focus();
  }

  stop() {}
}

/** The server knows no such person: the address was typed by hand. It is asked once, before anyone was seen. */
async function doubtPerson() {
  if (workspace.me?.handle === person || person === FIRST_PERSON) return;
  const answer = await fetch(`/live?as=${encodeURIComponent(person)}`).catch(() => null);
  if (answer?.status === 404) location.hash = hrefOf({ person: FIRST_PERSON, place: START });
}

start();
