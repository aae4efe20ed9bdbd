/** The first page: it says where one is, and teaches by a few things to try, each prepared as far as can be. */

import { fill, h, icon } from "../widgets/dom.js";
import { draftKey, draftOf, revise } from "../state/drafts.js";
import { humans } from "../widgets/people.js";
import { channelAt, namedChannels } from "../state/channels.js";
import { HOME, MESSAGES, go, hrefOf } from "../state/routes.js";
import { showTools } from "../tools/tools.js";
import { isDone } from "./tries.js";
import { workspace } from "../state/workspace.js";

const LINE = '/bloom a launch banner for a coffee festival --brand "Northwind Coffee" --ar 16:9 --n 2';
const TROUBLED_LINE = "/bloom a lighthouse in a storm --brand Acme";

const BATCH = "/bloom batch";
const TABLE = "campaign.csv";
const WEBSITE = "https://harbor-bakery.example";

const WELCOME = `This is a make-believe Slack workspace with the real Bloom bot in it: it makes on-brand images where a
  team already talks. Nothing you do here costs anything, so try everything.`;

const TRIES = [
  {
    name: "form",
    title: "Make your first image",
    words: "Send the slash command, choose a brand in the form that opens, and watch the image arrive in a thread.",
    typed: "/bloom",
    button: "Type it in #general",
    begin: () => prepare("general", "/bloom", "Press Enter: the form opens. The image arrives in a thread."),
  },
  {
    name: "line",
    title: "Say it all in one line",
    words: "Who knows what they want needs no form: brand, shape and how many are typed right behind the prompt.",
    typed: LINE,
    button: "Type it in #marketing",
    begin: () => prepare("marketing", LINE, "Press Enter: both images are made at once, without a form."),
  },
  {
    name: "batch",
    title: "Make a whole batch",
    words: "One image for each row of a table. Save this one, send the command, and choose the file in the form. A few " +
      "rows are there to go wrong.",
    typed: BATCH,
    button: "Type it in #marketing",
    file: TABLE,
    begin: () => prepare("marketing", BATCH, `Press Enter: the form opens. Choose ${TABLE} in it.`),
  },
  {
    name: "home",
    title: "Look after your brands",
    words: "Bloom’s home is where a workspace keeps its brands, defaults and limits. Under Brands, add this website.",
    typed: WEBSITE,
    button: "Open Bloom’s home",
    begin: () => go({ place: HOME }),
  },
  {
    name: "trouble",
    title: "See how it copes",
    words: "Take Bloom down or spend its credits, make an image all the same, and watch the Inspector.",
    typed: TROUBLED_LINE,
    button: "Open the Bloom panel",
    begin: () => {
      showTools("bloom");
      prepare("general", TROUBLED_LINE, "First take Bloom down or set its credits to 0. Then press Enter here.");
    },
  },
];

/** Go to a channel with something typed there, ready to send; what someone typed there themselves is left to them. */
function prepare(place, text, hint) {
  const key = draftKey(workspace.me.id, channelAt(place).id);
  const kept = `What you were writing is still here. Send it or clear it, then type: ${text}`;
  revise(key, isTheirs(draftOf(key)) ? { hint: kept } : { text, hint, problem: "" });
  go({ place });
}

function isTheirs({ text, files }) {
  const isOurs = text.trim() === "" || TRIES.some(({ typed }) => typed === text.trim());
  return !isOurs || files.length > 0;
}

/** The page itself; it is drawn anew whenever something is ticked. */
export class Start {
  constructor() {
    this.title = "Start here";
    this.cards = h("ol", { class: "tries" });
    this.more = h("div", { class: "start-more" });
    const welcome = [
      h("h1", {}, "Welcome to the sandbox"),
      h("p", { class: "lead" }, WELCOME),
    ];
    const page = h("div", { class: "start" }, welcome, h("h2", {}, "Five things to try"), this.cards, this.more);
    this.element = h("div", { class: "page", tabindex: "0", role: "region", "aria-label": "Start here" }, page);
    this.refresh();
  }

  refresh() {
    const state = JSON.stringify([TRIES.map(({ name }) => isDone(name)), [...workspace.channels.values()]]);
    if (this.drawn === state) return;
    this.drawn = state;
    fill(this.cards, TRIES.map(card));
    fill(this.more, more());
  }

  focus() {
    document.getElementById("main").focus();
  }

  stop() {}
}

function card({ name, title, words, typed, button, file, begin }, index) {
  const done = isDone(name);
  const number = h("span", { class: "try-number", "aria-hidden": "true" }, done ? icon("check") : String(index + 1));
  const state = done && h("span", { class: "try-done" }, "Done");
  return h(
    "li",
    { class: done ? "try done" : "try" },
    h("h3", {}, number, title, state),
    h("p", {}, words),
    h("code", { class: "try-typed" }, typed),
    h(
      "div",
      { class: "try-buttons" },
      h("button", { type: "button", class: index === 0 ? "button primary" : "button", on: { click: begin } }, button),
      file && h("a", { class: "button", href: `/static/${file}`, download: file }, `Save ${file}`),
    ),
  );
}

function more() {
  const other = humans().find((person) => person.id !== workspace.me.id);
  const closed = namedChannels().find((channel) => channel.kind === "private" && !channel.has_app);
  const { name, read_only: isSilent } = workspace.app;
  const items = [
    h("li", {}, "Under every image are the next steps: vary, edit, resize, share. In its thread, ",
      h("code", {}, `@${name} make the sky darker`), " edits it."),
    !isSilent && item({ place: MESSAGES }, `Write to ${name}`, " for images that only you see."),
    other && item({ person: other.handle, place: "general" }, `Become ${other.name}`, " and see what only they see."),
    h("li", {}, "Add other brands: ", addresses(), " lists addresses to type, and how each ends."),
    closed && item({ place: closed.name }, `Go to #${closed.name}`, `, a private channel that ${name} is not in.`),
  ];
  return [h("h2", {}, "And then"), h("ul", {}, items)];
}

function addresses() {
  const on = { click: () => showTools("bloom") };
  return h("button", { type: "button", class: "link-button", on }, "the Bloom panel");
}

function item(where, link, words) {
  return h("li", {}, h("a", { href: hrefOf(where) }, link), words);
}
