/** The strip above every page: it says that this is a sandbox, and opens what is behind the scenes. */

import { fill, h, icon } from "./dom.js";
import { toggleSidebar } from "./sidebar.js";
import { nextTheme, theme } from "./theme.js";
import { onToolsChange, showTools } from "./tools.js";
import { on, workspace } from "./workspace.js";

const WORDS = "Sandbox: a make-believe Slack and Bloom on this machine. Nothing here leaves it.";
const THEME_NAMES = { auto: "automatic", light: "light", dark: "dark" };

/** Draw the banner and keep it true. */
export function startBanner(header) {
  const connection = h("span", { class: "connection", role: "status" });
  fill(header, drawerButton(), h("p", { class: "banner-words" }, WORDS), connection, controls());
  on("connection", () => fill(connection, workspace.connected ? [] : "Reconnecting…"));
}

function drawerButton() {
  return h(
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
}

function controls() {
  const inspector = toolButton("inspector", "Inspector", "list");
  const bloom = toolButton("bloom", "Bloom", "flask");
  const words = h("span", { class: "visually-hidden" }, " (trouble)");
  const trouble = h("span", { class: "trouble-mark", hidden: true }, words);
  bloom.append(trouble);
  on("workspace", () => (trouble.hidden = !isInTrouble(workspace.bloom)));
  on("bloom", () => (trouble.hidden = !isInTrouble(workspace.bloom)));
  return h("div", { class: "banner-controls" }, inspector, bloom, themeButton());
}

/** Whether the stand-in is down, or someone set up that something fails. */
function isInTrouble(bloom) {
  return Boolean(bloom && (bloom.down || bloom.trouble.length > 0 || bloom.credential?.expired));
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
