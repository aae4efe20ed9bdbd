/** Copying: one button for a key, a payload or anything else that someone wants to paste elsewhere. */

import { announce, h } from "./dom.js";

const SAID_MS = 2000;

/** Make a button that copies what `text()` returns at that moment, and says so. */
export function copyButton(text, what) {
  const button = h("button", { type: "button", class: "tool-button", "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    const done = await copied(text());
    button.textContent = done ? "Copied" : "Not copied";
    announce(done ? `Copied ${what}.` : `Your browser did not allow copying ${what}.`);
    setTimeout(() => (button.textContent = "Copy"), SAID_MS);
  });
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
