/** Channels and direct messages as places: their names and addresses, who may write there, what waits to be read. */

import { nameOf } from "../widgets/people.js";
import { bookOf } from "./book.js";
import { MESSAGES } from "./routes.js";
import { messagesOf, workspace } from "./workspace.js";

/** The last message that each person has read, by channel: a switch to Sam shows what Sam missed. */
const read = bookOf("read");

/** Return the channels one reads by name, public and private, as they stand in the sidebar. */
export function namedChannels() {
  return [...workspace.channels.values()].filter((channel) => channel.kind !== "im");
}

/** Return the conversation of the person looking with the app. */
export function directChannel() {
  return [...workspace.channels.values()].find((channel) => channel.kind === "im") ?? null;
}

/** Return the channel at a place of the address, or null. */
export function channelAt(place) {
  if (place === MESSAGES) return directChannel();
  return namedChannels().find((channel) => channel.name === place) ?? null;
}

/** Return where a channel is in the address. */
export function placeOf(channel) {
  return channel.kind === "im" ? MESSAGES : channel.name;
}

/** Return a channel's name as people write it: "#general", or the name of whom they talk to. */
export function titleOf(channel) {
  return channel.kind === "im" ? workspace.app.name : `#${channel.name}`;
}

/** Return why nobody can write here, in a sentence; null when they can. */
export function closedBecause(channel) {
  if (channel.archived) return "This channel is archived: it can be read, but nobody can write here any more.";
  if (!channel.member) return `You are not in #${channel.name}, so you can read along but not write.`;
  if (channel.kind === "im" && !workspace.app.messages) return "This app takes no messages.";
  if (channel.kind === "im" && workspace.app.read_only) return "Sending messages to this app has been turned off.";
  return null;
}

/** Return who is in a channel, in words. */
export function membersText(channel) {
  const names = channel.members.map(nameOf);
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(names);
}

/** Whether a message is an answer within a thread. */
export function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

/** Return what stands in the channel itself: no replies, unless they were sent to the channel too. */
export function channelMessages(channelId) {
  return messagesOf(channelId).filter((message) => !isReply(message) || message.broadcast);
}

/** Return a thread: its first message and every reply. */
export function threadMessages(channelId, ts) {
  return messagesOf(channelId).filter((message) => message.ts === ts || message.thread_ts === ts);
}

/** Note that everything in a channel has been seen. */
export function markRead(channelId) {
  const latest = messagesOf(channelId).at(-1);
  if (latest && document.visibilityState !== "hidden") read.note(channelId, latest.ts);
}

/** Whether something in a channel waits to be read. */
export function isUnread(channelId) {
  const seen = Number(read.notes()[channelId] ?? 0);
  const messages = [...(workspace.messages.get(channelId)?.values() ?? [])];
  const isNews = (message) => message.user !== workspace.me.id && Number(message.ts) > seen && concerns(message);
  return messages.some(isNews);
}

/** What stands in the channel concerns everyone; a reply, who is named in its thread. */
function concerns(message) {
  if (!isReply(message) || message.broadcast || message.ephemeral) return true;
  const root = workspace.messages.get(message.channel)?.get(message.thread_ts);
  const named = `<@${workspace.me.id}>`;
  return root?.user === workspace.me.id || [root?.text, message.text].some((text) => text?.includes(named));
}
