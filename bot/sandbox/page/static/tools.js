/** The pane behind the scenes: the inspector and the panel of Bloom's stand-in, as two tabs beside the workspace. */

import { startBloom } from "./bloom.js";
import { fill, h, icon, uniqueId } from "./dom.js";
import { startInspector } from "./inspector.js";

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
/** @type {Map<string, {tab: HTMLElement, panel: HTMLElement}>} */
const parts = new Map();

/** Draw the pane and show the tab that was open last time; at first it is closed. */
export function startTools(aside) {
  pane = aside;
  TABS.forEach(build);
  fill(pane, header(), [...parts.values()].map(({ panel }) => panel));
  pane.addEventListener("keydown", (event) => event.key === "Escape" && closeByKey(event));
  showTools(remembered());
}

/** Show one of the tabs, "inspector" or "bloom", or close the pane. */
export function showTools(tab) {
  shown = parts.has(tab) ? tab : null;
  for (const [name, part] of parts) {
    const current = name === shown;
    part.tab.setAttribute("aria-selected", String(current));
    part.tab.tabIndex = current ? 0 : -1;
    part.panel.hidden = !current;
  }
  if (pane) pane.hidden = shown === null;
  remember(shown);
  for (const listener of listeners) listener(shown);
}

/** Hear which tab is shown, or null: now, and whenever that changes. */
export function onToolsChange(listener) {
  listeners.add(listener);
  listener(shown);
  return () => listeners.delete(listener);
}

function build({ name, label, start }) {
  const tabId = uniqueId("tool-tab");
  const panelId = uniqueId("tool-panel");
  const tab = h(
    "button",
    { type: "button", role: "tab", id: tabId, class: "tool-tab", "aria-controls": panelId, on: { keydown: moveByKey } },
    label,
  );
  tab.addEventListener("click", () => showTools(name));
  const panel = h("div", { role: "tabpanel", id: panelId, class: `tool-panel ${name}`, "aria-labelledby": tabId });
  parts.set(name, { tab, panel });
  start(panel);
}

function header() {
  const tabs = [...parts.values()].map(({ tab }) => tab);
  const close = h(
    "button",
    { type: "button", class: "tool-icon-button", "aria-label": "Close the tools", on: { click: closeAndReturn } },
    icon("close"),
  );
  const list = h("div", { role: "tablist", class: "tool-tabs", "aria-label": "Behind the scenes" }, tabs);
  return h("div", { class: "tool-head" }, list, close);
}

function moveByKey(event) {
  const names = [...parts.keys()];
  const steps = { ArrowRight: 1, ArrowLeft: -1 };
  const places = { Home: 0, End: names.length - 1 };
  const here = names.indexOf(shown);
  const next = event.key in steps ? (here + steps[event.key] + names.length) % names.length : places[event.key];
  if (next === undefined) return;
  event.preventDefault();
  showTools(names[next]);
  parts.get(names[next]).tab.focus();
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

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function remember(tab) {
  if (!pane) return;
  try {
    localStorage.setItem(REMEMBERED, tab ?? "");
  } catch {
    // A browser that keeps nothing still shows everything.
  }
}
