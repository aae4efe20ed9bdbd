/** A row of tabs: the arrows, Home and End go from one to another and show it. */

import { h, uniqueId } from "./dom.js";

export class Tabs {
  /**
   * @param {{label: string, tabs: {name: string, label: string}[], onChoose: (name: string) => void}} options
   */
  constructor({ label, tabs, onChoose }) {
    this.onChoose = onChoose;
    this.names = tabs.map(({ name }) => name);
    this.buttons = new Map(tabs.map((tab) => [tab.name, this.#button(tab)]));
    const props = { role: "tablist", class: "tabs", "aria-label": label };
    this.element = h("div", props, [...this.buttons.values()]);
    this.element.addEventListener("keydown", (event) => this.#move(event));
    this.show(null);
  }

  /** Return an element that shows what a tab stands for. */
  panel(name, look, ...children) {
    const button = this.buttons.get(name);
    const id = uniqueId("panel");
    button.setAttribute("aria-controls", id);
    return h("div", { role: "tabpanel", id, class: look, "aria-labelledby": button.id }, children);
  }

  /** Mark the tab that is shown, if any. */
  show(name) {
    for (const [own, button] of this.buttons) {
      button.setAttribute("aria-selected", String(own === name));
      button.tabIndex = own === name ? 0 : -1;
    }
  }

  focus(name, options) {
    this.buttons.get(name).focus(options);
  }

  #button({ name, label }) {
    const props = { type: "button", role: "tab", id: uniqueId("tab"), dataset: { name } };
    return h("button", { ...props, on: { click: () => this.onChoose(name) } }, label);
  }

  #move(event) {
    const { length } = this.names;
    const here = this.names.indexOf(event.target.dataset.name);
    const places = { ArrowRight: here + 1, ArrowLeft: here - 1 + length, Home: 0, End: length - 1 };
    if (!(event.key in places)) return;
    event.preventDefault();
    this.onChoose(this.names[places[event.key] % length]);
  }
}
