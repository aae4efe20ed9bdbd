/** What each person has not read yet; kept for this tab, so that a switch to Sam shows what Sam missed. */

import { channelMessages, isReply } from "./places.js";
import { messagesOf, workspace } from "./workspace.js";

const KEY = "sandbox.read";

function book() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
}

/** Note that everything in a channel has been seen. */
export function markRead(channelId) {
  const latest = messagesOf(channelId).at(-1);
  if (!latest || document.visibilityState === "hidden") return;
  const all = book();
  (all[workspace.me.id] ??= {})[channelId] = latest.ts;
  sessionStorage.setItem(KEY, JSON.stringify(all));
}

/** Whether something in a channel waits to be read. */
export function isUnread(channelId) {
  const read = Number(book()[workspace.me.id]?.[channelId] ?? 0);
  const fresh = messagesOf(channelId).filter((message) => Number(message.ts) > read && concerns(message));
  return fresh.some((message) => message.user !== workspace.me.id);
}

/** What stands in the channel concerns everyone; a reply, who is named in its thread. */
function concerns(message) {
  if (!isReply(message) || message.broadcast || message.ephemeral) return true;
  const root = channelMessages(message.channel).find((other) => other.ts === message.thread_ts);
  const named = `<@${workspace.me.id}>`;
  return root?.user === workspace.me.id || [root?.text, message.text].some((text) => text?.includes(named));
}
