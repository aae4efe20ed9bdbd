/** The list that helps while one types: commands after "/", people after "@", channels after "#". */

import { fill, h, icon, uniqueId } from "../widgets/dom.js";
import { appBadge, avatar, roleOf } from "../widgets/people.js";
import { namedChannels } from "../state/channels.js";
import { workspace } from "../state/workspace.js";

/** @typedef {{insert: string, label: string, detail?: string, mark?: any, description?: string, picture: any}} Item */

const BUILT_IN = [
  { command: "/invite", usage_hint: "@someone", description: "Bring someone, or the app, into this channel" },
  { command: "/remove", usage_hint: "@someone", description: "Take someone, or the app, out of this channel" },
];

const TRIGGERS = [
  { pattern: /^(\/[^\s]*)$/, list: commands },
  { pattern: /(?:^|[\s(])(@[\w.-]*)$/, list: people },
  { pattern: /(?:^|[\s(])(#[\w-]*)$/, list: channels },
];

export class Completion {
  /** @param {HTMLTextAreaElement} field @param {{inThread: boolean}} where */
  constructor(field, { inThread }) {
    Object.assign(this, { field, inThread });
    this.items = [];
    const props = { class: "completion", role: "listbox", id: uniqueId("completion"), "aria-label": "Suggestions" };
    this.element = h("div", { ...props, hidden: true });
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.element.id);
    field.addEventListener("input", () => this.#update());
    for (const name of ["keyup", "click"]) field.addEventListener(name, () => this.isOpen && this.#follow());
    field.addEventListener("blur", () => this.close());
    // A press on the list must not take the focus, and with it the caret, out of the box.
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
    this.element.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get isOpen() {
    return !this.element.hidden;
  }

  close() {
    this.items = [];
    this.element.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  /** What stands before the caret; with words selected there is nothing to complete. */
  get #typed() {
    const { value, selectionStart: caret, selectionEnd: end } = this.field;
    return caret === end ? value.slice(0, caret) : "";
  }

  /** The caret may have gone elsewhere: what is offered there replaces a list that was made for another place. */
  #follow() {
    if (this.typed !== this.#typed) this.#update();
  }

  #update() {
    this.typed = this.#typed;
    const { start, items } = suggestionsFor(this.typed, this);
    if (items.length === 0) return this.close();
    this.start = start;
    this.items = items;
    fill(this.element, items.map((item, index) => this.#option(item, index)));
    this.element.hidden = false;
    this.#choose(0);
  }

  #option({ label, detail, mark, description, picture }, index) {
    const hint = detail && h("span", { class: "soft" }, ` ${detail}`);
    const words = h("span", { class: "completion-words" }, h("strong", {}, label), mark && [" ", mark], hint);
    const more = description && h("span", { class: "completion-more soft" }, description);
    const props = { role: "option", class: "completion-option", id: uniqueId("suggestion") };
    const option = h("div", props, picture, words, more);
    option.addEventListener("click", () => this.#take(index));
    return option;
  }

  #choose(index) {
    this.chosen = (index + this.items.length) % this.items.length;
    const options = [...this.element.children];
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === this.chosen)));
    const option = options[this.chosen];
    option.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", option.id);
  }

  #take(index) {
    const { value } = this.field;
    const caret = this.typed.length;
    const { insert } = this.items[index];
    this.close();
    const end = value[caret] === " " ? caret + 1 : caret;
    this.field.setRangeText(`${insert} `, this.start, end, "end");
    this.field.dispatchEvent(new Event("input"));
  }

  /** Take a key that is meant for the list; false leaves it to the composer. */
  onKey(event) {
    if (this.isOpen) this.#follow();
    if (!this.isOpen || event.altKey || event.ctrlKey || event.metaKey) return false;
    const isTyped = this.items[this.chosen].insert === this.typed.slice(this.start);
    const keys = {
      ArrowDown: () => this.#choose(this.chosen + 1),
      ArrowUp: () => this.#choose(this.chosen - 1),
      Tab: () => this.#take(this.chosen),
      Escape: () => this.close(),
      // What is typed in full already is sent by the same key.
      ...(isTyped || event.shiftKey ? {} : { Enter: () => this.#take(this.chosen) }),
    };
    if (!(event.key in keys)) return false;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
    return true;
  }
}

/**
 * Return what could stand in place of the last word before the caret, and where that word starts.
 *
 * @returns {{start: number, items: Item[]}}
 */
function suggestionsFor(typed, { inThread }) {
  for (const { pattern, list } of TRIGGERS) {
    const word = pattern.exec(typed)?.[1];
    if (word === undefined || (inThread && list === commands)) continue;
    const isMeant = ({ insert }) => insert.toLowerCase().startsWith(word.toLowerCase());
    return { start: typed.length - word.length, items: list().filter(isMeant) };
  }
  return { start: typed.length, items: [] };
}

function commands() {
  const { app } = workspace;
  const its = app.commands.map((command) => suggestion(command, avatar(app.bot_user_id, "small"), appBadge()));
  return [...its, ...BUILT_IN.map((command) => suggestion(command, h("span", { class: "side-sign" }, "/")))];
}

function suggestion({ command, usage_hint: hint, description }, picture, mark = null) {
  return { insert: command, label: command, detail: hint, mark, description, picture };
}

function people() {
  const all = [...workspace.people.values()].filter((person) => !person.deleted);
  return all.map((person) => ({
    insert: `@${person.name}`,
    label: person.name,
    detail: person.is_bot ? "" : roleOf(person),
    mark: person.is_bot ? appBadge() : null,
    picture: avatar(person.id, "small"),
  }));
}

function channels() {
  return namedChannels().map(({ name, kind }) => ({
    insert: `#${name}`,
    label: name,
    picture: h("span", { class: "side-sign" }, kind === "private" ? icon("lock") : "#"),
  }));
}
