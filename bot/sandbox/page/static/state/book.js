/** What this tab remembers of each person: small notes that outlive a reload, but not the tab. */

import { workspace } from "./workspace.js";

/** @param {string} name what the notes are about */
export function bookOf(name) {
  const key = `sandbox.${name}`;
  const all = () => JSON.parse(sessionStorage.getItem(key) ?? "{}");
  return {
    /** Return what is noted of whoever is looking: name → value. */
    notes: () => all()[workspace.me.id] ?? {},
    note(what, value) {
      const mine = { ...all()[workspace.me.id], [what]: value };
      sessionStorage.setItem(key, JSON.stringify({ ...all(), [workspace.me.id]: mine }));
    },
  };
}
