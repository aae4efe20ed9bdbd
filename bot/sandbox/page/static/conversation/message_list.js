/** The messages of a channel or a thread, live: redrawn where they changed, and kept at the bottom if one was there. */

import { h } from "../widgets/dom.js";
import { MessageCard, isEditedForm } from "./message.js";
import { dayOf, momentOf } from "../widgets/people.js";
import { workspace } from "../state/workspace.js";

const CLOSE_SECONDS = 300;
const NEAR_PX = 60;

export class MessageList {
  /** @param {{label: string, messages: () => any[], inThread?: boolean, empty?: () => any}} options */
  constructor({ label, messages, inThread = false, empty = () => null }) {
    Object.assign(this, { messages, inThread, empty });
    /** @type {Map<string, MessageCard>} */
    this.cards = new Map();
    /** @type {Map<string, HTMLElement>} */
    this.days = new Map();
    this.atBottom = true;
    this.top = 0;
    this.items = h("div", { class: "message-items" });
    this.log = h("div", { class: "message-log", role: "log", "aria-label": label, tabindex: "0" }, this.items);
    this.more = h("button", { type: "button", class: "new-messages", hidden: true }, "New messages ↓");
    this.element = h("div", { class: "message-list" }, this.log, this.more);
    this.#listen();
  }

  #listen() {
    this.log.addEventListener("scroll", () => {
      if (this.#isNear()) this.#arrived();
      // Pictures that have grown meanwhile move nobody away: only who scrolls up leaves the bottom.
      else if (this.log.scrollTop < this.top - 1) this.atBottom = false;
    });
    this.log.addEventListener("keydown", (event) => this.#move(event));
    this.more.addEventListener("click", () => {
      this.toBottom();
      this.log.focus();
    });
    // Pictures arrive after their messages and push the last one out of sight.
    this.watching = new ResizeObserver(() => this.#isHeld() && this.toBottom());
    this.watching.observe(this.items);
    this.watching.observe(this.log);
  }

  toBottom() {
    this.log.scrollTop = this.log.scrollHeight;
    this.#arrived();
  }

  #arrived() {
    this.atBottom = true;
    this.more.hidden = true;
    this.top = this.log.scrollTop;
  }

  #isNear() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_PX;
  }

  /** Whether the reader is at the bottom; one who has just scrolled up is not, though the event is still to come. */
  #isHeld() {
    return this.atBottom && (this.log.scrollTop >= this.top - 1 || this.#isNear());
  }

  /** Show the messages as they are now. */
  refresh() {
    const messages = this.messages();
    const latest = messages.at(-1);
    const isNew = latest && this.latest !== undefined && Number(latest.ts) > Number(this.latest);
    this.latest = latest?.ts ?? "0";
    const isHeld = this.#isHeld();
    this.#place(this.#nodes(messages));
    if (isHeld || (isNew && latest.user === workspace.me.id)) this.toBottom();
    else if (isNew) this.more.hidden = false;
  }

  #nodes(messages) {
    const nodes = messages.length === 0 ? [this.empty()].filter(Boolean) : [];
    let before = null;
    for (const message of messages) {
      const day = momentOf(message.ts).toDateString();
      const isSameDay = before && momentOf(before.ts).toDateString() === day;
      if (!isSameDay) nodes.push(this.#divider(day, message.ts));
      const card = this.#card(message);
      card.continues(Boolean(isSameDay && isFollowing(before, message)));
      nodes.push(card.element);
      before = message;
    }
    return nodes;
  }

  #card(message) {
    const known = this.cards.get(message.ts);
    if (known) known.update(message);
    else this.cards.set(message.ts, new MessageCard(message, { inThread: this.inThread }));
    return this.cards.get(message.ts);
  }

  #divider(day, ts) {
    if (!this.days.has(day)) this.days.set(day, h("div", { class: "day", role: "separator" }, h("span")));
    const divider = this.days.get(day);
    const words = dayOf(ts);
    if (divider.textContent !== words) divider.firstChild.textContent = words;
    divider.setAttribute("aria-label", words);
    return divider;
  }

  /** Put these nodes in order, moving none that stands right: a moved element loses its focus. */
  #place(nodes) {
    const wanted = new Set(nodes);
    for (const node of [...this.items.children]) if (!wanted.has(node)) this.#drop(node);
    nodes.forEach((node, index) => {
      const there = this.items.children[index];
      if (there !== node) this.items.insertBefore(node, there ?? null);
    });
  }

  #drop(node) {
    this.cards.delete(node.dataset.ts);
    node.remove();
  }

  /** From message to message by the arrow keys. */
  #move(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || (event.target !== this.log && !event.target.matches(".message"))) return;
    const all = [...this.items.querySelectorAll(".message")];
    const here = all.indexOf(event.target);
    const next = here < 0 ? all.at(-1) : all[here + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  stop() {
    this.watching.disconnect();
  }
}

/** Whether a message follows another of the same person closely, with nothing that sets it apart. */
function isFollowing(before, message) {
  const isAlike = before.user === message.user && before.ephemeral === message.ephemeral;
  const isApart = message.broadcast || isEditedForm(message);
  return isAlike && !isApart && Number(message.ts) - Number(before.ts) < CLOSE_SECONDS;
}
