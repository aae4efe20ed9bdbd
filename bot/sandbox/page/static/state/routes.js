/**
 * Who is looking and where they are, kept in the address: two tabs can be two people, a reload stays where it was,
 * and back and forward work.
 *
 *     #/mia/general   #/mia/general/thread/<ts>   #/mia/start   #/mia/app/home   #/mia/app/messages/thread/<ts>
 */

/** @typedef {{person: string, place: string, thread: string | null}} Route */

export const START = "start";
export const HOME = "app/home";
export const MESSAGES = "app/messages";
export const ABOUT = "app/about";

/** Who looks when the address names nobody. */
export const FIRST_PERSON = "mia";

/** @returns {Route} */
export function route() {
  const [, person = FIRST_PERSON, ...rest] = location.hash.split("/").map(decoded);
  const at = rest.lastIndexOf("thread");
  const hasThread = at > 0 && at === rest.length - 2;
  const place = (hasThread ? rest.slice(0, at) : rest).filter(Boolean).join("/");
  const thread = hasThread ? rest[at + 1] : null;
  return { person: (person || FIRST_PERSON).toLowerCase(), place: place || START, thread };
}

/** A hand-typed address may hold a stray percent sign; it is then taken as it stands. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Return the address of a place; who and where default to here, the thread to none. */
export function hrefOf({ person = route().person, place = route().place, thread = null }) {
  const steps = [person, ...place.split("/"), ...(thread ? ["thread", thread] : [])];
  return `#/${steps.map(encodeURIComponent).join("/")}`;
}

/** Go somewhere: `go({place: "general"})`, `go({thread: ts})`, `go({person: "sam"})`, `go({})` closes the thread. */
export function go(where) {
  location.hash = hrefOf(where);
}

/** Put a full address in place of a half one, without a step in the history. */
export function settle(where) {
  history.replaceState(null, "", hrefOf(where));
}
