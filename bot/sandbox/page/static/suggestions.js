/** What may follow what was typed so far: the workspace's commands, people and channels. */

import { h, icon } from "./dom.js";
import { appBadge, avatar, roleOf } from "./people.js";
import { namedChannels } from "./places.js";
import { workspace } from "./workspace.js";

/** @typedef {{insert: string, label: string, detail?: string, mark?: any, description?: string, picture: any}} Item */

const BUILT_IN = [
  { command: "/invite", usage_hint: "@someone", description: "Bring someone, or the app, into this channel" },
  { command: "/remove", usage_hint: "@someone", description: "Take someone, or the app, out of this channel" },
];

const TRIGGERS = [
  { pattern: /^(\/[^\s]*)$/, list: commands },
  { pattern: /(?:^|[\s(])(@[\w.-]*)$/, list: people },
  { pattern: /(?:^|[\s(])(#[\w-]*)$/, list: channels },
];

/**
 * Return what could stand in place of the last word before the caret, and where that word starts.
 *
 * @returns {{start: number, items: Item[]}}
 */
export function suggestionsFor(typed, { inThread }) {
  for (const { pattern, list } of TRIGGERS) {
    const word = pattern.exec(typed)?.[1];
    if (word === undefined || (inThread && list === commands)) continue;
    const isMeant = ({ insert }) => insert.toLowerCase().startsWith(word.toLowerCase());
    return { start: typed.length - word.length, items: list().filter(isMeant) };
  }
  return { start: typed.length, items: [] };
}

function commands() {
  const { app } = workspace;
  const its = app.commands.map((command) => suggestion(command, avatar(app.bot_user_id, "small"), appBadge()));
  return [...its, ...BUILT_IN.map((command) => suggestion(command, h("span", { class: "side-sign" }, "/")))];
}

function suggestion({ command, usage_hint: hint, description }, picture, mark = null) {
  return { insert: command, label: command, detail: hint, mark, description, picture };
}

function people() {
  const all = [...workspace.people.values()].filter((person) => !person.deleted);
  return all.map((person) => ({
    insert: `@${person.name}`,
    label: person.name,
    detail: person.is_bot ? "" : roleOf(person),
    mark: person.is_bot ? appBadge() : null,
    picture: avatar(person.id, "small"),
  }));
}

function channels() {
  return namedChannels().map(({ name, kind }) => ({
    insert: `#${name}`,
    label: name,
    picture: h("span", { class: "side-sign" }, kind === "private" ? icon("lock") : "#"),
  }));
}
