// The snapshots of the gateway, one a second, by server-sent events. An EventSource could not send the token.

import { askForToken, authorization } from "./api.js";

const SILENT_MILLIS = 6000; // no snapshot for so long: the connection is dead, whatever it seems
const FIRST_WAIT_MILLIS = 500;
const LONGEST_WAIT_MILLIS = 4000;

/**
 * Reads snapshots for as long as the page is there and can be seen: a browser has few connections to a host, and hidden tabs
 * would take them from the others.
 *
 * snapshot: called with each; state: called with "connected", "paused", or why there is no connection.
 */
export async function follow(snapshot, state) {
  let wait = FIRST_WAIT_MILLIS;
  for (;;) {
    await visible(state);
    try {
      await read(each => {
        wait = FIRST_WAIT_MILLIS;
        state("connected");
        snapshot(each);
      });
      state("not connected: the gateway has ended the connection");
    } catch (failure) {
      if (failure instanceof Unauthorized) {
        state("not connected: the gateway asks for its token");
        await askForToken();
        continue;
      }
      state(`not connected: ${failure.message}`);
    }
    await sleep(wait);
    wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS);
  }
}

class Unauthorized extends Error {}

async function read(snapshot) {
  const stop = new AbortController();
  let alarm = setTimeout(() => stop.abort(), SILENT_MILLIS);
  const hidden = () => {
    if (document.hidden) {
      stop.abort();
    }
  };
  document.addEventListener("visibilitychange", hidden);
  try {
    const answer = await ask(stop.signal);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read().catch(() => {
        throw new Error("the connection to the gateway is lost");
      });
      if (done) {
        return;
      }
      text += value;
      const events = text.split("\n\n");
      text = events.pop();
      if (events.length > 0) {
        clearTimeout(alarm);
        alarm = setTimeout(() => stop.abort(), SILENT_MILLIS);
        snapshot(JSON.parse(events.at(-1).slice("data: ".length)));
      }
    }
  } finally {
    clearTimeout(alarm);
    document.removeEventListener("visibilitychange", hidden);
    stop.abort();
  }
}

async function ask(signal) {
  let answer;
  try {
    answer = await fetch("/api/v1/stream", { headers: authorization(), signal });
  } catch {
    throw new Error("the gateway does not answer");
  }
  if (answer.status === 401) {
    throw new Unauthorized();
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => null);
    throw new Error(problem?.detail ?? `the gateway answers ${answer.status}`);
  }
  return answer;
}

async function visible(state) {
  if (document.hidden) {
    state("paused");
    await new Promise(resolve => {
      document.addEventListener("visibilitychange", resolve, { once: true });
    });
  }
}

/** Waits, but not for longer than until the network is back. */
function sleep(millis) {
  return new Promise(resolve => {
    const awake = () => {
      removeEventListener("online", awake);
      resolve();
    };
    addEventListener("online", awake);
    setTimeout(awake, millis);
  });
}
