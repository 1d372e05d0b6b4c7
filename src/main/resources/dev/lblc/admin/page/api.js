// Requests to the admin port, with its token: asked for once, and kept in this tab.

import { byId } from "./dom.js";

const KEY = "lblc-token";
let asking = null;

export function authorization() {
  const token = sessionStorage.getItem(KEY);
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

/** Asks the person for the token. Completes once there is one; whether it is right shows the next request. */
export function askForToken() {
  if (asking === null) {
    asking = new Promise(resolve => {
      const dialog = byId("token-dialog");
      byId("token-wrong").hidden = sessionStorage.getItem(KEY) === null;
      byId("token").value = "";
      dialog.addEventListener("close", function closed() {
        const given = byId("token").value;
        if (given === "") { // by Escape: nothing is shown without it
          dialog.showModal();
          return;
        }
        dialog.removeEventListener("close", closed);
        sessionStorage.setItem(KEY, given);
        asking = null;
        resolve();
      });
      dialog.showModal();
    });
  }
  return asking;
}

/**
 * Sends a request and returns the JSON of its answer; null: it has none. Throws an Error whose message is for the person.
 */
export async function call(method, path, body) {
  for (;;) {
    const answer = await send(method, path, body);
    if (answer.status === 401) {
      await askForToken();
      continue;
    }
    const text = await answer.text();
    let json = null;
    try {
      json = text === "" ? null : JSON.parse(text);
    } catch {
      throw new Error(`the answer is no JSON: status ${answer.status}`);
    }
    if (!answer.ok) {
      throw new Error(problem(json, answer.status));
    }
    return json;
  }
}

async function send(method, path, body) {
  const headers = authorization();
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  try {
    return await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(15000),
    });
  } catch {
    throw new Error("not connected: the gateway does not answer");
  }
}

function problem(json, status) {
  const errors = (json?.errors ?? []).map(error => `${error.path}: ${error.message}`);
  return [json?.detail ?? `status ${status}`, ...errors].join("; ");
}

/** Returns the path of a service, or of what is below it. */
export function servicePath(service, ...below) {
  return ["/api/v1/services", ...[service, ...below].map(encodeURIComponent)].join("/");
}
