/** Dialogs above everything else, among them images as large as the window. */

import { h, icon, outside } from "./dom.js";
import { returnFocus } from "./focus.js";

/** Show a dialog above the page until it is closed; what had the focus before has it again afterwards. */
export function showDialog(dialog) {
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.classList.add("above");
  dialog.addEventListener("close", () => {
    const isLost = dialog.contains(document.activeElement) || document.activeElement === document.body;
    dialog.remove();
    if (isLost) returnFocus(before);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.showModal();
}

/** Close whatever is open above the page; a question that nobody answered is a no. */
export function closeDialogs() {
  closeAll("dialog.above");
}

/** Close the images that are open above the page. */
export function closeLightboxes() {
  closeAll("dialog.lightbox");
}

function closeAll(selector) {
  for (const dialog of [...document.querySelectorAll(selector)].reverse()) dialog.close();
}

/** Show an image as large as the window allows. */
export function openLightbox({ src, alt, title = "" }) {
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Close the image" }, icon("close"));
  const link = outside(new URL(src, location.href).href);
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": title || alt || "Image" },
    h(
      "header",
      {},
      h("div", { class: "lightbox-words" }, title && h("strong", {}, title), alt !== title && h("span", {}, alt)),
      link && h("a", { ...link, class: "button", href: src }, "Open original"),
      close,
    ),
    h("img", { src, alt }),
  );
  close.addEventListener("click", () => dialog.close());
  showDialog(dialog);
  close.focus();
}
