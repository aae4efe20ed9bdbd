/** The pane behind the scenes: the inspector and the panel of Bloom's stand-in, as two tabs beside the workspace. */

import { startBloom } from "./bloom_panel.js";
import { fill, h, icon } from "../widgets/dom.js";
import { startInspector } from "./inspector.js";
import { Tabs } from "../widgets/tabs.js";

const REMEMBERED = "sandbox.tools";
const TABS = [
  { name: "inspector", label: "Inspector", start: startInspector },
  { name: "bloom", label: "Bloom", start: startBloom },
];

/** @type {Set<(tab: string | null) => void>} */
const listeners = new Set();
/** @type {string | null} */
let shown = null;
let pane = null;
let tabs = null;
/** @type {Map<string, HTMLElement>} */
let panels = null;

/** Draw the pane and show the tab that was open last time; at first it is closed. */
export function startTools(aside) {
  pane = aside;
  tabs = new Tabs({ label: "Behind the scenes", tabs: TABS, onChoose: choose });
  panels = new Map(TABS.map(({ name }) => [name, tabs.panel(name, `tool-panel ${name}`)]));
  for (const { name, start } of TABS) start(panels.get(name));
  fill(pane, header(), [...panels.values()]);
  pane.addEventListener("keydown", (event) => event.key === "Escape" && closeByKey(event));
  showTools(localStorage.getItem(REMEMBERED));
}

/** Show one of the tabs, "inspector" or "bloom", or close the pane. */
export function showTools(tab) {
  shown = panels.has(tab) ? tab : null;
  tabs.show(shown);
  for (const [name, panel] of panels) panel.hidden = name !== shown;
  pane.hidden = shown === null;
  localStorage.setItem(REMEMBERED, shown ?? "");
  for (const listener of listeners) listener(shown);
}

/** Hear which tab is shown, or null: now, and whenever that changes. */
export function onToolsChange(listener) {
  listeners.add(listener);
  listener(shown);
  return () => listeners.delete(listener);
}

function choose(name) {
  showTools(name);
  tabs.focus(name);
}

function header() {
  const close = h(
    "button",
    { type: "button", class: "tool-icon-button", "aria-label": "Close the tools", on: { click: closeAndReturn } },
    icon("close"),
  );
  return h("div", { class: "tool-head" }, tabs.element, close);
}

function closeByKey(event) {
  const emptiesField = event.target.matches('input[type="search"]') && event.target.value !== "";
  if (event.defaultPrevented || emptiesField) return;
  event.preventDefault();
  closeAndReturn();
}

/** Close the pane; the keyboard goes back to the button in the banner that opens it. */
function closeAndReturn() {
  const opener = document.querySelector('#banner [aria-controls="tools"][aria-pressed="true"]');
  showTools(null);
  opener?.focus();
}
