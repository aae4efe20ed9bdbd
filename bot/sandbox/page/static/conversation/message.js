/** One message as it stands in a channel or a thread: who, when, what, its files, its thread, and what one can do. */

import { redrawBlocks } from "../block_kit/blocks.js";
import { isPicture, sizeWords } from "../block_kit/file_input.js";
import { openLightbox } from "../widgets/dialogs.js";
import { announce, fill, h, icon } from "../widgets/dom.js";
import { menuButton } from "../widgets/menu.js";
import { plainWords, renderMrkdwn } from "../text/mrkdwn.js";
import { attempt, notify } from "../widgets/notice.js";
import { appBadge, avatar, clockOf, dayOf, gutterTime, isApp, nameOf, timeOf } from "../widgets/people.js";
import { isReply, placeOf } from "../state/channels.js";
import { go, hrefOf } from "../state/routes.js";
import { Surface } from "../block_kit/surface.js";
import { safely } from "../widgets/unknown.js";
import { act, on, workspace } from "../state/workspace.js";

const FACES_SHOWN = 4;

/** @type {Map<string, Surface>} what this person typed into messages, in a channel and in its threads alike */
const surfaces = new Map();
let typist = null;

on("gone", (message) => surfaces.delete(surfaceKey(message)));
on("workspace", () => {
  if (typist !== workspace.me.id) surfaces.clear();
  typist = workspace.me.id;
});

function surfaceOf({ channel, ts }) {
  const key = surfaceKey({ channel, ts });
  if (!surfaces.has(key)) surfaces.set(key, new Surface("message", { channel, ts }));
  return surfaces.get(key);
}

function surfaceKey({ channel, ts }) {
  return `${channel}/${ts}`;
}

export class MessageCard {
  /** @param {any} message @param {{inThread: boolean}} where */
  constructor(message, { inThread }) {
    this.inThread = inThread;
    this.head = h("div", { class: "message-head" });
    this.marks = h("div", { class: "message-marks" });
    this.content = h("div", { class: "message-content" });
    this.files = h("div", { class: "message-files" });
    this.foot = h("div", { class: "message-foot" });
    const body = h("div", { class: "message-body" }, this.head, this.marks, this.content, this.files, this.foot);
    const gutter = h("div", { class: "message-gutter" }, avatar(message.user), gutterTime(message.ts));
    this.element = h("div", { class: "message", role: "article", tabindex: "-1", dataset: { ts: message.ts } });
    this.element.append(gutter, this.#toolbar(message), body);
    this.surface = surfaceOf(message);
    this.update(message);
  }

  /** Show the message as it is now; parts that have not changed are left alone. */
  update(message) {
    if (message === this.message) return;
    this.message = message;
    this.element.classList.toggle("ephemeral", message.ephemeral);
    this.element.setAttribute("aria-label", `${nameOf(message.user)} at ${clockOf(message.ts)}`);
    this.#once("head", [nameOf(message.user), isEditedForm(message)], () => fill(this.head, this.#headNodes()));
    this.#once("marks", [message.ephemeral, message.broadcast], () => fill(this.marks, this.#markNodes()));
    this.#once("content", [message.blocks, message.text, message.state, message.edited], () => this.#drawContent());
    this.#once("files", message.files, () => fill(this.files, message.files.map(fileNode)));
    this.#once("foot", this.#replies(), () => this.#drawFoot());
  }

  /** Whether it follows a message of the same person closely, and needs no head of its own. */
  continues(isContinued) {
    this.element.classList.toggle("continued", isContinued);
  }

  #once(part, state, draw) {
    const shown = JSON.stringify(state);
    this.drawn ??= {};
    if (this.drawn[part] === shown) return;
    this.drawn[part] = shown;
    draw();
  }

