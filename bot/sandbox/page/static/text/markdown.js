/** The markdown block: the plain part of Markdown that apps and models write; anything else is shown as text. */

import { h } from "../widgets/dom.js";
import { linkNode, textNodes } from "./entities.js";

const FENCE = /^```/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;

/** @type {[RegExp, (lines: string[]) => Node][]} what a line begins, and how the lines that belong to it are drawn */
const KINDS = [
  [/^#{1,6}\s/, ([line]) => heading(line)],
  [RULE, () => h("hr")],
  [/^\s*>/, (lines) => h("blockquote", {}, renderMarkdown(unquoted(lines)))],
  [ITEM, (lines) => list(lines)],
];
const SINGLE = new Set([KINDS[0], KINDS[1]]);

function unquoted(lines) {
  return lines.map((line) => line.replace(/^\s*>\s?/, "")).join("\n");
}

/** Return Markdown as nodes. */
export function renderMarkdown(text) {
  const lines = text.split("\n");
  const nodes = [];
  while (lines.length) nodes.push(nextPart(lines));
  return nodes.filter(Boolean);
}

function nextPart(lines) {
  if (FENCE.test(lines[0])) return fence(lines);
  if (!lines[0].trim()) return void lines.shift();
  const kind = kindOf(lines[0]);
  const own = [lines.shift()];
  while (!SINGLE.has(kind) && lines.length && goesOn(kind, lines[0], own[0])) own.push(lines.shift());
  return kind ? kind[1](own) : h("p", {}, spans(own.join("\n")));
}

function goesOn(kind, line, first) {
  if (!line.trim() || FENCE.test(line)) return false;
  if (kind?.[0] === ITEM) return /^\s{2,}/.test(line) || (kindOf(line) === kind && isSameSort(first, line));
  return kindOf(line) === kind || (!kind && isMidSentence(line));
}

/** Whether two items stand in one list: numbers and bullets do not mix. */
function isSameSort(one, other) {
  return isNumbered(one) === isNumbered(other);
}

function isNumbered(item) {
  return /^\s*\d/.test(item);
}

/** Within a paragraph a number begins a list only when it is a one: "It was in\n1984. …" goes on. */
function isMidSentence(line) {
  const item = ITEM.exec(line);
  return item !== null && isNumbered(line) && Number.parseInt(item[2], 10) !== 1;
}

function kindOf(line) {
  return KINDS.find(([start]) => start.test(line));
}

function fence(lines) {
  const language = lines.shift().slice(3).trim();
  const end = lines.findIndex((line) => FENCE.test(line));
  const code = lines.splice(0, end < 0 ? lines.length : end + 1);
  return h("pre", { class: "code-block", title: language || null }, (end < 0 ? code : code.slice(0, -1)).join("\n"));
}

function heading(line) {
  const [marks] = line.match(/^#+/);
  return h("div", { role: "heading", "aria-level": marks.length + 2, class: `markdown-h${marks.length}` },
    spans(line.slice(marks.length).trim().replace(/\s+#+$/, "")));
}

/** A list; lines that stand further in than its first item belong to the item above them. */
function list(lines) {
  const [, margin, mark] = ITEM.exec(lines[0]);
  const items = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item && item[1].length <= margin.length) items.push({ words: item[3], below: [] });
    else items.at(-1).below.push(line);
  }
  const isOrdered = /\d/.test(mark);
  return h(isOrdered ? "ol" : "ul", { start: isOrdered ? Number.parseInt(mark, 10) : null }, items.map(listItem));
}

function listItem({ words, below }) {
  const at = below.findIndex((line) => ITEM.test(line));
  const own = at < 0 ? below : below.slice(0, at);
  const text = [words, ...own.map((line) => line.trim())].join("\n");
  return h("li", {}, spans(text), at >= 0 && list(below.slice(at)));
}

/** A link or picture; its address may hold parentheses in pairs. */
const LINK = /!?\[([^\]\n]+)\]\(<?((?:\([^\s()<>]*\)|[^\s()<>])+)>?(?:\s+"[^"]*")?\)/;

/** @type {[RegExp, (match: RegExpExecArray) => Node][]} */
const SPANS = [
  [/`([^`\n]+)`/, (match) => h("code", {}, match[1])],
  [LINK, (match) => linkNode(match[2], spans(match[1]))],
  [/\bhttps?:\/\/[^\s<>]+[^\s<>.,;:!?'")\]*_~]/, (match) => linkNode(match[0], match[0])],
  [/(\*\*|__)(?=\S)(.+?\S|\S)\1/, (match) => h("strong", {}, spans(match[2]))],
  [/(?<![\p{L}\p{N}*])(\*|_)(?=\S)(.*?[^\s*_])\1(?![\p{L}\p{N}])/u, (match) => h("em", {}, spans(match[2]))],
  [/~~(?=\S)(.+?\S|\S)~~/, (match) => h("s", {}, spans(match[1]))],
];

function spans(text) {
  const found = SPANS.map(([pattern, draw]) => ({ match: pattern.exec(text), draw })).filter(({ match }) => match);
  if (!found.length) return textNodes(text.replace(/\\([\\`*_{}[\]()#+.!~>-])/g, "$1"));
  const { match, draw } = found.reduce((one, other) => (other.match.index < one.match.index ? other : one));
  const before = text.slice(0, match.index);
  return [...textNodes(before), draw(match), ...spans(text.slice(match.index + match[0].length))];
}
