/** Where links lead: Slack's own addresses of messages to their place in this page, all others outside. */

import { outside } from "../widgets/dom.js";
import { isReply, placeOf } from "../state/channels.js";
import { hrefOf } from "../state/routes.js";
import { workspace } from "../state/workspace.js";

const ARCHIVED = /^archives\/(\w+)\/p(\d+)(\d{6})$/;

/** Return the attributes of a link; null for an address that the page does not follow. */
export function linkTo(url) {
  const inside = placeIn(url);
  return inside ? { href: hrefOf(inside) } : outside(url);
}

/** Go where a link leads that is none for the browser, as after a question. */
export function follow(url) {
  const inside = placeIn(url);
  if (inside) location.hash = hrefOf(inside);
  else if (outside(url)) window.open(url, "_blank", "noopener,noreferrer");
}

/** Return the place and thread of a message's permalink; null for other addresses, and for what one cannot see. */
export function placeIn(url) {
  const root = workspace.team?.url;
  if (!root || typeof url !== "string" || !url.startsWith(root)) return null;
  const [path, query = ""] = url.slice(root.length).split("?");
  const [, id, seconds, rest] = ARCHIVED.exec(path) ?? [];
  const channel = workspace.channels.get(id);
  if (!channel) return null;
  const ts = `${seconds}.${rest}`;
  const message = workspace.messages.get(id)?.get(ts);
  const thread = message && isReply(message) ? message.thread_ts : new URLSearchParams(query).get("thread_ts");
  return { place: placeOf(channel), thread: thread ?? ts };
}
