/** Files under a message: images one can see and open large, everything else as a named link. */

import { openLightbox } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { sizeWords } from "./file_input.js";

/** Return the files of a message as nodes. */
export function fileNodes(files) {
  return files.map((file) => (file.mimetype?.startsWith("image/") ? picture(file) : link(file)));
}

function picture(file) {
  const title = file.title || file.name;
  const image = h("img", { src: file.url, alt: title });
  const open = () => openLightbox({ src: file.url, alt: title, title });
  const props = { type: "button", class: "picture-button", title: "Open large", on: { click: open } };
  return h("figure", { class: "file-picture" }, h("figcaption", {}, title), h("button", props, image));
}

function link(file) {
  const size = h("span", { class: "soft" }, sizeWords(file.size));
  const words = h("span", { class: "file-link-words" }, h("strong", {}, file.title || file.name), size);
  return h("a", { class: "file-link", href: file.url, download: file.name }, icon("attach"), words);
}
