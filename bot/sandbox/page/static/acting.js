/**
 * Telling the app of a click or a choice, and showing how that goes: under way, or what went wrong.
 *
 * An element may be drawn anew while its act is under way, so the state is kept by surface and place, and whatever
 * stands there at the moment is told of it.
 */

import { confirmDialog } from "./dialogs.js";
import { fill, h } from "./dom.js";
import { Problem, workspace } from "./workspace.js";

/** @type {WeakMap<object, {name: string, acts: Map<string, any>, blamed: string[]}>} */
const known = new WeakMap();
let counted = 0;

function recordOf(surface) {
  if (!known.has(surface)) known.set(surface, { name: `s${(counted += 1)}`, acts: new Map(), blamed: [] });
  return known.get(surface);
}

/** The name of a surface in the page, by which the blocks that belong to it are found. */
export function surfaceName(surface) {
  return recordOf(surface).name;
}

function actAt(surface, place) {
  return recordOf(surface).acts.get(JSON.stringify(place)) ?? { busy: false, words: "" };
}

/** Put a control in a frame that knows its place and shows how its acts go. */
export function framed(scope, control, ...others) {
  const [, actionId] = scope.place;
  const words = h("span", { class: "act-words", role: "status" });
  const frame = h("span", {
    class: "actor",
    dataset: { surface: surfaceName(scope.surface), place: JSON.stringify(scope.place), actionId },
    on: { "act-changed": () => showAct(actAt(scope.surface, scope.place), control, words) },
  }, control, ...others, words);
  showAct(actAt(scope.surface, scope.place), control, words);
  return frame;
}

function showAct({ busy, words }, control, said) {
  if (busy) control.setAttribute("aria-busy", "true");
  else control.removeAttribute("aria-busy");
  fill(said, words);
}

function change(surface, place, act) {
  recordOf(surface).acts.set(JSON.stringify(place), act);
  for (const frame of document.querySelectorAll(`.actor[data-surface="${surfaceName(surface)}"]`)) {
    if (frame.dataset.place === JSON.stringify(place)) frame.dispatchEvent(new Event("act-changed"));
  }
}

export function isBusy(scope) {
  return actAt(scope.surface, scope.place).busy;
}

/**
 * Tell the app of this act. One that is under way is not repeated; with `latest` it is followed by another, so that
 * the app learns of the last state of an element that goes on changing.
 */
export async function tellApp(scope, { latest = false, ...act } = {}) {
  const { surface, place } = scope;
  const before = actAt(surface, place);
  if (before.busy) {
    before.again = latest;
    return;
  }
  const now = { busy: true, words: "", again: false };
  change(surface, place, now);
  forgive(surface);
  try {
    now.words = outcome(await surface.perform(place, act));
  } catch (error) {
    now.words = blame(surface, error);
  } finally {
    now.busy = false;
    change(surface, place, now);
  }
  if (now.again) await tellApp(scope, { latest, ...act });
}

function outcome(answer) {
  return answer.ok ? "" : `${appName()} did not respond. Try again? (${[answer.error, ...said(answer)].join(": ")})`;
}

export function appName() {
  return workspace.app?.name ?? "The app";
}

export function said(answer) {
  return answer.problems ?? [];
}

/** Show what a refusal says at the blocks it speaks of; return what is to be said at the element itself. */
function blame(surface, error) {
  if (!(error instanceof Problem)) throw error;
  const named = Object.keys(error.fields ?? {});
  recordOf(surface).blamed = named;
  surface.errors = { ...surface.errors, ...error.fields };
  paintErrors(surface);
  return named.length ? "" : error.message;
}

function forgive(surface) {
  const record = recordOf(surface);
  if (!record.blamed.length) return;
  surface.errors = Object.fromEntries(Object.entries(surface.errors).filter(([id]) => !record.blamed.includes(id)));
  record.blamed = [];
  paintErrors(surface);
}

/** Show at each block of a surface what `surface.errors` says of it. */
export function paintErrors(surface) {
  for (const block of document.querySelectorAll(`.block[data-surface="${surfaceName(surface)}"]`)) {
    paintError(block, surface.errors[block.dataset.blockId]);
  }
}

/** Show what is wrong with one block, beneath it and to those who listen. */
export function paintError(block, words = "") {
  const line = block.querySelector(".field-error");
  if (!line) return;
  line.hidden = !words;
  line.textContent = words;
  for (const field of block.querySelectorAll("[data-field]")) {
    if (words) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

/** Hold what was typed or chosen, and let the block know that it shows that already. */
export function hold(scope, value, control) {
  scope.surface.values.set(scope.place, value);
  control.dispatchEvent(new Event("held", { bubbles: true }));
}

/** Ask before a choice is made, if the element wants that; without a question the answer is yes. */
export async function agreed(scope) {
  if (!scope.element.confirm || !scope.dispatches) return true;
  return confirmDialog(scope.element.confirm);
}
