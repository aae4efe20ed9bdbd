/** The list that helps while one types: commands after "/", people after "@", channels after "#". */

import { fill, h, uniqueId } from "./dom.js";
import { suggestionsFor } from "./suggestions.js";

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

  #update() {
    const { value, selectionStart: caret, selectionEnd: end } = this.field;
    const { start, items } = suggestionsFor(caret === end ? value.slice(0, caret) : "", this);
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
    const { value, selectionStart: caret } = this.field;
    const { insert } = this.items[index];
    this.close();
    const end = value[caret] === " " ? caret + 1 : caret;
    this.field.setRangeText(`${insert} `, this.start, end, "end");
    this.field.dispatchEvent(new Event("input"));
  }

  /** Take a key that is meant for the list; false leaves it to the composer. */
  onKey(event) {
    if (!this.isOpen || event.altKey || event.ctrlKey || event.metaKey) return false;
    const isTyped = this.items[this.chosen].insert === this.field.value.slice(this.start);
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
