/** Channels and direct messages as places one can go to: their names, their addresses, and who may write there. */

import { nameOf } from "./people.js";
import { MESSAGES } from "./routes.js";
import { messagesOf, workspace } from "./workspace.js";

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
