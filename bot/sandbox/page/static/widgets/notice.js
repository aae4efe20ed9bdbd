/** Short notices at the foot of the page, for what went wrong where there is no better place to say it. */

import { fill, h, icon } from "./dom.js";

const SHOWN_MS = 8000;

let region = null;
let timer = 0;

/** Say something for a few seconds; who cannot see it hears it. */
export function notify(text) {
  region ??= document.body.appendChild(h("div", { class: "notice-region", role: "alert" }));
  const close = h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", on: { click: clear } });
  close.append(icon("close"));
  fill(region, h("div", { class: "notice" }, icon("warning"), h("p", {}, text), close));
  clearTimeout(timer);
  timer = setTimeout(clear, SHOWN_MS);
}

function clear() {
  clearTimeout(timer);
  if (region) fill(region);
}

/** Do something for the person, and say it in words when it could not be done or the app did not answer. */
export async function attempt(deed) {
  try {
    const answer = await deed();
    if (answer.ok === false) notify(`The app did not answer as it should: ${answer.error}. The Inspector shows why.`);
    return answer;
  } catch (problem) {
    notify(problem.message);
    return null;
  }
}
