/** Where people write: a message, a slash command, files. What they typed is theirs until it has been sent. */

import { Attachments } from "./attachments.js";
import { Completion } from "./completion.js";
import { fill, h, icon } from "../widgets/dom.js";
import { draftOf, follow, giveBack, revise } from "../state/drafts.js";
import { menuButton } from "../widgets/menu.js";
import { attempt } from "../widgets/notice.js";
import { act, tell, workspace } from "../state/workspace.js";

export class Composer {
  /**
   * @param {{key: string, channelId: string, threadTs?: string | null, label: string, onSent: () => void}} options
   *   `key` names its draft
   */
  constructor({ key, channelId, threadTs = null, label, onSent }) {
    Object.assign(this, { key, channelId, threadTs, onSent });
    this.field = h("textarea", { rows: "1", "aria-label": label, placeholder: label, autocomplete: "off" });
    this.completion = new Completion(this.field, { inThread: threadTs !== null });
    this.attachments = new Attachments(key);
    this.#build();
    this.unfollow = follow(key, () => this.load());
    this.load();
  }

  #build() {
    this.problem = h("p", { class: "composer-problem", role: "alert", hidden: true });
    this.hint = h("div", { class: "composer-hint", role: "status", hidden: true });
    this.usage = h("p", { class: "usage", hidden: true });
    const props = { type: "submit", class: "send-button", "aria-label": "Send", title: "Send" };
    this.send = h("button", props, icon("send"));
    const bar = h("div", { class: "composer-bar" }, this.attachments.button, this.#shortcuts(), this.send);
    const box = h("div", { class: "composer-box" }, this.completion.element, this.field, this.attachments.element, bar);
    this.element = h("form", { class: "composer" }, this.hint, this.problem, this.usage, box);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    this.field.addEventListener("input", () => revise(this.key, { text: this.field.value, problem: "" }));
    this.attachments.listen(this.element);
  }

  #shortcuts() {
    const items = () => workspace.app.shortcuts.filter(({ type }) => type === "global").map((shortcut) => ({
      label: shortcut.name,
      description: [shortcut.description, workspace.app.name].filter(Boolean).join(" · "),
      onChoose: () => attempt(() => act("shortcut", { callback_id: shortcut.callback_id })),
    }));
    return menuButton({ label: "Shortcuts", icon: "bolt", items });
  }

  /** Show the draft as it is now. */
  load() {
    const { text, files, hint, problem } = draftOf(this.key);
    if (this.field.value !== text) this.field.value = text;
    this.field.rows = Math.min(8, text.split("\n").length);
    this.attachments.show(files);
    this.problem.hidden = !problem;
    this.problem.textContent = problem;
    this.#showHint(hint);
    this.#showUsage(text);
    this.send.disabled = !this.#canSend();
  }

  focus() {
    this.field.focus();
    this.field.setSelectionRange(this.field.value.length, this.field.value.length);
  }

  stop() {
    this.unfollow();
    this.completion.close();
  }

  #showHint(hint) {
    this.hint.hidden = !hint;
    if (this.hint.dataset.words === hint) return;
    this.hint.dataset.words = hint;
    const close = { type: "button", class: "icon-button", "aria-label": "Dismiss the hint" };
    const dismiss = h("button", { ...close, on: { click: () => revise(this.key, { hint: "" }) } }, icon("close"));
    fill(this.hint, hint && [h("p", {}, hint), dismiss]);
  }

  /** Say how the command that stands in the box is used. */
  #showUsage(text) {
    const [, name] = /^(\/\S+)(\s|$)/.exec(text) ?? [];
    const command = this.threadTs ? null : workspace.app.commands.find((known) => known.command === name);
    this.usage.hidden = !command;
    if (command) fill(this.usage, h("code", {}, command.command), ` ${command.usage_hint}`);
  }

  #canSend() {
    const { text, files } = draftOf(this.key);
    return !this.attachments.isBusy && (text.trim() !== "" || files.length > 0);
  }

  #onKey(event) {
    if (event.isComposing || this.completion.onKey(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.#submit();
  }

  async #submit() {
    if (!this.#canSend()) return;
    const { text, files } = draftOf(this.key);
    this.completion.close();
    revise(this.key, { text: "", files: [], hint: "", problem: "" });
    this.onSent();
    tell("written", { text, channel: this.channelId });
    try {
      await act("write", this.#body(text, files));
    } catch (problem) {
      giveBack(this.key, { text, files }, problem.message);
    }
  }

  #body(text, files) {
    const thread = this.threadTs ? { thread_ts: this.threadTs } : {};
    const shared = files.length > 0 ? { files: files.map((file) => file.id) } : {};
    return { channel: this.channelId, text, ...thread, ...shared };
  }
}
