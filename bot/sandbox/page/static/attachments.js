/** Files on their way into a message: chosen, dropped or pasted, uploaded at once, and taken out again at will. */

import { fill, h, icon } from "./dom.js";
import { draftOf, revise } from "./drafts.js";
import { upload } from "./workspace.js";

/** @type {Map<string, Set<File>>} the files under way, by draft: they arrive whoever shows it then */
const underWay = new Map();

export class Attachments {
  /** @param {string} key the name of the draft that the files belong to */
  constructor(key) {
    this.key = key;
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
    const coming = ({ name }) => h("li", { class: "composer-file", "aria-busy": "true" }, `Uploading ${name}…`);
    fill(this.element, files.map((file) => this.#chip(file)), [...underWay.get(this.key)].map(coming));
  }

  #chip(file) {
    const picture = file.mimetype?.startsWith("image/") ? h("img", { src: file.url, alt: "" }) : icon("attach");
    const props = { type: "button", class: "icon-button", "aria-label": `Remove ${file.name}` };
    const remove = () => revise(this.key, { files: draftOf(this.key).files.filter((other) => other !== file) });
    const cross = h("button", { ...props, on: { click: remove } }, icon("close"));
    return h("li", { class: "composer-file" }, picture, h("span", { class: "composer-file-name" }, file.name), cross);
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
      const taken = await upload(file);
      underWay.get(this.key).delete(file);
      revise(this.key, { files: [...draftOf(this.key).files, taken] });
    } catch (problem) {
      underWay.get(this.key).delete(file);
      revise(this.key, { problem: `${file.name}: ${problem.message}` });
    }
  }
}
