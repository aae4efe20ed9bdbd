/** Questions and pictures above everything else; what had the focus before has it again afterwards. */

import { h, icon, uniqueId } from "./dom.js";
import { isSafeUrl } from "./entities.js";
import { renderText } from "./mrkdwn.js";
import { safely } from "./unknown.js";

/** Show a dialog above the page, and take it away when it is closed. */
function showDialog(dialog) {
  const before = document.activeElement;
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.showModal();
}

/** Ask a Block Kit confirm object's question; true when the answer is yes. */
export function confirmDialog(confirm) {
  const [title, text] = [uniqueId("confirm"), uniqueId("confirm")];
  const words = (name, fallback) => {
    return confirm[name] ? safely("text", confirm[name], () => renderText(confirm[name])) : fallback;
  };
  const props = { class: "confirm", role: "alertdialog", "aria-labelledby": title, "aria-describedby": text };
  const dialog = h("dialog", props);
  const button = (style, answer, label) => {
    return h("button", { type: "button", class: `button ${style}`, on: { click: () => dialog.close(answer) } }, label);
  };
  const yes = button(confirm.style === "danger" ? "danger-solid" : "primary", "yes", words("confirm", "Yes"));
  const no = button("", "no", words("deny", "Cancel"));
  dialog.append(
    h("h2", { id: title }, words("title", "Are you sure?")),
    h("div", { id: text, class: "dialog-text" }, words("text", null)),
    h("div", { class: "dialog-buttons" }, no, yes),
  );
  showDialog(dialog);
  yes.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
  });
}

/** Show an image as large as the window allows. */
export function openLightbox({ src, alt, title = "" }) {
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Close the image" }, icon("close"));
  const original = { class: "button", href: src, target: "_blank", rel: "noopener noreferrer" };
  const isOpenable = isSafeUrl(new URL(src, location.href).href);
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": title || alt || "Image" },
    h(
      "header",
      {},
      h("div", { class: "lightbox-words" }, title && h("strong", {}, title), alt !== title && h("span", {}, alt)),
      isOpenable && h("a", original, "Open original"),
      close,
    ),
    h("img", { src, alt }),
  );
  close.addEventListener("click", () => dialog.close());
  showDialog(dialog);
  close.focus();
}
