/** Slack's own markup, "mrkdwn", as nodes (docs.slack.dev/messaging/formatting-message-text). */

import { h, isSafeUrl } from "../widgets/dom.js";
import {
  broadcastNode, channelNode, dateNode, groupNode, linkNode, textNodes, userNode,
} from "./entities.js";
import { safely, unknownBox } from "../widgets/unknown.js";
import { workspace } from "../state/workspace.js";

/** Return a Block Kit text object, plain_text or mrkdwn, as nodes. */
export function renderText(object) {
  if (object?.type === "plain_text") return textNodes(object.text, { emoji: object.emoji !== false });
  if (object?.type === "mrkdwn") return renderMrkdwn(object.text, { verbatim: object.verbatim === true });
  return [unknownBox("text object", object)];
}

/**
 * Return mrkdwn as nodes. With `verbatim`, only what is marked up explicitly becomes a link. What cannot be read is a
 * red box: whatever an app wrote, the page around it goes on.
 */
export function renderMrkdwn(text, { verbatim = false } = {}) {
  return [safely("text", text, () => nodesOf(text, verbatim))].flat();
}

function nodesOf(text, verbatim) {
  const kept = [];
  const keep = (node) => `${OPEN}${kept.push(node) - 1}${CLOSE}`;
  const scanner = { keep, kept, verbatim };
  const clean = text.replace(STRAY, "\ufffd").replace(/```\n?([\s\S]+?)```/g, (_, code) => {
    return `${BREAK}${keep(h("pre", { class: "code-block" }, codeNodes(code.replace(/\n$/, ""))))}${BREAK}`;
  });
  return clean.split(BREAK).flatMap((part, number, parts) => paragraphs(trimmed(part, number, parts), scanner));
}

/** Return mrkdwn as the words that a person reads. */
export function plainWords(text) {
  return renderMrkdwn(text).map(wordsOf).join("");
}

function wordsOf(node) {
  if (typeof node === "string") return node;
  if (node.nodeName === "BR") return "\n";
  return node.childNodes?.length ? [...node.childNodes].map(wordsOf).join("") : (node.textContent ?? "");
}

/* Pieces that are finished (links, code) are put aside while the rest is read, and leave a mark where they stood. */
const OPEN = "\ue000";
const CLOSE = "\ue001";
const BREAK = "\ue002";
const STRAY = /[\ue000-\ue002]/g;
const MARK = /\ue000(\d+)\ue001/;

/** A line break next to a code block is the block's own. */
function trimmed(part, number, parts) {
  const start = number > 0 ? part.replace(/^\n/, "") : part;
  return number < parts.length - 1 ? start.replace(/\n$/, "") : start;
}

function paragraphs(text, scanner) {
  if (text === "") return [];
  const nodes = [];
  for (const { quoted, lines } of quoteRuns(text.split("\n"))) {
    const content = inline(lines.join("\n"), scanner);
    if (quoted) nodes.push(h("blockquote", {}, content));
    else nodes.push(...(nodes.length && nodes.at(-1).nodeName !== "BLOCKQUOTE" ? [h("br")] : []), ...content);
  }
  return nodes;
}

const QUOTE = /^(?:&gt;|>)\s?/;
const QUOTE_REST = /^(?:&gt;|>){3}\s?/;

function quoteRuns(lines) {
  const runs = [];
  let rest = false;
  for (const line of lines) {
    const starts = !rest && QUOTE_REST.test(line);
    const quoted = rest || starts || QUOTE.test(line);
    const words = rest ? line : line.replace(starts ? QUOTE_REST : QUOTE, "");
    rest ||= starts;
    if (runs.at(-1)?.quoted === quoted) runs.at(-1).lines.push(quoted ? words : line);
    else runs.push({ quoted, lines: [quoted ? words : line] });
  }
  return runs;
}

