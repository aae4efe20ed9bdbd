/** What the person at this page can see of the workspace, kept up to date by the server, and the way to act in it. */

/** The one thing that went wrong with an act: words for the person, and words for single fields of a form. */
export class Problem extends Error {
  /** @param {string} message @param {Record<string, string>} [fields] by block_id */
  constructor(message, fields = {}) {
    super(message);
    this.fields = fields;
  }
}

export const workspace = {
  connected: false,
  me: null,
  team: null,
  app: null,
  /** @type {Map<string, any>} */ people: new Map(),
  /** @type {Map<string, any>} user groups */ groups: new Map(),
  /** @type {Map<string, any>} */ channels: new Map(),
  /** @type {Map<string, Map<string, any>>} messages by channel and ts, ephemeral ones included */ messages: new Map(),
  /** @type {any[]} the stack of open modals, the visible one last */ views: [],
  /** @type {any} */ home: null,
  /** @type {Map<number, any>} what the inspector shows, by number */ exchanges: new Map(),
  /** @type {any} the state of Bloom's stand-in */ bloom: null,
};

/** So many exchanges are kept, here as at the server. */
export const EXCHANGES_KEPT = 500;
const RETRY_MS = 1000;

/** @type {Map<string, Set<(detail: any) => void>>} */
const listeners = new Map();

/**
 * Hear of changes. Topics: "connection", "workspace" (everything is new), "channels", "message" (a message that was
 * posted or changed), "gone" (a deleted message), "views", "home", "exchange", "bloom"; "workspace" tells "bloom" too.
 * The page itself tells "written": what someone has just sent, `{text, channel}`.
 */
export function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
  return () => listeners.get(topic).delete(listener);
}

/** Tell everyone who listens to a topic. */
export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

/** Return a channel's messages, oldest first. */
export function messagesOf(channelId) {
  const messages = [...(workspace.messages.get(channelId)?.values() ?? [])];
  return messages.sort((one, other) => Number(one.ts) - Number(other.ts));
}

let socket = null;

/** Look at the workspace as this person, from now on. */
export function connect(personId) {
  socket?.close();
  const mine = new WebSocket(`ws://${location.host}/live?as=${encodeURIComponent(personId)}`);
  socket = mine;
  mine.addEventListener("message", (event) => receive(JSON.parse(event.data)));
  mine.addEventListener("close", () => {
    if (socket !== mine) return;
    workspace.connected = false;
    tell("connection");
    setTimeout(() => socket === mine && connect(personId), RETRY_MS);
  });
}

const RECEIVERS = {
  workspace(frame) {
    const { me, team, app } = frame;
    Object.assign(workspace, { me, team, app, views: frame.views, home: frame.home, bloom: frame.bloom });
    workspace.people = new Map(frame.people.map((person) => [person.id, person]));
    workspace.groups = new Map(frame.groups.map((group) => [group.id, group]));
    workspace.channels = new Map(frame.channels.map((channel) => [channel.id, channel]));
    workspace.messages = new Map();
    frame.messages.forEach(keep);
    workspace.exchanges = new Map(frame.exchanges.map((exchange) => [exchange.number, exchange]));
    workspace.connected = true;
    tell("connection");
    tell("workspace");
    tell("bloom");
  },
  message({ message }) {
    const isNew = !workspace.messages.get(message.channel)?.has(message.ts);
    keep(message);
    tell("message", { message, isNew });
  },
  gone({ channel, ts }) {
    workspace.messages.get(channel)?.delete(ts);
    tell("gone", { channel, ts });
  },
  channels({ channels }) {
    workspace.channels = new Map(channels.map((channel) => [channel.id, channel]));
    tell("channels");
  },
  views({ views }) {
    workspace.views = views;
    tell("views");
  },
  home({ home }) {
    workspace.home = home;
    tell("home");
  },
  exchange({ exchange }) {
    workspace.exchanges.set(exchange.number, exchange);
    if (workspace.exchanges.size > EXCHANGES_KEPT) {
      workspace.exchanges.delete(workspace.exchanges.keys().next().value);
    }
    tell("exchange", exchange);
  },
  bloom({ bloom }) {
    workspace.bloom = bloom;
    tell("bloom");
  },
};

function receive(frame) {
  RECEIVERS[frame.kind](frame);
}

function keep(message) {
  if (!workspace.messages.has(message.channel)) workspace.messages.set(message.channel, new Map());
  workspace.messages.get(message.channel).set(message.ts, message);
}

/**
 * Do something as this person, and return what came of it: `{ok: true, …}`, or `{ok: false, error}` when the app did
 * not answer as it should. Throws a Problem when Slack's own screen would not let them.
 */
export function act(what, body) {
  return send(`/people/${workspace.me.id}/${what}`, JSON.stringify(body), { "Content-Type": "application/json" });
}

/** Upload a file from a person's disk; return it as messages and forms name it. */
export function upload(file, personId = workspace.me.id) {
  const form = new FormData();
  form.append("file", file, file.name);
  return send(`/people/${personId}/files`, form, {});
}

/** Change something in Bloom's stand-in. */
export function changeBloom(body) {
  return send("/bloom", JSON.stringify(body), { "Content-Type": "application/json" });
}

async function send(path, body, headers) {
  let response;
  try {
    response = await fetch(path, { method: "POST", body, headers });
  } catch {
    throw new Problem("The sandbox does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(answer.problem ?? "That did not work.", answer.fields);
  return answer;
}
