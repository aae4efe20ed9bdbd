/** One message, modal or home tab that people fill in and click: what is typed there, and how it reaches the app. */

import { Problem, act } from "./workspace.js";

/** @typedef {[string, string]} Place block_id and action_id */

/** What people typed and chose; it outlives every redraw of the surface. */
export class FormValues {
  #values = new Map();
  #touched = new Set();

  /**
   * Take over what the server says each element holds. What was typed here stays for as long as its element does; a
   * choice that is no longer offered is gone.
   */
  update(blocks, state) {
    const elements = new Map([...inputs(blocks)].map(([place, element]) => [keyOf(place), element]));
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

function keyOf(place) {
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

/** Yield every element that can hold something, with its place. */
function* inputs(blocks) {
  for (const block of blocks) {
    for (const element of [block.element, block.accessory, ...(block.elements ?? [])]) {
      if (element?.action_id) yield [[block.block_id, element.action_id], element];
    }
  }
}

/** Whether every choice is still in the element's own list; an element without a list cannot tell. */
function isOffered(element, value) {
  const options = [...(element?.options ?? []), ...(element?.option_groups ?? []).flatMap((group) => group.options)];
  if (!element) return false;
  if (options.length === 0 || value === null) return true;
  return [value].flat().every((chosen) => options.some((option) => option.value === chosen.value));
}

/** A message, modal or home tab. */
export class Surface {
  /**
   * @param {"message" | "modal" | "home"} kind
   * @param {{view_id: string} | {channel: string, ts: string}} where
   */
  constructor(kind, where) {
    this.kind = kind;
    this.where = where;
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

  /** Press a modal's submit button. Returns false when something keeps it open, with `errors` set. */
  async submit() {
    this.errors = {};
    try {
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
