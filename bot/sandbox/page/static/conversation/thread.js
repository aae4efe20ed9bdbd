/** The thread pane: one message and its replies, beside the channel, with a place to answer. */

import { Composer } from "./composer.js";
import { fill, h, icon } from "../widgets/dom.js";
import { draftKey } from "../state/drafts.js";
import { MessageList } from "./message_list.js";
import { closedBecause, threadMessages, titleOf } from "../state/channels.js";
import { narrow } from "../sidebar.js";
import { go } from "../state/routes.js";
import { workspace } from "../state/workspace.js";

let pane = null;
let shown = null;

/** Prepare the pane. */
export function startThread(aside) {
  pane = aside;
  pane.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) go({});
  });
  narrow.addEventListener("change", cover);
}

/** Show a thread of a channel; a thread that is shown already stays as it is. */
export function showThread(channel, ts) {
  if (!channel) return closeThread();
  const key = `${workspace.me.id}/${channel.id}/${ts}`;
  if (shown?.key === key) return shown.refresh();
  shown?.stop();
  shown = new Thread(key, channel, ts);
  fill(pane, shown.element);
  pane.hidden = false;
  cover();
  shown.list.toBottom();
  shown.focus();
}

/** Show what is there now. */
export function refreshThread() {
  shown?.refresh();
}

/** Close the pane; if the focus was there, it goes back to the message that the thread belongs to. */
export function closeThread() {
  const left = pane.contains(document.activeElement) ? shown.ts : null;
  shown?.stop();
  shown = null;
  pane.hidden = true;
  cover();
  fill(pane);
  if (left) returnTo(left);
}

/** In a narrow window the pane covers the channel, which is then out of reach. */
function cover() {
  document.getElementById("main").inert = narrow.matches && !pane.hidden;
}

function returnTo(ts) {
  const root = document.querySelector(`#main .message[data-ts="${CSS.escape(ts)}"]`);
  (root?.querySelector(".reply-bar") ?? root ?? document.getElementById("main")).focus();
}

class Thread {
  constructor(key, channel, ts) {
    this.key = key;
    this.ts = ts;
    this.channelId = channel.id;
    const props = { type: "button", class: "icon-button", "aria-label": "Close the thread" };
    const close = h("button", { ...props, on: { click: () => go({}) } }, icon("close"));
    const where = h("span", { class: "soft" }, titleOf(channel));
    const head = h("header", { class: "place-head" }, h("h2", {}, "Thread"), where, close);
    this.list = new MessageList({
      label: "Messages in this thread",
      messages: () => threadMessages(channel.id, ts),
      inThread: true,
      empty: () => h("p", { class: "empty" }, "This message is not there any more."),
    });
    this.foot = h("div", { class: "place-foot" });
    this.element = h("div", { class: "conversation" }, head, this.list.element, this.foot);
    this.refresh();
  }

  refresh() {
    const channel = workspace.channels.get(this.channelId);
    const isThere = workspace.messages.get(this.channelId)?.has(this.ts);
    const reason = channel && isThere ? closedBecause(channel) : "";
    if (reason !== this.reason) this.#drawFoot(reason);
    this.list.refresh();
  }

  focus() {
    (this.composer ?? this.list.log).focus();
  }

  stop() {
    this.list.stop();
    this.composer?.stop();
  }

  #drawFoot(reason) {
    this.reason = reason;
    this.composer?.stop();
    this.composer = reason === null ? this.#makeComposer() : null;
    fill(this.foot, this.composer?.element ?? (reason && h("p", { class: "closed" }, reason)));
  }

  #makeComposer() {
    return new Composer({
      key: draftKey(workspace.me.id, this.channelId, this.ts),
      channelId: this.channelId,
      threadTs: this.ts,
      label: "Reply…",
      onSent: () => this.list.toBottom(),
    });
  }
}
