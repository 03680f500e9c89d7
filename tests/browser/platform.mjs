// A platform on loopback for the runs of this test: it accepts, refuses, fails and is away, by the id of the
// respondent, and it says what a test wants it to say.
import { createServer } from "node:http";

// Starts a platform. `answer` gets an id and how often it was called for, and returns [HTTP status, message];
// a message beside the status 200 is a refusal. `outage`: it is away for these milliseconds, after 40 calls.
export async function platform({ answer = () => [200, null], outage = 0 } = {}) {
  const calls = new Map();
  let count = 0;
  let awayUntil = null;
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const id = new URLSearchParams(body).get("id_respondent") ?? "";
      calls.set(id, (calls.get(id) ?? 0) + 1);
      count += 1;
      if (outage && count > 40) awayUntil ??= Date.now() + outage;
      const [status, message] = Date.now() < awayUntil ? [503, "maintenance"] : answer(id, calls.get(id));
      const type = status === 200 && message === null ? "success" : "error";
      response.writeHead(status, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ type, msg: message ?? "Respondent has been updated on the survey's mailing list" }),
      );
    });
  });
  await new Promise((resolve) => {
    // A run that fails does not close it.
    server.listen(0, "127.0.0.1", resolve).unref();
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
