/** The strip above every page: it says that this is a sandbox, and opens what is behind the scenes. */

import { fill, h, icon } from "./widgets/dom.js";
import { toggleSidebar } from "./sidebar.js";
import { onToolsChange, showTools } from "./tools/tools.js";
import { on, workspace } from "./state/workspace.js";

const WORDS = "Sandbox: a make-believe Slack and Bloom on this machine. Nothing here leaves it.";
const THEME_KEY = "sandbox.theme";
const THEME_NAMES = { auto: "automatic", light: "light", dark: "dark" };

/** Draw the banner and keep it true. */
export function startBanner(header) {
  const connection = h("span", { class: "connection", role: "status" });
  fill(header, drawerButton(), h("p", { class: "banner-words" }, WORDS), connection, controls());
  on("connection", () => fill(connection, workspace.connected ? [] : "Reconnecting…"));
}

function drawerButton() {
  const button = h(
    "button",
    {
      type: "button",
      class: "banner-button drawer-button",
      "aria-label": "Channels",
      "aria-controls": "sidebar",
      "aria-expanded": "false",
      on: { click: toggleSidebar },
    },
    icon("menu"),
  );
  // A form covers the channels: there is nothing to open then.
  const update = () => (button.disabled = workspace.views.length > 0);
  on("views", update);
  on("workspace", update);
  return button;
}

function controls() {
  const inspector = toolButton("inspector", "Inspector", "list");
  const bloom = toolButton("bloom", "Bloom", "flask");
  const words = h("span", { class: "visually-hidden" }, " (trouble)");
  const trouble = h("span", { class: "trouble-mark", hidden: true }, words);
  bloom.append(trouble);
  on("bloom", () => (trouble.hidden = workspace.bloom.trouble.length === 0));
  return h("div", { class: "banner-controls" }, inspector, bloom, themeButton());
}

function toolButton(tab, label, shape) {
  const button = h(
    "button",
    { type: "button", class: "banner-button", "aria-pressed": "false", "aria-controls": "tools", title: label },
    icon(shape),
    h("span", { class: "banner-label" }, label),
  );
  button.addEventListener("click", () => showTools(button.getAttribute("aria-pressed") === "true" ? null : tab));
  onToolsChange((shown) => button.setAttribute("aria-pressed", String(shown === tab)));
  return button;
}

function themeButton() {
  const button = h("button", { type: "button", class: "banner-button" }, icon("theme"));
  const label = () => {
    const words = `Theme: ${THEME_NAMES[theme()]}`;
    button.setAttribute("aria-label", words);
    button.title = words;
  };
  button.addEventListener("click", () => {
    nextTheme();
    label();
  });
  label();
  return button;
}

/** Light, dark, or "auto", as the machine has it; the browser remembers what was chosen. */
function theme() {
  const kept = localStorage.getItem(THEME_KEY);
  return kept in THEME_NAMES ? kept : "auto";
}

/** Put the chosen theme on the page; "auto" leaves it to the machine. */
export function applyTheme() {
  if (theme() === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme();
}

function nextTheme() {
  const names = Object.keys(THEME_NAMES);
  localStorage.setItem(THEME_KEY, names[(names.indexOf(theme()) + 1) % names.length]);
  applyTheme();
}
