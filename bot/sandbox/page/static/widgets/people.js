/** How people and moments look: names, pictures made of initials, and times in the reader's own clock. */

import { h } from "./dom.js";
import { workspace } from "../state/workspace.js";

const SLACKBOT = "USLACKBOT";
const TONES = 3;

/** Whether this is the app's own bot. */
export function isApp(userId) {
  return userId === workspace.app?.bot_user_id;
}

/** Return the name that stands beside what someone wrote. */
export function nameOf(userId) {
  if (userId === SLACKBOT) return "Slackbot";
  if (isApp(userId)) return workspace.app.name;
  return workspace.people.get(userId)?.name ?? "Someone who left";
}

/** Return what a person may do here, in a word. */
export function roleOf(person) {
  return person.is_admin ? "manager" : "member";
}

/** Return the people of the workspace one can be: no bots, and nobody who left. */
export function humans() {
  return [...workspace.people.values()].filter((person) => !person.is_bot && !person.deleted);
}

/** Draw someone's picture; it says nothing to a screen reader, the name beside it does. */
export function avatar(userId, size = "") {
  const look = `portrait ${size}`.trim();
  if (isApp(userId)) return h("img", { class: look, src: "/static/icon.svg", alt: "" });
  const initial = nameOf(userId).slice(0, 1);
  return h("span", { class: look, "aria-hidden": "true", dataset: { tone: toneOf(userId) } }, initial);
}

function toneOf(userId) {
  const sum = [...userId].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return sum % TONES;
}

/** Return the mark that tells an app from a person. */
export function appBadge() {
  return h("span", { class: "app-badge" }, "APP");
}

/** @param {string} ts a message's time stamp, in seconds */
export function momentOf(ts) {
  return new Date(Number(ts) * 1000);
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** Return the time of day, "10:32". */
export function clockOf(ts) {
  return CLOCK.format(momentOf(ts));
}

/** Return the whole date and time of a message. */
export function fullDateOf(ts) {
  return FULL.format(momentOf(ts));
}

/** Return the day as people say it: "Today", "Yesterday", "Monday, 3 March". */
export function dayOf(ts) {
  const day = momentOf(ts).toDateString();
  const now = new Date();
  if (day === now.toDateString()) return "Today";
  now.setDate(now.getDate() - 1);
  return day === now.toDateString() ? "Yesterday" : DAY.format(momentOf(ts));
}

/** Draw a message's time: the clock, and the whole date for who points at it. */
export function timeOf(ts, className = "time", words = clockOf(ts)) {
  return h("time", { class: className, datetime: momentOf(ts).toISOString(), title: fullDateOf(ts) }, words);
}

/** Draw the time beside a message that has no head, where there is no room for AM and PM. */
export function gutterTime(ts) {
  return timeOf(ts, "gutter-time", clockOf(ts).replace(/\s*[AP]M$/i, ""));
}