function inline(text, scanner) {
  const { keep, verbatim } = scanner;
  let marked = text.replace(/`([^`\n]+)`/g, (_, code) => keep(h("code", {}, codeNodes(code))));
  marked = marked.replace(/<([^<>\n]+)>/g, (whole, inside) => {
    const node = reference(inside);
    return node ? keep(node) : whole;
  });
  if (!verbatim) marked = bareLinks(marked, keep);
  return formatted(marked, scanner);
}

const BARE_URL = /\bhttps?:\/\/[^\s<>\ue000-\ue002]+[^\s<>\ue000-\ue002.,;:!?'")\]*_~]/g;
const BARE_CHANNEL = /(^|[\s(])#([\p{L}\p{N}_-]+)/gu;

function bareLinks(text, keep) {
  return text.replace(BARE_URL, (url) => keep(linkNode(unescaped(url), [unescaped(url)])))
    .replace(BARE_CHANNEL, (whole, before, name) => {
      const channel = [...workspace.channels.values()].find((one) => one.name === name && one.kind !== "im");
      return channel ? before + keep(channelNode(channel.id)) : whole;
    });
}

const STYLES = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;

/**
 * Bold, italic and struck text, which begin and end at the edges of words. Each character is looked at a few times at
 * most, however many marks there are: a mark that found no end on its line has none for those after it either.
 */
function formatted(text, scanner) {
  const nodes = [];
  const endless = {};
  let done = 0;
  for (let start = 0; start < text.length; start += 1) {
    const mark = text[start];
    if (!opens(text, start) || start < endless[mark]) continue;
    const end = closing(text, start);
    if (text[end] !== mark) {
      endless[mark] = end;
      continue;
    }
    const styled = h(STYLES[mark], {}, formatted(text.slice(start + 1, end), scanner));
    nodes.push(...restored(text.slice(done, start), scanner), styled);
    done = end + 1;
    start = end;
  }
  return [...nodes, ...restored(text.slice(done), scanner)];
}

function opens(text, at) {
  const [before = " ", mark, after = " "] = [text[at - 1], text[at], text[at + 1]];
  return mark in STYLES && !WORD.test(before) && ![before, after].includes(mark) && !/\s/.test(after);
}

/** Where the style that opens at `start` ends, on the same line; when nowhere, where the line does. */
function closing(text, start) {
  let at = start + 2;
  for (; at < text.length && text[at] !== "\n"; at += 1) {
    const [before, mark, after = " "] = [text[at - 1], text[at], text[at + 1]];
    const isEnd = mark === text[start] && !WORD.test(after) && ![before, after].includes(mark) && !/\s/.test(before);
    if (isEnd) return at;
  }
  return at;
}

/** Put the finished pieces back, and show everything else as text. */
function restored(text, { kept }) {
  return text.split(MARK).flatMap((piece, number) => {
    return number % 2 ? [kept[Number(piece)]] : textNodes(unescaped(piece));
  });
}

function codeNodes(code) {
  return code.split(/<([^<>\n]+)>/).flatMap((piece, number) => {
    if (number % 2 === 0) return textNodes(unescaped(piece), { emoji: false });
    return [reference(piece) ?? `<${unescaped(piece)}>`];
  });
}

/** Return what stands between angle brackets: a mention, a date or a link; null when it is none of them. */
function reference(inside) {
  const [target, label = null] = splitOnce(inside, "|");
  const words = label === null ? null : unescaped(label);
  if (target.startsWith("@")) return userNode(target.slice(1), words);
  if (target.startsWith("#")) return channelNode(target.slice(1), words);
  if (target.startsWith("!")) return special(target.slice(1), words);
  const url = unescaped(target);
  if (!isSafeUrl(url)) return null;
  return linkNode(url, textNodes(words || url.replace(/^mailto:/i, "")));
}

function special(target, label) {
  const [name, ...rest] = target.split("^");
  if (["here", "channel", "everyone"].includes(name)) return broadcastNode(name);
  if (name === "subteam") return groupNode(rest[0] ?? "", label);
  if (name === "date") {
    return dateNode(rest[0], unescaped(rest[1] ?? ""), { url: rest[2] ? unescaped(rest[2]) : null, fallback: label });
  }
  return label === null ? null : h("span", {}, label);
}

function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function unescaped(text) {
  return text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);
}
