/** Files for a form: chosen or dropped, uploaded at once, and refused at the field where Slack would refuse them. */

import { framed, hold } from "./acting.js";
import { chip } from "./chips.js";
import { announce, fill, h, icon, uniqueId } from "./dom.js";
import { fieldProps } from "./inputs.js";
import { Problem, upload } from "./workspace.js";

const MOST = 10;
const UNITS = ["bytes", "KB", "MB", "GB"];

/** Return a size as people read it. */
export function sizeWords(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)));
  const amount = bytes / 1000 ** power;
  return `${power ? amount.toFixed(1) : amount} ${UNITS[power]}`;
}

export function fileInput(scope) {
  const files = new FileField(scope);
  return framed(scope, files.node);
}

class FileField {
  constructor(scope) {
    this.scope = scope;
    this.types = (scope.element.filetypes ?? []).map((type) => type.toLowerCase());
    this.most = scope.element.max_files ?? MOST;
    /** @type {Set<File>} on their way */
    this.uploading = new Set();
    /** @type {string[]} */
    this.refusals = [];
    this.#build();
    this.draw();
  }

  #build() {
    const { ids } = this.scope;
    const about = uniqueId("limits");
    const props = fieldProps(this.scope);
    this.field = h("input", {
      ...props, class: "visually-hidden", type: "file", multiple: this.most > 1, "aria-labelledby": ids?.label ?? null,
      accept: this.types.map((type) => `.${type}`).join(",") || null,
      "aria-describedby": [props["aria-describedby"], about].filter(Boolean).join(" "),
    });
    const words = h("span", {}, h("b", {}, this.most > 1 ? "Choose files" : "Choose a file"), " or drop them here");
    const limits = h("span", { class: "soft", id: about }, this.#limits());
    this.zone = h("label", { class: "drop-zone" }, this.field, icon("attach"), words, limits);
    this.chips = h("div", { class: "file-chips", role: "group", "aria-label": "Uploads" });
    this.refusal = h("div", { class: "file-refusal", role: "status" });
    this.node = h("div", { class: "file-input" }, this.zone, this.chips, this.refusal);
    this.field.addEventListener("change", () => this.take(this.#picked()));
    this.#takeDrops();
  }

  #limits() {
    return [...(this.types.length ? [this.types.join(", ")] : []), this.#mostWords()].join(" · ");
  }

  #mostWords() {
    return this.most === 1 ? "one file at most" : `${this.most} files at most`;
  }

  /** Take the files out of the browser's own field, so that the same one can be chosen again. */
  #picked() {
    const files = [...this.field.files];
    this.field.value = "";
    return files;
  }

  #takeDrops() {
    const hover = (event) => {
      event.preventDefault();
      this.zone.classList.toggle("dropping", event.type === "dragover");
    };
    for (const type of ["dragover", "dragleave", "drop"]) this.zone.addEventListener(type, hover);
    this.zone.addEventListener("drop", (event) => this.take([...event.dataTransfer.files]));
  }

  get held() {
    return this.scope.surface.values.get(this.scope.place) ?? [];
  }

  put(files) {
    hold(this.scope, files, this.field);
    this.draw();
  }

  draw() {
    const uploads = [...this.uploading].map(({ name }) => {
      return h("span", { class: "picked waiting", "aria-busy": "true" }, `Uploading ${name} …`);
    });
    fill(this.chips, this.held.map((file) => this.#chip(file)), uploads);
    fill(this.refusal, this.refusals.map((words) => h("div", {}, words)));
  }

  #chip(file) {
    const remove = () => {
      this.put(this.held.filter((other) => other.id !== file.id));
      this.field.focus();
    };
    const size = h("span", { class: "soft" }, sizeWords(file.size ?? 0));
    return chip(file.name, remove, h("span", { class: "file-name" }, file.name), size);
  }

  /** Upload what may be uploaded, and say why the rest may not. */
  async take(files) {
    this.refusals = [];
    const taken = files.filter((file) => this.#admits(file));
    this.draw();
    await Promise.all(taken.map((file) => this.#upload(file)));
  }

  #admits(file) {
    const isKnown = !this.types.length || this.types.includes(file.name.split(".").pop().toLowerCase());
    const hasRoom = this.held.length + this.uploading.size < this.most;
    if (!isKnown) this.refusals.push(`${file.name} is none of these: ${this.types.join(", ")}.`);
    else if (!hasRoom) this.refusals.push(`${file.name} was left out: ${this.#mostWords()}.`);
    if (isKnown && hasRoom) this.uploading.add(file);
    return isKnown && hasRoom;
  }

  async #upload(file) {
    try {
      const stored = await upload(file);
      this.put([...this.held, stored]);
      announce(`${file.name} is uploaded`);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.refusals.push(`${file.name}: ${problem.message}`);
    } finally {
      this.uploading.delete(file);
      this.draw();
    }
  }
}