  #headNodes() {
    const { user, ts } = this.message;
    const edited = isEditedForm(this.message) && editedMark();
    return [h("strong", { class: "author" }, nameOf(user)), isApp(user) && appBadge(), timeOf(ts), edited];
  }

  #markNodes() {
    const { ephemeral, broadcast, channel, thread_ts: thread } = this.message;
    if (ephemeral) return [h("span", { class: "mark" }, "Only visible to you")];
    if (!broadcast) return [];
    if (this.inThread) return [h("span", { class: "mark" }, "Also sent to the channel")];
    const place = placeOf(workspace.channels.get(channel));
    return [h("span", { class: "mark" }, "Replied to ", h("a", { href: hrefOf({ place, thread }) }, "a thread"))];
  }

  /** One message that cannot be shown must not take the others with it. */
  #drawContent() {
    const content = safely("message", this.message, () => this.#contentNode());
    if (this.content.firstChild !== content) fill(this.content, content);
  }

  #contentNode() {
    const { blocks, text, state, edited } = this.message;
    if (blocks.length === 0) {
      return text && h("div", { class: "words" }, renderMrkdwn(text), edited && [" ", editedMark()]);
    }
    this.surface.values.update(blocks, state);
    this.blocks ??= h("div", { class: "blocks" });
    redrawBlocks(this.blocks, blocks, this.surface);
    return this.blocks;
  }

  #replies() {
    if (this.inThread || this.message.ephemeral) return [];
    return this.message.reply_ts;
  }

  #drawFoot() {
    const hadFocus = this.foot.contains(document.activeElement);
    const replies = this.#replies();
    fill(this.foot, replies.length > 0 && this.#replyBar(replies));
    if (hadFocus) this.foot.querySelector("button")?.focus();
  }

  #replyBar(replies) {
    const { channel, ts } = this.message;
    const shown = workspace.messages.get(channel);
    const authors = [...new Set(replies.map((reply) => shown.get(reply)?.user).filter(Boolean))];
    const last = replies.at(-1);
    const count = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
    const when = `Last reply ${dayOf(last).toLowerCase()} at ${clockOf(last)}`;
    return h(
      "button",
      { type: "button", class: "reply-bar", on: { click: () => openThread(channel, ts) } },
      h("span", { class: "faces" }, authors.slice(0, FACES_SHOWN).map((user) => avatar(user, "small"))),
      h("span", { class: "reply-count" }, count),
      h("span", { class: "reply-last" }, when),
    );
  }

  #toolbar(message) {
    const root = isReply(message) ? message.thread_ts : message.ts;
    const canReply = !message.ephemeral && !this.inThread;
    const reply = () => openThread(message.channel, root);
    const props = { type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread" };
    const items = () => [
      ...(canReply ? [{ label: "Reply in thread", onChoose: reply }] : []),
      ...(message.ephemeral ? [] : this.#shortcuts()),
      { label: "Copy text", onChoose: () => copy(this.message) },
    ];
    return h(
      "div",
      { class: "message-tools" },
      canReply && h("button", { ...props, on: { click: reply } }, icon("reply")),
      menuButton({ label: "More actions for this message", items }),
    );
  }

  #shortcuts() {
    const { name, shortcuts } = workspace.app;
    const { channel, ts } = this.message;
    return shortcuts.filter(({ type }) => type === "message").map((shortcut) => ({
      label: shortcut.name,
      description: shortcut.description ? `${shortcut.description} · ${name}` : name,
      onChoose: () => attempt(() => act("shortcut", { callback_id: shortcut.callback_id, channel, ts })),
    }));
  }
}

/** Words say at their end that they were edited; blocks have no such place, so the line above them says it. */
export function isEditedForm({ edited, blocks }) {
  return edited && blocks.length > 0;
}

function editedMark() {
  return h("span", { class: "edited" }, "(edited)");
}

function openThread(channelId, thread) {
  go({ place: placeOf(workspace.channels.get(channelId)), thread });
}

async function copy(message) {
  try {
    await navigator.clipboard.writeText(plainWords(message.text));
    announce("The text is copied.");
  } catch {
    notify("The browser does not let this page copy text.");
  }
}

/** A file under a message: an image that one can see and open large, anything else as a named link. */
function fileNode(file) {
  if (file.gone) return h("div", { class: "soft" }, "This file was deleted.");
  return isPicture(file) ? picture(file) : link(file);
}

function picture(file) {
  const title = file.title || file.name;
  const image = h("img", { src: file.url, alt: title });
  const open = () => openLightbox({ src: file.url, alt: title, title });
  const props = { type: "button", class: "picture-button", title: "Open large", on: { click: open } };
  return h("figure", { class: "file-picture" }, h("figcaption", {}, title), h("button", props, image));
}

function link(file) {
  const size = h("span", { class: "soft" }, sizeWords(file.size));
  const words = h("span", { class: "file-link-words" }, h("strong", {}, file.title || file.name), size);
  return h("a", { class: "file-link", href: file.url, download: file.name }, icon("attach"), words);
}
