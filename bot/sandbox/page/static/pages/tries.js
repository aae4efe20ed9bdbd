/**
 * Which of the suggested things this person has done, noticed by what happens in the workspace and not by what
 * was clicked; remembered for this tab.
 */

import { isApp } from "../widgets/people.js";
import { bookOf } from "../state/book.js";
import { on, workspace } from "../state/workspace.js";

const book = bookOf("tries");

/** @typedef {"form" | "line" | "batch" | "home" | "trouble"} Try */

/** What the bot asks of Bloom when somebody adds a brand, as the Inspector lists it. */
const BRAND_ADDED = "POST /brands";

/** The form for an image, as the bot names it. */
const FORM = "generate";

/** How a batch ends: with a table of what has become of its rows. */
const RESULTS = /\bresults\b.*\.csv$/;

let onChange = () => {};
/** What this person is in the middle of: the form they have open, the line they have sent. */
let underWay = { form: false, line: null };

/** Watch for them from now on. */
export function startTries(listener) {
  onChange = listener;
  on("written", ({ text, channel }) => {
    if (/^\/bloom\s+[^-\s].*\s--\w/.test(text)) underWay.line = channel;
  });
  on("views", () => {
    if (workspace.views.some(({ callback_id: form }) => form === FORM)) underWay.form = true;
  });
  on("message", ({ message, isNew }) => isNew && note(message));
  on("exchange", ({ kind, ok, title }) => {
    if (kind !== "bloom") return;
    if (!ok) tick("trouble");
    else if (title === BRAND_ADDED) tick("home");
  });
  let person = null;
  on("workspace", () => {
    if (person !== workspace.me.id) underWay = { form: false, line: null };
    person = workspace.me.id;
  });
}

/** @param {Try} name */
export function isDone(name) {
  return name in book.notes();
}

function tick(name) {
  if (isDone(name)) return;
  book.note(name, true);
  onChange();
}

function note(message) {
  if (isImage(message)) noteImage(message);
  if (isApp(message.user) && message.files.some(({ name }) => RESULTS.test(name))) tick("batch");
}

function isImage({ user, blocks }) {
  return isApp(user) && blocks.some((block) => block.type === "image");
}

function noteImage({ channel }) {
  if (underWay.line === channel) {
    underWay.line = null;
    tick("line");
  } else if (underWay.form) {
    underWay.form = false;
    tick("form");
  }
}
