/** The small things inside text, whichever syntax named them: people, channels, links, dates, emoji, line breaks. */

import { h } from "../widgets/dom.js";
import { splitEmoji } from "./emoji.js";
import { linkTo } from "./links.js";
import { hrefOf } from "../state/routes.js";
import { workspace } from "../state/workspace.js";

const DAY_MS = 86_400_000;

/** Return text as nodes: line breaks as such, and named emoji as characters. */
export function textNodes(text, { emoji = true } = {}) {
  return text.split("\n").flatMap((line, number) => [
    ...(number ? [h("br")] : []),
    ...(emoji ? splitEmoji(line).map(emojiOrText) : [line]),
  ]);
}

function emojiOrText(piece) {
  return typeof piece === "string" ? piece : emojiNode(piece.name, piece.character);
}

export function emojiNode(name, character) {
  return h("span", { class: "emoji", title: `:${name}:` }, character);
}

/** A link to the outside; an address that the page does not follow stays text. */
export function linkNode(url, children) {
  const link = linkTo(url);
  return link ? h("a", link, children) : h("span", { title: url }, children);
}

export function userNode(id, label = null) {
  const name = workspace.people.get(id)?.name ?? label ?? (id === workspace.app?.bot_user_id ? workspace.app.name : id);
  const isMe = id === workspace.me?.id;
  return h("span", { class: isMe ? "mention mention-me" : "mention" }, `@${name.replace(/^@/, "")}`);
}

export function channelNode(id, label = null) {
  const channel = workspace.channels.get(id);
  if (!channel) return h("span", { class: "mention" }, `#${(label ?? id).replace(/^#/, "")}`);
  return h("a", { class: "mention", href: hrefOf({ place: channel.name }) }, `#${channel.name}`);
}

export function groupNode(id, label = null) {
  const name = workspace.groups.get(id)?.handle ?? label ?? id;
  return h("span", { class: "mention" }, `@${name.replace(/^@/, "")}`);
}

export function broadcastNode(range) {
  return h("span", { class: "mention mention-me" }, `@${range}`);
}

const FORMATS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};
const ALIASES = { date_long_full: "date_long", day_divider_pretty: "date_long_pretty" };

/** A moment in the reader's own time zone, by Slack's date tokens; what cannot be read is the fallback. */
export function dateNode(timestamp, format, { url = null, fallback = null } = {}) {
  const moment = new Date(Number(timestamp) * 1000);
  if (Number.isNaN(moment.getTime())) return fallback ?? String(timestamp);
  const words = format.replace(/\{(\w+)\}/g, (token, name) => dateWords(moment, ALIASES[name] ?? name) ?? token);
  const time = h("time", { datetime: moment.toISOString(), title: moment.toLocaleString() }, words);
  return url ? linkNode(url, time) : time;
}

function dateWords(moment, name) {
  if (name === "ago") return ago(moment);
  const base = name.replace(/_pretty$/, "");
  const near = base === name ? null : nearDay(moment);
  const options = FORMATS[base];
  if (!options) return null;
  return near ?? (base === "date_num" ? isoDay(moment) : new Intl.DateTimeFormat("en", options).format(moment));
}

function isoDay(moment) {
  const two = (number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

function nearDay(moment) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((midnight(moment) - midnight(new Date())) / DAY_MS);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? null;
}

const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function ago(moment) {
  const seconds = Math.round((moment.getTime() - Date.now()) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(seconds / size), unit);
}
