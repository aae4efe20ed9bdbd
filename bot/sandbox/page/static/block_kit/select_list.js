/** The list beneath a select menu: options in groups, one of them active, and a line that says how the search goes. */

import { fill, h, icon, uniqueId } from "../widgets/dom.js";

/** @typedef {import("./select_sources.js").Choice} Choice */

export class Listbox {
  /** @param {{label: string, several: boolean, onChoose: (choice: Choice) => void}} options */
  constructor({ label, several, onChoose }) {
    this.onChoose = onChoose;
    this.list = h("div", {
      role: "listbox", id: uniqueId("list"), class: "options", "aria-label": label,
      "aria-multiselectable": several ? "true" : null,
    });
    this.note = h("div", { class: "picker-note", role: "status", hidden: true });
    const on = { pointerdown: keepFocus, mousedown: keepFocus };
    this.element = h("div", { class: "picker-menu", on }, this.list, this.note);
    /** @type {{node: HTMLElement, choice: Choice}[]} */
    this.options = [];
    this.active = -1;
  }

  /** Show these groups; the chosen ones carry a tick, and the first chosen one, or the first of all, is active. */
  show(groups, chosenKeys) {
    this.options = [];
    fill(this.list, groups.map((group) => this.#group(group, chosenKeys)));
    const chosen = this.options.findIndex(({ choice }) => chosenKeys.includes(choice.key));
    this.activate(chosen >= 0 ? chosen : 0);
  }

  say(words) {
    this.note.hidden = !words;
    this.note.textContent = words;
  }

  get activeId() {
    return this.options[this.active]?.node.id ?? null;
  }

  get activeChoice() {
    return this.options[this.active]?.choice ?? null;
  }

  activate(index) {
    this.active = this.options.length ? Math.max(0, Math.min(index, this.options.length - 1)) : -1;
    this.options.forEach(({ node }, number) => node.classList.toggle("active", number === this.active));
    this.options[this.active]?.node.scrollIntoView({ block: "nearest" });
  }

  #group({ heading, choices }, chosenKeys) {
    const options = choices.map((choice) => this.#option(choice, chosenKeys.includes(choice.key)));
    if (!heading) return options;
    const id = uniqueId("group");
    const words = h("div", { class: "group-heading", id }, heading);
    return h("div", { role: "group", "aria-labelledby": id }, words, options);
  }

  #option(choice, isChosen) {
    const [words, description] = [uniqueId("option"), uniqueId("option")];
    const node = h(
      "div",
      {
        role: "option", id: uniqueId("option"), class: "option", "aria-selected": String(isChosen),
        "aria-labelledby": words, "aria-describedby": choice.description ? description : null,
        on: { click: () => this.onChoose(choice) },
      },
      choice.mark?.cloneNode(true),
      h("span", { class: "option-words" },
        h("span", { id: words }, copies(choice.words)),
        choice.description && h("span", { class: "soft", id: description }, copies(choice.description))),
      isChosen && icon("check"),
    );
    const number = this.options.push({ node, choice }) - 1;
    node.addEventListener("pointermove", () => number !== this.active && this.activate(number));
    return node;
  }
}

/** A press on the list leaves the focus, and with it the caret, in the field. */
function keepFocus(event) {
  event.preventDefault();
}

/** The same words may stand in the list and in the field. */
export function copies(words) {
  return [words].flat().map((word) => word.cloneNode?.(true) ?? word);
}
