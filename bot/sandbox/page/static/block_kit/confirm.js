/** The question that an element may ask before it does anything. */

import { h, uniqueId } from "../widgets/dom.js";
import { showDialog } from "../widgets/dialogs.js";
import { renderText } from "../text/mrkdwn.js";
import { safely } from "../widgets/unknown.js";

/** Ask before a choice is made, if the element wants that; without a question the answer is yes. */
export async function agreed(scope) {
  if (!scope.element.confirm || !scope.dispatches) return true;
  return ask(scope.element.confirm);
}

/** Ask a Block Kit confirm object's question; true when the answer is yes. */
function ask(confirm) {
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
