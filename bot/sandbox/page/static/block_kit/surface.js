/** One message, modal or home tab that people fill in and click: what is typed there, and how it reaches the app. */

import { Problem, act, upload } from "../state/workspace.js";

/** @typedef {[string, string]} Place block_id and action_id */

/** What people typed and chose; it outlives every redraw of the surface. */
export class FormValues {
  #values = new Map();
  #touched = new Set();
  #elements = new Map();

  /**
   * Take over what the server says each element holds. What was typed here stays for as long as its element does; a
   * choice that is no longer offered is gone.
   */
  update(blocks, state) {
    const elements = new Map([...inputs(blocks)].map(([place, element]) => [keyOf(place), element]));
    this.#elements = elements;
    for (const key of [...this.#values.keys()]) {
      if (!elements.has(key)) this.#values.delete(key);
      if (!isOffered(elements.get(key), this.#values.get(key))) this.#touched.delete(key);
    }
    for (const [blockId, actions] of Object.entries(state?.values ?? {})) {
      for (const [actionId, entry] of Object.entries(actions)) {
        const key = keyOf([blockId, actionId]);
        if (!this.#touched.has(key)) this.#values.set(key, held(entry));
      }
    }
  }

  /** Whether the surface has such an element, as far as it is known. */
  has(place) {
    return this.#elements.has(keyOf(place));
  }

  /** @param {Place} place */
  get(place) {
    return this.#values.get(keyOf(place)) ?? null;
  }

  /** @param {Place} place */
  set(place, value) {
    this.#values.set(keyOf(place), value);
    this.#touched.add(keyOf(place));
  }

  /** Return what is typed and chosen as the server takes it: block_id → action_id → text, value, id, or a list. */
  sendable() {
    const sent = {};
    for (const [key, value] of this.#values) {
      const [blockId, actionId] = JSON.parse(key);
      (sent[blockId] ??= {})[actionId] = Array.isArray(value) ? value.map(plain) : plain(value);
    }
    return sent;
  }
}

/** The name of a place in the page and in maps. */
export function keyOf(place) {
  return JSON.stringify(place);
}

/** An option is sent by its value and a file by its id; text and ids are themselves. */
function plain(value) {
  return value?.value ?? value?.id ?? value;
}

/** Return what one entry of `state.values` holds: a text, an option, an id, a list of them, or null. */
function held({ type: _, ...entry }) {
  return Object.values(entry)[0] ?? null;
}

/** Return a list as it is; what is no list, where one belongs, has nothing in it. Its red box says so elsewhere. */
export function listOf(anything) {
  return Array.isArray(anything) ? anything : [];
}

/** Return every element that a block may hold. */
export function elementsOf(block) {
  return [block?.element, block?.accessory, ...listOf(block?.elements)].filter(Boolean);
}

/** Yield every element that can hold something, with its place. */
function* inputs(blocks) {
  for (const block of listOf(blocks)) {
    for (const element of elementsOf(block)) {
      if (element.action_id) yield [[block.block_id, element.action_id], element];
    }
  }
}

/** Whether every choice is still in the element's own list; an element without a list cannot tell. */
function isOffered(element, value) {
  if (!element) return false;
  const grouped = listOf(element.option_groups).flatMap((group) => listOf(group?.options));
  const options = [...listOf(element.options), ...grouped];
  if (options.length === 0 || value === null) return true;
  return [value].flat().every((chosen) => options.some((option) => option?.value === chosen?.value));
}

let counted = 0;

/** A message, modal or home tab. */
export class Surface {
  /** @type {Map<string, {busy: boolean, words: string}>} how the acts at each place go; acting.js keeps it */
  acts = new Map();
  /** @type {string[]} the blocks that an act's refusal spoke of */
  blamed = [];
  /** @type {Map<string, {running: Set<File>, refusals: string[]}>} by place */
  #uploads = new Map();
  #uploadEnded = null;

  /**
   * @param {"message" | "modal" | "home"} kind
   * @param {{view_id: string} | {channel: string, ts: string}} where
   */
  constructor(kind, where) {
    this.kind = kind;
    this.where = where;
    /** The name in the page, by which the blocks that belong to this surface are found. */
    this.name = `s${(counted += 1)}`;
    this.values = new FormValues();
    /** @type {Record<string, string>} what is wrong, by block_id */
    this.errors = {};
  }

  /** Tell the app of a click or a choice. `value` is an overflow menu's choice; `confirmed` that they were asked. */
  perform(place, { value = null, confirmed = false, enter = false } = {}) {
    return act("act", { ...this.#at(place), value, confirmed, enter });
  }

  /** Ask the app what an external menu offers: `{options: […]}` or `{option_groups: […]}`. */
  options(place, query) {
    return act("options", { ...this.#at(place), query });
  }

  /** The files on their way into a field, and why others do not come; it outlives the field's node. */
  uploadsAt(place) {
    const key = keyOf(place);
    if (!this.#uploads.has(key)) this.#uploads.set(key, { running: new Set(), refusals: [] });
    return this.#uploads.get(key);
  }

  /** Upload a file into a field, and tell `ended` in words how that went. */
  async upload(place, file, ended) {
    const { running, refusals } = this.uploadsAt(place);
    running.add(file);
    const stored = await upload(file).catch((problem) => problem);
    running.delete(file);
    const isRefused = stored instanceof Error;
    if (isRefused) refusals.push(`${file.name}: ${stored.message}`);
    else if (this.values.has(place)) this.values.set(place, [...(this.values.get(place) ?? []), stored]);
    ended(isRefused ? refusals.at(-1) : `${file.name} is uploaded`);
    this.#uploadEnded?.();
  }

  /** Wait until no file is on its way. Throws a Problem that names the fields where one did not arrive meanwhile. */
  async #uploaded() {
    const awaited = [...this.#uploads].filter(([, { running }]) => running.size);
    const before = awaited.map(([, { refusals }]) => refusals.length);
    while (awaited.some(([, { running }]) => running.size)) {
      await new Promise((resolve) => { this.#uploadEnded = resolve; });
    }
    const failed = awaited.flatMap(([key, { refusals }], number) => {
      return refusals.length > before[number] ? [[JSON.parse(key)[0], refusals.at(-1)]] : [];
    });
    if (failed.length) throw new Problem("A file did not arrive.", Object.fromEntries(failed));
  }

  /**
   * Press a modal's submit button, once the files are there that are still on their way. Returns what came of it as
   * `act` does; when Slack's own screen refuses, throws the Problem, with its words for fields in `errors`.
   */
  async submit() {
    this.errors = {};
    try {
      await this.#uploaded();
      return await act("submit", { ...this.where, values: this.values.sendable() });
    } catch (problem) {
      if (problem instanceof Problem) this.errors = problem.fields;
      throw problem;
    }
  }

  #at([block_id, action_id]) {
    return { ...this.where, values: this.values.sendable(), block_id, action_id };
  }
}
