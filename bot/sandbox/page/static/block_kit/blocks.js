/** Block Kit's blocks as nodes, and the way to draw them again without disturbing who is typing in them. */

import { paintError } from "./acting.js";
import { h, isSafeUrl, uniqueId } from "../widgets/dom.js";
import { renderElement } from "./elements.js";
import { linkNode } from "../text/entities.js";
import { imageNode } from "./images.js";
import { elementsOf, listOf } from "./surface.js";
import { renderMarkdown } from "../text/markdown.js";
import { renderText } from "../text/mrkdwn.js";
import { renderRichText } from "../text/rich_text.js";
import { table } from "./table.js";
import { safely, unknownBox } from "../widgets/unknown.js";

const RENDERERS = {
  section, header, context, actions, input, file, video, table,
  divider: () => h("hr"),
  image: (block) => imageNode(block, { title: block.title ? renderText(block.title) : null }),
  rich_text: (block) => h("div", { class: "rich-text" }, renderRichText(block.elements)),
  markdown: (block) => h("div", { class: "markdown" }, renderMarkdown(block.text)),
};
const COLLAPSED_FROM = 700;

/** @typedef {{block: any, surface: import("./surface.js").Surface, shown: string}} Drawn */
/** @type {WeakMap<Element, Drawn>} what each drawn block shows */
const drawn = new WeakMap();

/**
 * Draw blocks into a container that may hold earlier ones: what has not changed stays, with focus, caret and menus;
 * what is not known is a red box.
 */
export function redrawBlocks(container, blocks, surface) {
  const place = focusIn(container);
  const old = [...container.children].filter((node) => drawn.has(node));
  let next = container.firstElementChild;
  for (const block of listOf(blocks)) {
    const kept = old.find((node) => node.parentNode === container && showsAlready(node, block, surface));
    const node = kept ?? renderBlock(block, surface);
    if (kept) old.splice(old.indexOf(kept), 1);
    while (kept && next && next !== node && old.includes(next)) next = dropped(next, old);
    if (node === next) next = next.nextElementSibling;
    else container.insertBefore(node, next);
  }
  while (next) next = dropped(next, old);
  old.forEach((node) => node.remove());
  if (place && !container.contains(document.activeElement)) refocus(container, place);
}

function dropped(node, old) {
  const after = node.nextElementSibling;
  if (old.includes(node)) old.splice(old.indexOf(node), 1);
  node.remove();
  return after;
}

function showsAlready(node, block, surface) {
  const before = drawn.get(node);
  return before.surface === surface && before.shown === shownBy(block, surface);
}

function shownBy(block, surface) {
  const values = elementsOf(block).filter((one) => one.action_id).map((one) => {
    return surface.values.get([block.block_id, one.action_id]);
  });
  return JSON.stringify([block, values]);
}

function renderBlock(block, surface) {
  const wrapper = h("div", {
    class: `block block-${block?.type}`,
    dataset: { surface: surface.name, blockId: block?.block_id ?? "" },
    on: { held: () => { drawn.get(wrapper).shown = shownBy(block, surface); } },
  });
  const error = h("div", { class: "field-error", id: uniqueId("error"), hidden: true });
  const renderer = Object.hasOwn(RENDERERS, block?.type) ? RENDERERS[block.type] : () => unknownBox("block", block);
  wrapper.append(safely("block", block, () => renderer(block, { surface, block, errorId: error.id })), error);
  drawn.set(wrapper, { block, surface, shown: shownBy(block, surface) });
  paintError(wrapper, surface.errors?.[block?.block_id]);
  return wrapper;
}

function focusIn(container) {
  const active = document.activeElement;
  const block = container.contains(active) ? active.closest(".block") : null;
  if (!block) return null;
  const caret = "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  return { blockId: block.dataset.blockId, focus: active.dataset.focus, caret, scroll: active.scrollTop };
}

/** Give the focus back to what had it; when that is gone, whoever uses the keyboard goes on from the message. */
function refocus(container, { blockId, focus, caret, scroll }) {
  const block = [...container.children].find((node) => node.dataset.blockId === blockId);
  const element = [...(block?.querySelectorAll("[data-focus]") ?? [])].find((one) => one.dataset.focus === focus);
  (element ?? container.closest("[tabindex]"))?.focus({ preventScroll: true });
  if (element && caret?.[0] !== null && caret && element.setSelectionRange) element.setSelectionRange(...caret);
  if (element) element.scrollTop = scroll;
}

function section(block, scope) {
  const fields = (block.fields ?? []).map((field) => h("div", { class: "field" }, renderText(field)));
  const text = block.text ? sectionText(block, scope) : null;
  const body = h("div", { class: "section-body" }, text, fields.length > 0 && h("div", { class: "fields" }, fields));
  const accessory = block.accessory && h("div", { class: "accessory" }, renderElement(block.accessory, scope));
  return h("div", { class: "section" }, body, accessory);
}

/** Long words in a message are folded, as in Slack, unless the app says otherwise. */
function sectionText(block, { surface }) {
  const text = h("div", { class: "text" }, renderText(block.text));
  if (block.expand || surface.kind !== "message" || (block.text.text?.length ?? 0) < COLLAPSED_FROM) return text;
  text.classList.add("folded");
  const toggle = h("button", { type: "button", class: "link-button", "aria-expanded": "false" }, "Show more");
  toggle.addEventListener("click", () => {
    const folded = text.classList.toggle("folded");
    toggle.setAttribute("aria-expanded", String(!folded));
    toggle.textContent = folded ? "Show more" : "Show less";
  });
  return [text, toggle];
}

function header(block) {
  return h("h3", { class: "block-heading" }, renderText(block.text));
}

function context(block) {
  return h("div", { class: "context" }, block.elements.map((element) => safely("element", element, () => {
    if (element?.type === "image") return imageNode(element, { small: true });
    if (!["plain_text", "mrkdwn"].includes(element?.type)) return unknownBox("element", element);
    return h("span", { class: "text" }, renderText(element));
  })));
}

function actions(block, scope) {
  return h("div", { class: "actions" }, block.elements.map((element) => renderElement(element, scope)));
}

function input(block, scope) {
  const ids = { label: uniqueId("label"), field: uniqueId("field"), hint: uniqueId("hint") };
  const hint = block.hint && h("div", { class: "hint", id: ids.hint }, renderText(block.hint));
  const describedBy = [scope.errorId, hint && ids.hint].filter(Boolean).join(" ");
  const optional = block.optional && h("span", { class: "optional" }, " (optional)");
  return h(
    "div",
    { class: "input" },
    h("label", { id: ids.label, for: ids.field }, renderText(block.label), optional),
    renderElement(block.element, { ...scope, ids, describedBy }),
    hint,
  );
}

function file(block) {
  return h("div", { class: "remote-file" }, `Remote file ${block.external_id}`);
}

function video(block) {
  const thumbnail = imageNode({ image_url: block.thumbnail_url, alt_text: block.alt_text }, { opens: block.video_url });
  const title = renderText(block.title);
  const provider = [block.provider_name, block.author_name].filter(Boolean).join(" · ");
  const icon = isSafeUrl(block.provider_icon_url) && h("img", { src: block.provider_icon_url, alt: "", class: "tiny" });
  return h(
    "div",
    { class: "video" },
    provider && h("div", { class: "soft" }, icon, provider),
    h("div", { class: "video-title" }, linkNode(block.title_url ?? block.video_url, title)),
    block.description && h("div", {}, renderText(block.description)),
    thumbnail,
    h("div", {}, linkNode(block.video_url, "Watch the video")),
  );
}
