/** Images in blocks: their words for those who cannot see them, large on a click, and honest when they are broken. */

import { openLightbox } from "../widgets/dialogs.js";
import { h, isSafeUrl, outside } from "../widgets/dom.js";
import { unknownBox } from "../widgets/unknown.js";

const OWN_TAB = { target: "_blank", rel: "noopener noreferrer" };
const SLACK_FILE = /\/files-pri\/([^/]+)\//;

/** Return where an image block or element gets its picture from, or null for an address that is none. */
export function imageSource(image) {
  if (image.slack_file) {
    const id = image.slack_file.id ?? SLACK_FILE.exec(image.slack_file.url ?? "")?.[1];
    return id ? `/files/${encodeURIComponent(id)}` : null;
  }
  return isSafeUrl(image.image_url) && !/^mailto:/i.test(image.image_url) ? image.image_url : null;
}

/** Draw an image. `small`: a sign beside text. `opens`: an address that a click leads to instead of the large view. */
export function imageNode(image, { title = null, small = false, opens = null } = {}) {
  const source = imageSource(image);
  if (!source) return unknownBox("image source", image);
  const alt = image.alt_text ?? "";
  const picture = h("img", { src: source, alt, class: small ? "small-image" : "large-image" });
  const link = small ? picture : pictureLink(picture, { source, alt, opens, title: plain(title) });
  picture.addEventListener("error", () => link.replaceWith(brokenImage(alt, small)));
  if (small) return link;
  return h("figure", {}, title && h("figcaption", {}, title), link);
}

function pictureLink(picture, { source, alt, opens, title }) {
  const link = h("a", { ...OWN_TAB, href: source, ...outside(opens), class: "image-link" }, picture);
  if (opens) return link;
  link.dataset.focus = "image";
  link.title = "Open large";
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openLightbox({ src: source, alt, title });
  });
  return link;
}

function brokenImage(alt, small) {
  const words = h("span", {}, alt);
  if (small) return h("span", { class: "broken-image small" }, words);
  return h("div", { class: "broken-image" }, words, h("span", { class: "soft" }, "This image could not be loaded."));
}

function plain(nodes) {
  return (nodes ?? []).map((node) => node.textContent ?? node).join("");
}
