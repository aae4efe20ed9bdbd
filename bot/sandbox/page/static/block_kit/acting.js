/**
 * Telling the app of a click or a choice, and showing how that goes: under way, or what went wrong.
 *
 * An element may be drawn anew while its act is under way, so the state is kept by surface and place, and whatever
 * stands there at the moment is told of it.
 */

import { fill, h } from "../widgets/dom.js";
import { keyOf } from "./surface.js";
import { notify } from "../widgets/notice.js";
import { Problem, workspace } from "../state/workspace.js";

function actAt({ surface, place }) {
  return surface.acts.get(keyOf(place)) ?? { busy: false, words: "" };
}

/** Put a control in a frame that knows its place and shows how its acts go. */
export function framed(scope, control, ...others) {
  const [, actionId] = scope.place;
  const words = h("span", { class: "act-words", role: "status" });
  const frame = h("span", {
    class: "actor",
    dataset: { surface: scope.surface.name, place: keyOf(scope.place), actionId },
    on: { "act-changed": () => showAct(actAt(scope), control, words) },
  }, control, ...others, words);
  showAct(actAt(scope), control, words);
  return frame;
}

function showAct({ busy, words }, control, said) {
  if (busy) control.setAttribute("aria-busy", "true");
  else control.removeAttribute("aria-busy");
  fill(said, words);
}

/** Tell whatever stands at this place now that something has changed there; true when anything stands there. */
export function tellFrames({ surface, place }, event) {
  const frames = [...document.querySelectorAll(`.actor[data-surface="${surface.name}"]`)];
  const here = frames.filter((frame) => frame.dataset.place === keyOf(place));
  here.forEach((frame) => frame.dispatchEvent(new Event(event)));
  return here.length > 0;
}

function change(scope, act) {
  scope.surface.acts.set(keyOf(scope.place), act);
  return tellFrames(scope, "act-changed");
}

export function isBusy(scope) {
  return actAt(scope).busy;
}

/**
 * Tell the app of this act. One that is under way is not repeated; with `latest` it is followed by another, so that
 * the app learns of the last state of an element that goes on changing.
 */
export async function tellApp(scope, { latest = false, ...act } = {}) {
  const { surface, place } = scope;
  const before = actAt(scope);
  if (before.busy) {
    before.again = latest;
    return;
  }
  const now = { busy: true, words: "", again: false };
  change(scope, now);
  forgive(surface);
  try {
    const answer = await surface.perform(place, act);
    now.words = answer.ok ? "" : noAnswer(answer);
  } catch (error) {
    now.words = blame(surface, error);
  } finally {
    now.busy = false;
    const isShown = change(scope, now);
    if (now.words && !isShown) notify(now.words);
  }
  if (now.again) await tellApp(scope, { latest, ...act });
}

export function appName() {
  return workspace.app?.name ?? "The app";
}

/** Say that the app did not answer as it should, and why. */
export function noAnswer(answer, words = `${appName()} did not respond.`) {
  return `${words} Try again? (${[answer.error, ...(answer.problems ?? [])].join(": ")})`;
}

/** Show what a refusal says at the blocks it speaks of; return what is to be said at the element itself. */
function blame(surface, error) {
  if (!(error instanceof Problem)) throw error;
  surface.blamed = Object.keys(error.fields ?? {});
  surface.errors = { ...surface.errors, ...error.fields };
  paintErrors(surface);
  return surface.blamed.length ? "" : error.message;
}

function forgive(surface) {
  if (!surface.blamed.length) return;
  surface.errors = Object.fromEntries(Object.entries(surface.errors).filter(([id]) => !surface.blamed.includes(id)));
  surface.blamed = [];
  paintErrors(surface);
}

/** Show at each block of a surface what `surface.errors` says of it. */
export function paintErrors(surface) {
  for (const block of document.querySelectorAll(`.block[data-surface="${surface.name}"]`)) {
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
