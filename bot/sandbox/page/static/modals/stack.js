/**
 * The stack of modals that the app has opened for this person; the last one is in front, the others wait below.
 *
 * They cover the workspace but not the banner and the tools: whoever looks how the bot copes takes Bloom down while a
 * form is open, and reads in the inspector what its button did.
 */

import { Modal } from "./modal.js";
import { closeDialogs, closeLightboxes } from "../widgets/dialogs.js";
import { refuseStrayDrops } from "../widgets/drops.js";
import { focusIsElsewhere, returnFocus } from "../widgets/focus.js";
import { on, workspace } from "../state/workspace.js";

/** @type {Map<string, Modal>} by view id */
const open = new Map();
let person = null;
/** The view that was in front, by id. */
let before;
/** What had the focus when the first modal opened. */
let focusBelow = null;

/** Show the open views from now on. */
export function startModals() {
  on("views", show);
  on("workspace", () => {
    if (person !== workspace.me.id) closeAll();
    person = workspace.me.id;
    show();
  });
  document.getElementById("modals").addEventListener("mousedown", keepFocus);
  document.addEventListener("keydown", onStrayKey);
  refuseStrayDrops();
  show();
}

/** A press beside the modal, on what covers the workspace, leaves the focus where it is. */
function keepFocus(event) {
  if (event.target === event.currentTarget) event.preventDefault();
}

/** A key that is pressed while nothing has the focus is the front modal's. */
function onStrayKey(event) {
  if (event.target === document.body) open.get(before)?.onKey(event);
}

/** What one person had open is nothing that another should answer. */
function closeAll() {
  closeDialogs();
  for (const modal of [...open.values()].reverse()) modal.remove();
  open.clear();
}

function show() {
  const { views } = workspace;
  const ids = new Set(views.map((view) => view.id));
  const front = views.at(-1)?.id;
  if (front && before !== front) closeLightboxes();
  if (front) cover(true);
  open.get(front)?.comeForward();
  for (const [id, modal] of [...open].reverse()) {
    if (ids.has(id)) continue;
    modal.remove();
    open.delete(id);
  }
  views.forEach(present);
  for (const [id, modal] of open) if (id !== front) modal.stepBack();
  if (before !== front) open.get(front)?.takeFocus();
  if (!front) cover(false);
  before = front;
}

/** Keep what is below the modals out of reach; what had the focus there has it again afterwards. */
function cover(isCovered) {
  const below = document.getElementById("workspace");
  if (isCovered === below.inert) return;
  if (isCovered) focusBelow = document.activeElement;
  below.inert = isCovered;
  if (!isCovered && !focusIsElsewhere()) returnFocus(focusBelow);
}

function present(view) {
  const known = open.get(view.id);
  if (known) return known.update(view);
  const modal = new Modal(view);
  open.set(view.id, modal);
  modal.show();
}
