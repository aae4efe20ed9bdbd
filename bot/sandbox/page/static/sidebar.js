/** The sidebar: whose eyes one looks through, and every place there is to go to. On narrow screens it is a drawer. */

import { fill, h, icon } from "./widgets/dom.js";
import { menuButton } from "./widgets/menu.js";
import { appBadge, avatar, humans, roleOf } from "./widgets/people.js";
import { channelAt, directChannel, isUnread, namedChannels } from "./state/channels.js";
import { ABOUT, HOME, MESSAGES, START, go, hrefOf, route } from "./state/routes.js";
import { on, workspace } from "./state/workspace.js";

/** Whether the window is so narrow that the sidebar is a drawer and a thread covers its channel. */
export const narrow = matchMedia("(max-width: 759px)");

let nav = null;
let head = null;
let places = null;
let drawnFor = "";

/** Prepare the sidebar; `refreshSidebar` fills it. */
export function startSidebar(element) {
  nav = element;
  head = h("div", { class: "side-head" });
  places = h("div", { class: "side-places" });
  fill(nav, head, places);
  nav.addEventListener("click", (event) => event.target.closest("a") && closeSidebar());
  nav.addEventListener("keydown", onKey);
  for (const id of ["main", "thread"]) document.getElementById(id).addEventListener("click", closeSidebar);
  on("views", closeSidebar);
  narrow.addEventListener("change", () => setDrawer(false));
  setDrawer(false);
}

/** Open the drawer, or close it. */
export function toggleSidebar() {
  const isOpening = nav.inert;
  setDrawer(isOpening);
  if (isOpening) nav.querySelector("a, button").focus();
}

function closeSidebar() {
  if (narrow.matches && !nav.inert) setDrawer(false);
}

function setDrawer(isOpen) {
  nav.classList.toggle("open", isOpen);
  nav.inert = narrow.matches && !isOpen;
  drawerButton()?.setAttribute("aria-expanded", String(isOpen));
}

function drawerButton() {
  return document.querySelector(".drawer-button");
}

function onKey(event) {
  if (event.key !== "Escape" || !narrow.matches || event.defaultPrevented) return;
  setDrawer(false);
  drawerButton().focus();
}

/** Show the places as they are now. Links stay the same elements, so that the focus stays where it was. */
export function refreshSidebar() {
  drawHead();
  const wanted = JSON.stringify([workspace.me.id, namedChannels().map((channel) => [channel.name, channel.kind])]);
  if (wanted !== drawnFor) {
    drawnFor = wanted;
    fill(places, sections());
  }
  for (const link of places.querySelectorAll("a")) markLink(link);
}

function drawHead() {
  const { me, team } = workspace;
  const words = `You are ${me.name} (${roleOf(me)})`;
  if (head.dataset.words === words) return;
  head.dataset.words = words;
  const others = () => humans().map((person) => ({
    label: `${person.name} (${roleOf(person)})`,
    description: person.id === workspace.me.id ? "This is you" : "See the workspace with their eyes",
    onChoose: () => go({ person: person.handle, place: route().place }),
  }));
  const who = h("span", { class: "who" }, avatar(me.id, "small"), words);
  const button = menuButton({ label: words, icon: "chevron", text: who, items: others, class: "person-switch" });
  button.title = "Switch to another person";
  fill(head, h("p", { class: "team-name" }, team.name), button);
}

function sections() {
  const channels = namedChannels().map((channel) => placeLink(channel.name, sign(channel), channel.name));
  const { app } = workspace;
  return [
    h("ul", {}, placeLink(START, h("span", { class: "side-sign", "aria-hidden": "true" }, "✦"), "Start here")),
    section("Channels", channels),
    section("Direct messages", directChannel() ? [placeLink(MESSAGES, portrait(), app.name)] : []),
    section("Apps", [placeLink(HOME, portrait(), app.name, appBadge())]),
  ];
}

function portrait() {
  return avatar(workspace.app.bot_user_id, "small");
}

function sign(channel) {
  if (channel.kind !== "private") return h("span", { class: "side-sign", "aria-hidden": "true" }, "#");
  return h("span", { class: "side-sign" }, icon("lock"), h("span", { class: "visually-hidden" }, "private "));
}

function section(title, links) {
  if (links.length === 0) return null;
  return [h("h2", { class: "side-title" }, title), h("ul", { "aria-label": title }, links)];
}

function placeLink(place, picture, name, badge = null) {
  const unread = h("span", { class: "unread-dot" }, h("span", { class: "visually-hidden" }, " (unread)"));
  const words = h("span", { class: "side-name" }, name);
  return h("li", {}, h("a", { href: hrefOf({ place }), dataset: { place } }, picture, words, badge, unread));
}

function markLink(link) {
  const { place } = link.dataset;
  const isCurrent = place === route().place || (place === HOME && route().place === ABOUT);
  if (isCurrent) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
  const channel = channelAt(place);
  const unread = Boolean(channel) && isUnread(channel.id);
  link.classList.toggle("unread", unread);
  link.querySelector(".unread-dot").hidden = !unread;
}
