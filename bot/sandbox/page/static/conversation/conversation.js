/** A channel or the direct conversation with the app: who is in it, what was said, and where one writes. */

import { Composer } from "./composer.js";
import { fill, h, icon } from "../widgets/dom.js";
import { MessageList } from "./message_list.js";
import { avatar } from "../widgets/people.js";
import { channelMessages, closedBecause, markRead, membersText, titleOf } from "../state/channels.js";
import { draftKey } from "../state/drafts.js";
import { workspace } from "../state/workspace.js";

const FACES_SHOWN = 5;

/** What was said in a channel and the place to write: with or without a head above it. */
export class Conversation {
  /** @param {any} channel @param {{hasHead?: boolean}} [options] */
  constructor(channel, { hasHead = true } = {}) {
    this.id = channel.id;
    this.title = titleOf(channel);
    this.head = hasHead ? h("header", { class: "place-head" }) : null;
    this.invitation = h("p", { class: "place-note", hidden: true });
    this.list = new MessageList({
      label: `Messages in ${this.title}`,
      messages: () => channelMessages(this.id),
      empty: () => emptiness(this.channel),
    });
    this.foot = h("div", { class: "place-foot" });
    this.element = h("div", { class: "conversation" }, this.head, this.invitation, this.list.element, this.foot);
    this.refresh();
  }

  get channel() {
    return workspace.channels.get(this.id);
  }

  /** Show what is there now. */
  refresh() {
    if (!this.channel) return;
    if (this.head) this.#drawHead();
    this.#drawInvitation();
    this.#drawFoot();
    this.list.refresh();
    markRead(this.id);
  }

  focus() {
    (this.composer ?? this.list.log).focus();
  }

  stop() {
    this.list.stop();
    this.composer?.stop();
  }

  #drawHead() {
    const { members, kind } = this.channel;
    const state = JSON.stringify(members);
    if (this.headDrawn === state) return;
    this.headDrawn = state;
    const name = kind === "private" ? [icon("lock"), this.title.slice(1)] : this.title;
    const faces = h("span", { class: "faces", "aria-hidden": "true" });
    faces.append(...members.slice(0, FACES_SHOWN).map((id) => avatar(id, "small")));
    const words = h("span", { class: "members-words" }, membersText(this.channel));
    fill(this.head, h("h1", {}, name), h("p", { class: "members" }, faces, words));
  }

  #drawInvitation() {
    const { kind, has_app: hasApp, member } = this.channel;
    this.invitation.hidden = hasApp || !member || kind === "im";
    if (this.invitation.hidden || this.invitation.hasChildNodes()) return;
    const { name } = workspace.app;
    const command = h("code", {}, `/invite @${name}`);
    fill(this.invitation, `${name} is not in this channel. `, command, " brings it in.");
  }

  #drawFoot() {
    const reason = closedBecause(this.channel);
    if (this.reason === reason) return;
    this.reason = reason;
    this.composer?.stop();
    this.composer = reason ? null : this.#makeComposer();
    fill(this.foot, reason ? h("p", { class: "closed" }, reason) : this.composer.element);
  }

  #makeComposer() {
    return new Composer({
      key: draftKey(workspace.me.id, this.id),
      channelId: this.id,
      label: `Message ${this.title}`,
      onSent: () => this.list.toBottom(),
    });
  }
}

function emptiness({ kind, member, name }) {
  if (!member) return h("p", { class: "empty" }, "Join the channel to read what is said here.");
  if (kind === "im") return h("p", { class: "empty" }, `This is where ${workspace.app.name} writes to you alone.`);
  return h("p", { class: "empty" }, `This is the very beginning of #${name}. Type /bloom to make an image.`);
}
