/** A button that opens a menu: overflow elements, and whatever else the page keeps behind three dots. */

import { fill, h, icon as drawIcon, outside, uniqueId } from "./dom.js";
import { Popup } from "./popup.js";

/**
 * @typedef {{label: any, description?: any, onChoose?: () => void, href?: string, danger?: boolean}} Item
 * label and description are strings or nodes; `href` opens in a new tab, and `onChoose` is called as well
 */

/**
 * Return a button with a menu behind it.
 *
 * @param {{label: string, icon?: string, text?: string, items: Item[] | (() => Item[]), class?: string}} options
 *   `text`: visible words instead of the icon alone; `items` may be made when the menu opens
 */
export function menuButton({ label, icon = "more", text = "", items, class: extra = "" }) {
  const id = uniqueId("menu");
  const button = h(
    "button",
    {
      type: "button", class: `${text ? "button" : "icon-button"} ${extra}`, title: text ? null : label,
      "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false",
    },
    text, drawIcon(icon),
  );
  const menu = h("div", { role: "menu", id, class: "menu", "aria-label": label });
  const popup = new Popup(button, menu, { end: true, onClose: () => button.setAttribute("aria-expanded", "false") });
  const open = (last) => {
    if (popup.isOpen || button.getAttribute("aria-busy")) return;
    fill(menu, (typeof items === "function" ? items() : items).map((item) => menuItem(item, close)));
    popup.open();
    button.setAttribute("aria-expanded", "true");
    itemsIn(menu).at(last ? -1 : 0)?.focus({ preventScroll: true });
  };
  const close = () => {
    const hadFocus = menu.contains(document.activeElement);
    popup.close();
    if (hadFocus && button.isConnected) button.focus({ preventScroll: true });
  };
  button.addEventListener("click", () => (popup.isOpen ? close() : open(false)));
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(event.key === "ArrowUp");
  });
  menu.addEventListener("keydown", (event) => onKey(event, menu, close));
  menu.addEventListener("focusout", ({ relatedTarget: next }) => {
    if (next && next !== button && !menu.contains(next)) popup.close();
  });
  return button;
}

function itemsIn(menu) {
  return [...menu.querySelectorAll("[role=menuitem]")];
}

function menuItem({ label, description, onChoose, href, danger }, close) {
  const link = outside(href);
  const words = { label: uniqueId("item"), description: uniqueId("item") };
  const item = h(
    link ? "a" : "button",
    {
      role: "menuitem", tabindex: "-1", class: danger ? "menu-item danger" : "menu-item",
      "aria-labelledby": words.label, "aria-describedby": description ? words.description : null,
      ...(link ?? { type: "button" }),
    },
    h("span", { id: words.label }, label),
    description && h("span", { id: words.description, class: "soft" }, description),
  );
  item.addEventListener("click", () => {
    close();
    onChoose?.();
  });
  return item;
}

function onKey(event, menu, close) {
  const all = itemsIn(menu);
  const at = all.indexOf(document.activeElement);
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  if (event.key in moves) {
    event.preventDefault();
    all.at(moves[event.key] % all.length)?.focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
    const starts = (item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase());
    [...all.slice(at + 1), ...all].find(starts)?.focus();
  }
}
