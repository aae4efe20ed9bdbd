/**
 * Which of the three suggested things this person has done, noticed by what happens in the workspace and not by what
 * was clicked; remembered for this tab.
 */

import { onWritten } from "./composer.js";
import { isApp } from "./people.js";
import { on, workspace } from "./workspace.js";

const KEY = "sandbox.tries";

/** @typedef {"form" | "line" | "trouble"} Try */

let onChange = () => {};
/** What this person is in the middle of: the form they have open, the line they have sent. */
let underWay = { form: false, line: null };

/** Watch for the three things from now on. */
export function startTries(listener) {
  onChange = listener;
  onWritten(({ text, channel }) => {
    if (/^\/bloom\s+[^-\s].*\s--\w/.test(text)) underWay.line = channel;
  });
  on("views", () => {
    if (workspace.views.length > 0) underWay.form = true;
  });
  on("message", ({ message, isNew }) => isNew && isImage(message) && noteImage(message));
  on("exchange", (exchange) => exchange.kind === "bloom" && !exchange.ok && tick("trouble"));
  let person = null;
  on("workspace", () => {
    if (person !== workspace.me.id) underWay = { form: false, line: null };
    person = workspace.me.id;
  });
}

/** @param {Try} name */
export function isDone(name) {
  return Boolean(book()[workspace.me.id]?.includes(name));
}

function book() {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
}

function tick(name) {
  if (isDone(name)) return;
  const all = book();
  (all[workspace.me.id] ??= []).push(name);
  sessionStorage.setItem(KEY, JSON.stringify(all));
  onChange();
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
