/** Files for a form: chosen or dropped, uploaded at once, and refused at the field where Slack would refuse them. */

import { framed, hold, tellFrames } from "./acting.js";
import { announce, fill, h, icon, uniqueId } from "../widgets/dom.js";
import { chip, fieldProps } from "./inputs.js";

const MOST = 10;
const LARGEST = 10 * 1024 * 1024;
const UNITS = ["bytes", "KB", "MB", "GB"];

/** What is no picture to Slack: it is saved to be seen. */
const UNSEEN = ["image/svg+xml", "image/avif"];

/** Whether a file is shown; others are offered for download. */
export function isPicture({ mimetype }) {
  return Boolean(mimetype?.startsWith("image/")) && !UNSEEN.includes(mimetype);
}

/** Return a size as people read it. */
export function sizeWords(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)));
  const amount = bytes / 1000 ** power;
  return `${power ? amount.toFixed(1) : amount} ${UNITS[power]}`;
}

export function fileInput(scope) {
  const files = new FileField(scope);
  const frame = framed(scope, files.node);
  frame.addEventListener("uploads-changed", () => files.follow());
  return frame;
}

class FileField {
  constructor(scope) {
    this.scope = scope;
    this.types = (scope.element.filetypes ?? []).map((type) => type.toLowerCase());
    this.most = scope.element.max_files ?? MOST;
    this.uploads = scope.surface.uploadsAt(scope.place);
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
    const [choose, drop] = this.most > 1 ? ["Choose files", "drop them here"] : ["Choose a file", "drop it here"];
    const words = h("span", {}, h("b", {}, choose), ` or ${drop}`);
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

  /** Show what has come of the uploads, which another node of this field may have begun. */
  follow() {
    this.draw();
    this.field.dispatchEvent(new Event("held", { bubbles: true }));
  }

  draw() {
    const { running, refusals } = this.uploads;
    const uploads = [...running].map(({ name }) => {
      return h("span", { class: "picked waiting", "aria-busy": "true" }, `Uploading ${name} …`);
    });
    fill(this.chips, this.held.map((file) => this.#chip(file)), uploads);
    fill(this.refusal, refusals.map((words) => h("div", {}, words)));
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
  take(files) {
    const { surface, place } = this.scope;
    this.uploads.refusals.length = 0;
    for (const file of files) {
      const refusal = this.#refusalOf(file, this.most - this.held.length - this.uploads.running.size);
      if (refusal) this.uploads.refusals.push(refusal);
      else surface.upload(place, file, (words) => this.#ended(words));
    }
    this.draw();
  }

  #ended(words) {
    tellFrames(this.scope, "uploads-changed");
    announce(words);
  }

  #refusalOf(file, room) {
    const isKnown = !this.types.length || this.types.includes(file.name.split(".").pop().toLowerCase());
    if (!isKnown) return `${file.name} is none of these: ${this.types.join(", ")}.`;
    if (file.size > LARGEST) return `${file.name} is larger than 10 MB.`;
    return room > 0 ? null : `${file.name} was left out: ${this.#mostWords()}.`;
  }
}
