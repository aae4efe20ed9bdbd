/** Where each kind of select menu gets its choices from, and what it holds once one is chosen. */

import { appName, noAnswer } from "./acting.js";
import { h, icon } from "../widgets/dom.js";
import { appBadge, avatar } from "../widgets/people.js";
import { renderText } from "../text/mrkdwn.js";
import { Problem, workspace } from "../state/workspace.js";

/**
 * @typedef {{key: string, label: string, words: any, value: any, description?: any, mark?: Node}} Choice
 * @typedef {{heading: any, choices: Choice[]}} Group
 * @typedef {{asks: boolean, shortest: number, placeholder: string, choiceOf: (value: any) => Choice,
 *   offer: (query: string) => Group[] | Promise<Group[]>}} Source `asks`: the app is asked, and takes its time
 */

const SINGLE = ["static_select", "external_select", "users_select", "conversations_select", "channels_select"];
export const MENUS = [...SINGLE, ...SINGLE.map((type) => `multi_${type}`)];
const DEFAULT_QUERY_LENGTH = 3;

const SOURCES = {
  static_select: ({ element }) => {
    const groups = groupsOf(element);
    return { placeholder: "Choose an option", choiceOf: optionChoice, offer: (query) => matching(groups, query) };
  },
  external_select: (scope) => ({
    asks: true,
    shortest: scope.element.min_query_length ?? DEFAULT_QUERY_LENGTH,
    placeholder: "Search",
    choiceOf: optionChoice,
    offer: (query) => askApp(scope, query),
  }),
  users_select: () => ({
    placeholder: "Choose a person",
    choiceOf: personChoice,
    offer: (query) => matching(alone(people(), personChoice), query),
  }),
  conversations_select: ({ element }) => ({
    placeholder: "Choose a conversation",
    choiceOf: channelChoice,
    offer: (query) => matching(alone(conversations(element.filter), channelChoice), query),
  }),
  channels_select: () => ({
    placeholder: "Choose a channel",
    choiceOf: channelChoice,
    offer: (query) => matching(alone(conversations({ include: ["public"] }), channelChoice), query),
  }),
};

/** @returns {Source} */
export function sourceOf(scope) {
  const source = SOURCES[scope.element.type.replace(/^multi_/, "")](scope);
  const placeholder = scope.element.placeholder?.text ?? source.placeholder;
  return { asks: false, shortest: 0, ...source, placeholder };
}

function optionChoice(option) {
  const description = option.description && renderText(option.description);
  return { key: option.value, label: option.text.text, words: renderText(option.text), description, value: option };
}

/** One group without a heading, of people or channels. */
function alone(members, choiceOf) {
  return [{ heading: null, choices: members.map(({ id }) => choiceOf(id)) }];
}

function groupsOf({ options, option_groups: groups }) {
  if (options) return [{ heading: null, choices: options.map(optionChoice) }];
  return (groups ?? []).map(({ label, options: inside }) => {
    return { heading: renderText(label), choices: inside.map(optionChoice) };
  });
}

function matching(groups, query) {
  const wanted = query.trim().toLowerCase();
  const fits = ({ label }) => label.toLowerCase().includes(wanted);
  const found = groups.map((group) => ({ ...group, choices: group.choices.filter(fits) }));
  return found.filter(({ choices }) => choices.length);
}

async function askApp({ surface, place }, query) {
  const answer = await surface.options(place, query);
  if (answer.ok) return groupsOf(answer).filter(({ choices }) => choices.length);
  throw new Problem(noAnswer(answer, `${appName()} did not answer with options.`));
}

function people() {
  return [...workspace.people.values()].filter((person) => !person.deleted);
}

function personChoice(id) {
  const person = workspace.people.get(id);
  const label = person?.name ?? id;
  const words = person?.is_bot ? [label, " ", appBadge()] : label;
  return { key: id, label, words, value: id, mark: avatar(id, "small") };
}

function conversations({ include = ["im", "mpim", "private", "public"], exclude_bot_users: noBots = false } = {}) {
  const isWithBot = (channel) => channel.kind === "im" && workspace.people.get(partner(channel))?.is_bot !== false;
  return [...workspace.channels.values()].filter((channel) => {
    return include.includes(channel.kind) && !channel.archived && !(noBots && isWithBot(channel));
  });
}

function partner(channel) {
  return channel.members.find((id) => id !== workspace.me.id) ?? channel.members[0];
}

function channelChoice(id) {
  const channel = workspace.channels.get(id);
  if (channel?.kind === "im") return { ...personChoice(partner(channel)), key: id, value: id };
  const mark = channel?.kind === "private" ? icon("lock") : h("span", { class: "hash", "aria-hidden": "true" }, "#");
  return { key: id, label: channel?.name ?? id, words: channel?.name ?? id, value: id, mark };
}
