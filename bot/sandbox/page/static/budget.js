/** The head of the inspector: how much of Bloom's request limit is left, and what is held open right now. */

import { fill, h } from "./dom.js";
import { on, workspace } from "./workspace.js";

const LOW = 0.2;

/** Make the head and keep it true. */
export function budget() {
  const words = h("p", { class: "budget-words" });
  const bar = h("div", { class: "meter-bar" });
  const meter = h("div", { class: "meter", role: "meter", "aria-label": "Requests left", "aria-valuemin": "0" }, bar);
  const held = h("p", { class: "budget-held" });
  const draw = () => workspace.bloom && show(workspace.bloom, { words, bar, meter, held });
  on("workspace", draw);
  on("bloom", draw);
  draw();
  return h("section", { class: "budget", "aria-label": "Bloom's request limit" }, words, meter, held);
}

function show({ requests, held: count }, { words, bar, meter, held }) {
  const { left, limit, seconds } = requests;
  const isOff = left === null;
  meter.hidden = isOff;
  fill(words, isOff ? "Bloom's request limit is off." : `${left} of ${limit} requests left ${inWhich(seconds)}`);
  fill(held, holding(count));
  if (isOff) return;
  meter.setAttribute("aria-valuenow", left);
  meter.setAttribute("aria-valuemax", limit);
  meter.classList.toggle("low", left < limit * LOW);
  bar.style.width = `${(100 * left) / limit}%`;
}

function inWhich(seconds) {
  return seconds === 60 ? "this minute" : `in any ${seconds} s`;
}

function holding(count) {
  if (count === 0) return "No request is held.";
  return count === 1 ? "1 request is held now." : `${count} requests are held now.`;
}
