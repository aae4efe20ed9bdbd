/**
 * What people have typed but not sent, by person and conversation. It outlives going elsewhere and a reload; the files
 * and the words beside it live as long as the page.
 */

/** @typedef {{text: string, files: any[], hint: string, problem: string}} Draft */

const PREFIX = "sandbox.draft.";

/** @type {Map<string, Draft>} */
const drafts = new Map();
/** @type {Map<string, () => void>} who shows a draft at the moment, to be told when it changes elsewhere */
const shown = new Map();

/** Return the name of a person's draft in a channel, or in one of its threads. */
export function draftKey(personId, channelId, threadTs = null) {
  return [personId, channelId, threadTs ?? ""].join("/");
}

/** @returns {Draft} */
export function draftOf(key) {
  if (!drafts.has(key)) {
    drafts.set(key, { text: sessionStorage.getItem(PREFIX + key) ?? "", files: [], hint: "", problem: "" });
  }
  return drafts.get(key);
}

/** Change parts of a draft; the composer that shows it follows. */
export function revise(key, change) {
  Object.assign(draftOf(key), change);
  sessionStorage.setItem(PREFIX + key, draftOf(key).text);
  shown.get(key)?.();
}

/** Give back what could not be sent, before whatever was typed meanwhile, and say why. */
export function giveBack(key, { text, files }, problem) {
  const now = draftOf(key);
  revise(key, { text: [text, now.text].filter(Boolean).join("\n"), files: [...files, ...now.files], problem });
}

/** Follow a draft for as long as a composer shows it; returns how to stop. */
export function follow(key, listener) {
  shown.set(key, listener);
  return () => shown.get(key) === listener && shown.delete(key);
}
