/** Files on their way into a message: chosen, dropped or pasted, uploaded at once, and taken out again at will. */

import { isPicture } from "../block_kit/file_input.js";
import { fill, h, icon } from "../widgets/dom.js";
import { draftOf, revise } from "../state/drafts.js";
import { upload, workspace } from "../state/workspace.js";

/** @type {Map<string, Set<File>>} the files under way, by draft: they arrive whoever shows it then */
const underWay = new Map();

export class Attachments {
  /** @param {string} key the name of the draft that the files belong to */
  constructor(key) {
    this.key = key;
    // Whose they are is settled here: someone else may be looking by the time the last one is uploaded.
    this.personId = workspace.me.id;
    if (!underWay.has(key)) underWay.set(key, new Set());
    this.element = h("ul", { class: "composer-files", "aria-label": "Files to send" });
    this.input = h("input", { type: "file", multiple: true, hidden: true });
    this.input.addEventListener("change", () => {
      this.#take(this.input.files);
      this.input.value = "";
    });
    const props = { type: "button", class: "icon-button", "aria-label": "Attach files", title: "Attach files" };
    this.button = h("button", { ...props, on: { click: () => this.input.click() } }, icon("attach"), this.input);
    this.input.addEventListener("click", (event) => event.stopPropagation());
  }

  get isBusy() {
    return underWay.get(this.key).size > 0;
  }

  /** Take files that are dropped on this element or pasted into it. */
  listen(element) {
    const isOver = (over) => element.classList.toggle("dropping", over);
    element.addEventListener("dragover", (event) => {
      event.preventDefault();
      isOver(true);
    });
    element.addEventListener("dragleave", () => isOver(false));
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      isOver(false);
      this.#take(event.dataTransfer.files);
    });
    element.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length === 0) return;
      event.preventDefault();
      this.#take(event.clipboardData.files);
    });
  }

  /** Show these files and those on their way. */
  show(files) {
    const coming = ({ name }) => h("li", { class: "picked composer-file", "aria-busy": "true" }, `Uploading ${name}…`);
    fill(this.element, files.map((file) => this.#chip(file)), [...underWay.get(this.key)].map(coming));
  }

  #chip(file) {
    const picture = isPicture(file) ? h("img", { src: file.url, alt: "" }) : icon("attach");
    const props = { type: "button", class: "icon-button", "aria-label": `Remove ${file.name}` };
    const cross = h("button", { ...props, on: { click: () => this.#remove(file) } }, icon("close"));
    return h("li", { class: "picked composer-file" }, picture, h("span", { class: "composer-file-name" }, file.name), cross);
  }

  /** Take a file out; the focus goes on to the next one, or to where one attaches another. */
  #remove(file) {
    const { files } = draftOf(this.key);
    const place = files.indexOf(file);
    revise(this.key, { files: files.filter((other) => other !== file) });
    const left = this.element.querySelectorAll("button");
    (left[place] ?? left[place - 1] ?? this.button).focus();
  }

  /** Upload one after the other, so that they stay in the order in which they were chosen. */
  async #take(files) {
    const all = [...files];
    all.forEach((file) => underWay.get(this.key).add(file));
    revise(this.key, { problem: "" });
    for (const file of all) await this.#upload(file);
  }

  async #upload(file) {
    try {
      const taken = await upload(file, this.personId);
      underWay.get(this.key).delete(file);
      revise(this.key, { files: [...draftOf(this.key).files, taken] });
    } catch (problem) {
      underWay.get(this.key).delete(file);
      revise(this.key, { problem: `${file.name}: ${problem.message}` });
    }
  }
}
