/** Chips: what is chosen or uploaded, each with a button that takes it away again. */

import { h, icon } from "./dom.js";

export function removeButton(label, listener) {
  const props = { type: "button", class: "chip-remove", "aria-label": label };
  return h("button", { ...props, on: { click: listener } }, icon("close"));
}

/** @param {string} name what the button says it removes @param {...any} children */
export function chip(name, remove, ...children) {
  return h("span", { class: "picked" }, children, removeButton(`Remove ${name}`, remove));
}
