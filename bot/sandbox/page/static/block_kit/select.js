/** Select menus of every kind, single and multiple: a field one searches in, and a list that floats beneath it. */

import { framed, hold, tellApp } from "./acting.js";
import { agreed } from "./confirm.js";
import { announce, fill, h, icon } from "../widgets/dom.js";
import { chip, fieldProps, removeButton } from "./inputs.js";
import { Listbox, copies } from "./select_list.js";
import { Popup } from "../widgets/popup.js";
import { sourceOf } from "./select_sources.js";
import { Problem } from "../state/workspace.js";

const SEARCH_MS = 150;

/** Draw a select menu. */
export function picker(scope) {
  const one = new Picker(scope);
  return framed(scope, one.box);
}

class Picker {
  constructor(scope) {
    this.scope = scope;
    this.source = sourceOf(scope);
    this.several = scope.element.type.startsWith("multi_");
    this.asked = 0;
    this.#build();
    this.#listen();
    this.showChosen();
  }

  #build() {
    const { placeholder } = this.source;
    const onChoose = (choice) => this.choose(choice);
    this.listbox = new Listbox({ label: placeholder, several: this.several, onChoose });
    this.field = h("input", {
      ...fieldProps(this.scope), class: "picker-field", type: "text", role: "combobox", autocomplete: "off",
      spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false", "aria-haspopup": "listbox",
      "aria-controls": this.listbox.list.id, "aria-label": this.scope.ids ? null : placeholder,
    });
    this.chips = h("span", { class: "picked-row" });
    this.clear = removeButton("Clear the choice", () => this.put(null));
    const kind = this.scope.block.type === "input" ? "" : " compact";
    const inside = h("span", { class: "picker-inside" }, this.chips, this.field);
    this.box = h("div", { class: `picker${kind}` }, inside, this.clear, icon("chevron"));
    this.popup = new Popup(this.box, this.listbox.element, { wide: true, onClose: () => this.#closed() });
  }

  #listen() {
    this.box.addEventListener("mousedown", (event) => {
      if (event.target.closest("button")) event.preventDefault();
    });
    this.box.addEventListener("click", (event) => {
      if (event.target.closest("button")) return;
      this.field.focus();
      this.open();
    });
    this.field.addEventListener("input", () => {
      this.open(this.field.value);
      this.search(this.field.value, SEARCH_MS);
    });
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    this.field.addEventListener("blur", () => this.popup.close());
  }

  get chosen() {
    const held = this.scope.surface.values.get(this.scope.place);
    return [held ?? []].flat().map((value) => this.source.choiceOf(value));
  }

  /** Let the field show what is chosen. */
  showChosen() {
    const chosen = this.chosen;
    const { placeholder } = this.source;
    this.field.value = this.several ? "" : (chosen[0]?.label ?? "");
    this.field.placeholder = this.several && chosen.length ? "" : placeholder;
    fill(this.chips, this.several ? chosen.map((choice) => this.#chip(choice)) : chosen[0]?.mark);
    this.chips.hidden = !this.chips.childNodes.length;
    const { block } = this.scope;
    this.clear.hidden = this.several || !chosen.length || block.type !== "input" || !block.optional;
  }

  #chip(choice) {
    const remove = () => {
      this.remove(choice.key);
      this.field.focus();
    };
    return chip(choice.label, remove, choice.mark?.cloneNode(true), h("span", {}, copies(choice.words)));
  }

  /** Open the list; with words that were typed already, somebody is about to search for these. */
  open(typed = null) {
    if (this.popup.isOpen) return;
    this.listbox.say("");
    this.listbox.show([], []);
    this.popup.open();
    this.field.setAttribute("aria-expanded", "true");
    if (typed !== null) return;
    if (!this.several) this.field.select();
    this.search("", 0);
  }

  #closed() {
    this.asked += 1;
    this.field.removeAttribute("aria-busy");
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    this.showChosen();
    if (document.activeElement === this.field) this.field.select();
  }

  /** Offer what fits these words; only the latest question's answer counts. */
  async search(query, delay) {
    const number = (this.asked += 1);
    const { source } = this;
    if (!source.asks) return this.offer(source.offer(query));
    if (query.trim().length < source.shortest) return this.offer([], letters(source.shortest));
    this.offer([], "Searching …");
    this.field.setAttribute("aria-busy", "true");
    if (delay) await new Promise((resolve) => { setTimeout(resolve, delay); });
    const answer = number === this.asked ? await this.#ask(query) : null;
    if (number === this.asked) this.offer(answer.groups, answer.words);
  }

  async #ask(query) {
    try {
      return { groups: await this.source.offer(query), words: "" };
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      return { groups: [], words: problem.message };
    }
  }

  offer(groups, words = "") {
    this.field.removeAttribute("aria-busy");
    this.listbox.show(groups, this.chosen.map(({ key }) => key));
    this.listbox.say(words || (groups.length ? "" : "No matches"));
    this.#follow();
    this.popup.place();
  }

  #follow() {
    const id = this.listbox.activeId;
    if (id) this.field.setAttribute("aria-activedescendant", id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  async choose(choice) {
    if (!this.several) {
      this.popup.close();
      return this.put(choice.value);
    }
    const keys = this.chosen.map(({ key }) => key);
    if (keys.includes(choice.key)) return this.remove(choice.key);
    const most = this.scope.element.max_selected_items;
    if (most && keys.length >= most) return this.#full(most);
    return this.put([...this.chosen.map(({ value }) => value), choice.value]);
  }

  #full(most) {
    const words = `You can choose at most ${most}.`;
    this.listbox.say(words);
    announce(words);
  }

  remove(key) {
    return this.put(this.chosen.filter((one) => one.key !== key).map(({ value }) => value));
  }

  /** Hold another choice, and tell the app if it wants to know. */
  async put(value) {
    const { scope } = this;
    if (!(await agreed(scope))) return this.showChosen();
    hold(scope, value, this.field);
    this.showChosen();
    if (this.popup.isOpen) this.search("", 0);
    if (scope.dispatches) tellApp(scope, { latest: true, confirmed: Boolean(scope.element.confirm) });
  }

  #onKey(event) {
    const { listbox } = this;
    const moves = { ArrowDown: listbox.active + 1, ArrowUp: listbox.active - 1, Home: 0, End: Infinity };
    if (event.key in moves && (this.popup.isOpen || event.key.startsWith("Arrow"))) {
      event.preventDefault();
      if (this.popup.isOpen) listbox.activate(moves[event.key]);
      else this.open();
      this.#follow();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#enter();
    } else if (event.key === "Escape" && this.popup.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.popup.close();
    } else if (event.key === "Backspace" && this.several && !this.field.value && this.chosen.length) {
      this.remove(this.chosen.at(-1).key);
    }
  }

  #enter() {
    const choice = this.listbox.activeChoice;
    if (!this.popup.isOpen) this.open();
    else if (choice) this.choose(choice);
  }
}

function letters(number) {
  return `Type at least ${number} ${number === 1 ? "letter" : "letters"}.`;
}
