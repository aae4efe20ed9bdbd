/** Rich text: formatted words as a tree (docs.slack.dev/reference/block-kit/blocks/rich-text-block). */

import { h } from "../widgets/dom.js";
import { emojiCharacter } from "./emoji.js";
import {
  broadcastNode, channelNode, dateNode, emojiNode, groupNode, linkNode, textNodes, userNode,
} from "./entities.js";
import { safely, unknownBox } from "../widgets/unknown.js";

const CONTAINERS = {
  rich_text_section: (part) => h("div", { class: "rich-section" }, pieces(part.elements)),
  rich_text_quote: (part) => h("blockquote", { class: bordered(part) }, pieces(part.elements)),
  rich_text_preformatted: (part) => {
    return h("pre", { class: `code-block ${bordered(part)}`, title: part.language }, pieces(part.elements));
  },
  rich_text_list: list,
};

const PIECES = {
  text: (piece) => textNodes(piece.text, { emoji: false }),
  link: (piece) => linkNode(piece.url, textNodes(piece.text || piece.url, { emoji: false })),
  user: (piece) => userNode(piece.user_id),
  usergroup: (piece) => groupNode(piece.usergroup_id),
  channel: (piece) => channelNode(piece.channel_id),
  emoji: (piece) => emojiNode(piece.name, emojiOf(piece)),
  broadcast: (piece) => broadcastNode(piece.range),
  date: (piece) => dateNode(piece.timestamp, piece.format, { url: piece.url, fallback: piece.fallback }),
  color: (piece) => [h("span", { class: "swatch", style: { background: piece.value } }), piece.value],
};

const STYLES = [
  ["bold", "strong", ""], ["italic", "em", ""], ["strike", "s", ""], ["underline", "u", ""], ["code", "code", ""],
  ["highlight", "mark", ""], ["client_highlight", "mark", ""],
];

/** Return the containers of a rich text block as nodes. */
export function renderRichText(containers) {
  return containers.map((part) => known("rich text", CONTAINERS, part));
}

function pieces(elements) {
  return elements.map((piece) => known("rich text", PIECES, piece, styled));
}

function known(what, renderers, part, finish = (_, node) => node) {
  if (!Object.hasOwn(renderers, part?.type)) return unknownBox(what, part);
  return safely(what, part, () => finish(part, renderers[part.type](part)));
}

function styled(piece, node) {
  const style = piece.style ?? {};
  return STYLES.filter(([name]) => style[name]).reduce((inside, [, tag]) => h(tag, {}, inside), node);
}

function emojiOf({ name, unicode, skin_tone: skinTone }) {
  const codes = unicode?.split("-").map((code) => Number.parseInt(code, 16));
  return codes ? String.fromCodePoint(...codes) : (emojiCharacter(name, skinTone) ?? `:${name}:`);
}

function bordered(part) {
  return part.border ? "bordered" : "";
}

const NUMBERING = ["decimal", "lower-alpha", "lower-roman"];
const BULLETS = ["disc", "circle", "square"];

function list(part) {
  const { style, indent = 0, offset = 0 } = part;
  const isOrdered = style === "ordered";
  return h(isOrdered ? "ol" : "ul", {
    class: bordered(part),
    start: isOrdered && offset ? offset + 1 : null,
    style: { listStyleType: (isOrdered ? NUMBERING : BULLETS)[indent % 3], marginLeft: `${indent * 24}px` },
  }, part.elements.map((item) => h("li", {}, known("rich text", CONTAINERS, item))));
}
